// The turn and its place in libuv's round: after callbacks (check) and before blocking (prepare).
#include "core/loop/loop.h"

#include <algorithm>

#include "core/loop/post_queue.h"
#include "core/loop/stream.h"

namespace meshmux {
namespace {

// Rounds of turn ends that publish and drains that call, before I/O is looked at again.
constexpr int kRoundsPerTurn = 4;

}  // namespace

struct Loop::Signal {
  uv_signal_t handle;
  int number;
  std::function<void()> handler;
};

Deferred::~Deferred() {
  if (deferred_in_) deferred_in_->cancel(*this);
}

Loop::Loop(const Clock &clock)
    : clock_(clock), timers_(clock), read_buffer_(new uint8_t[kReadBufferSize]) {
  uv_loop_init(&uv_);
  uv_.data = this;
  uv_prepare_init(&uv_, &prepare_);
  uv_check_init(&uv_, &check_);
  uv_idle_init(&uv_, &idle_);
  uv_timer_init(&uv_, &timer_);
  uv_prepare_start(&prepare_, [](uv_prepare_t *h) { static_cast<Loop *>(h->loop->data)->turn(); });
  uv_check_start(&check_, [](uv_check_t *h) { static_cast<Loop *>(h->loop->data)->turn(); });
  // The hooks alone are no reason to keep running.
  uv_unref(reinterpret_cast<uv_handle_t *>(&prepare_));
  uv_unref(reinterpret_cast<uv_handle_t *>(&check_));
  posts_ = std::make_unique<PostHub>(*this);
  if (clock_.is_real()) timers_.set_on_change([this] { arm_timer(); });
}

Loop::~Loop() {
  timers_.set_on_change(nullptr);
  posts_->close();
  for (const auto &signal : signals_) {
    uv_close(reinterpret_cast<uv_handle_t *>(&signal->handle), nullptr);
  }
  for (uv_handle_t *handle :
       {reinterpret_cast<uv_handle_t *>(&prepare_), reinterpret_cast<uv_handle_t *>(&check_),
        reinterpret_cast<uv_handle_t *>(&idle_), reinterpret_cast<uv_handle_t *>(&timer_)}) {
    uv_close(handle, nullptr);
  }
  // Only close callbacks, and name look-ups that cannot be cancelled any more, are left to run.
  uv_run(&uv_, UV_RUN_DEFAULT);
  uv_loop_close(&uv_);
}

void Loop::run() {
  stopping_ = false;
  // A daemon without a single socket still waits for signals and posts.
  uv_ref(reinterpret_cast<uv_handle_t *>(&prepare_));
  while (!stopping_) uv_run(&uv_, UV_RUN_ONCE);
  uv_unref(reinterpret_cast<uv_handle_t *>(&prepare_));
  // What the last callbacks wrote still leaves.
  turn();
}

void Loop::stop() {
  stopping_ = true;
  request_turn();
}

bool Loop::run_once(Wait wait) {
  // Referenced meanwhile, because libuv does not even look at posts for a loop without handles.
  uv_ref(reinterpret_cast<uv_handle_t *>(&prepare_));
  uv_run(&uv_, wait == Wait::wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  uv_unref(reinterpret_cast<uv_handle_t *>(&prepare_));
  return uv_loop_alive(&uv_) != 0;
}

void Loop::request_turn() {
  if (turn_requested_) return;
  turn_requested_ = true;
  uv_idle_start(&idle_, [](uv_idle_t *) {});
}

void Loop::turn() {
  ++turns_;
  turn_requested_ = false;
  run_deferred();
  bool more = posts_->run_ready();
  for (int round = 0; round < kRoundsPerTurn; ++round) {
    const bool left = drain_ && drain_();
    const bool ended = calls_.run_turn_ends();
    if (left || !ended) {
      more |= left;
      break;
    }
    // A turn end may have published: its messages still leave with this turn's flush.
    more |= round + 1 == kRoundsPerTurn;
  }
  if (turn_end_) turn_end_();
  flush_streams();
  if (more || calls_.any_touched() || deferred_first_) {
    request_turn();
  } else if (!turn_requested_) {
    uv_idle_stop(&idle_);
  }
}

void Loop::flush_streams() {
  while (Stream *const stream = flush_first_) {
    stream->unlink_flush();
    stream->flush();
  }
}

void Loop::defer(Deferred &what) {
  if (what.deferred_in_) return;
  what.deferred_in_ = this;
  what.previous_ = deferred_last_;
  what.next_ = nullptr;
  (deferred_last_ ? deferred_last_->next_ : deferred_first_) = &what;
  deferred_last_ = &what;
  request_turn();
}

void Loop::cancel(Deferred &what) {
  if (what.deferred_in_ != this) return;
  (what.previous_ ? what.previous_->next_ : deferred_first_) = what.next_;
  (what.next_ ? what.next_->previous_ : deferred_last_) = what.previous_;
  what.deferred_in_ = nullptr;
}

void Loop::run_deferred() {
  // As many as stand there now; what is deferred meanwhile waits for the next turn.
  size_t left = 0;
  for (const Deferred *what = deferred_first_; what; what = what->next_) ++left;
  for (; left > 0 && deferred_first_; --left) {
    Deferred &what = *deferred_first_;
    cancel(what);
    what.run_deferred();
  }
}

void Loop::arm_timer() {
  const int64_t deadline = timers_.next_deadline();
  if (deadline == INT64_MAX) {
    uv_timer_stop(&timer_);
    return;
  }
  // Rounded up: a kernel timer that is early would only have to be set again.
  const int64_t wait_ns = std::max<int64_t>(deadline - clock_.mono_ns(), 0);
  const auto wait_ms = static_cast<uint64_t>((wait_ns + kMillisecond - 1) / kMillisecond);
  uv_update_time(&uv_);
  uv_timer_start(
      &timer_,
      [](uv_timer_t *handle) {
        Loop *const loop = static_cast<Loop *>(handle->loop->data);
        loop->timers_.run_due();
      },
      wait_ms, 0);
}

Result<void> Loop::on_signal(int signum, std::function<void()> handler) {
  auto signal = std::make_unique<Signal>();
  signal->number = signum;
  signal->handler = std::move(handler);
  uv_signal_init(&uv_, &signal->handle);
  signal->handle.data = signal.get();
  const int error = uv_signal_start(
      &signal->handle,
      [](uv_signal_t *handle, int) { static_cast<Signal *>(handle->data)->handler(); }, signum);
  uv_unref(reinterpret_cast<uv_handle_t *>(&signal->handle));
  signals_.push_back(std::move(signal));
  if (error != 0) return fail(MMX_ERROR, "cannot catch signal {}: {}", signum, uv_strerror(error));
  return {};
}

void advance(Loop &loop, VirtualClock &clock, int64_t ns) {
  const int64_t end = clock.mono_ns() + ns;
  // Bounded, so that a test whose loop never becomes quiet fails instead of hanging.
  const auto settle = [&] {
    for (int i = 0; i < 1000; ++i) {
      loop.run_once();
      if (loop.timers().next_deadline() > clock.mono_ns()) return;
      loop.timers().run_due();
    }
  };
  settle();
  while (loop.timers().next_deadline() <= end) {
    clock.advance(std::max<int64_t>(loop.timers().next_deadline() - clock.mono_ns(), 0));
    loop.timers().run_due();
    settle();
  }
  clock.advance(end - clock.mono_ns());
  settle();
}

}  // namespace meshmux
