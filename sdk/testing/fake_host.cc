// A whole host for one instance: base table, timers, clock, post, metrics and the turn.
// Must not know any plugin.
#include "sdk/testing/fake_host.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>

#include "meshmux/text.hpp"

namespace mmx::testing {

namespace {
constexpr int kMostRoundsInATurn = 10'000;
constexpr std::size_t kControlCapacity = 64 * 1024;
}  // namespace

struct FakeHost::FakeTimer {
  FakeHost *host;
  void (*fire)(void *ctx);
  void *ctx;
  VirtualClock::EventId event{};
  bool armed = false;

  void disarm() {
    if (armed) host->clock().cancel(event);
    armed = false;
  }
};

struct FakeHost::FakeMetric {
  std::atomic<std::int64_t> value{0};
};

// The functions behind the tables.
struct FakeHost::Calls {
  static FakeTimer *timer(mmx_timer *handle) { return reinterpret_cast<FakeTimer *>(handle); }
  static FakeMetric *metric(mmx_metric *handle) { return reinterpret_cast<FakeMetric *>(handle); }

  static void log(const mmx_host *host, std::int32_t level, std::uint64_t session, mmx_text text) {
    FakeHost &self = of(host);
    const std::lock_guard<std::mutex> lock(self.mutex_);
    self.logs_.push_back({level, session, std::string(view(text))});
  }
  static void set_health(const mmx_host *host, std::int32_t state, mmx_text reason) {
    of(host).health_.push_back({state, std::string(view(reason))});
  }
  static mmx_text instance_id(const mmx_host *host) { return mmx::text(of(host).id_); }

  static mmx_timer *timer_create(const mmx_host *host, void (*fire)(void *), void *ctx) {
    FakeHost &self = of(host);
    auto *made = new FakeTimer{&self, fire, ctx, {}, false};
    self.timers_.insert(made);
    ++self.ledger_->timers;
    return reinterpret_cast<mmx_timer *>(made);
  }
  static void timer_start(mmx_timer *handle, std::int64_t delay_ns) {
    FakeTimer *it = timer(handle);
    it->disarm();
    it->armed = true;
    it->event = it->host->clock().schedule(delay_ns, [it] {
      it->armed = false;
      it->host->touch();
      it->fire(it->ctx);  // may free it
    });
  }
  static void timer_stop(mmx_timer *handle) { timer(handle)->disarm(); }
  static void timer_free(mmx_timer *handle) {
    FakeTimer *it = timer(handle);
    if (it == nullptr) return;
    it->disarm();
    it->host->timers_.erase(it);
    --it->host->ledger_->timers;
    delete it;
  }

  static mmx_status post(const mmx_host *host, void (*fn)(void *), void *ctx) {
    FakeHost &self = of(host);
    if (self.stopping_) return MMX_CLOSED;
    const std::lock_guard<std::mutex> lock(self.mutex_);
    const mmx_status planned = self.faults_.use(Operation::post);
    if (planned != MMX_OK) return planned;
    if (self.posts_.size() >= self.post_limit_) return MMX_AGAIN;
    self.posts_.emplace_back(fn, ctx);
    return MMX_OK;
  }

  static mmx_metric *make_metric(const mmx_host *host, const char *name, const char *) {
    auto &slot = of(host).metrics_[name];
    if (!slot) slot = std::make_unique<FakeMetric>();
    return reinterpret_cast<mmx_metric *>(slot.get());
  }

  static const void *get_extension(const mmx_host *host, const char *id) {
    static const mmx_timers timers = {sizeof(mmx_timers), 0,           &timer_create,
                                      &timer_start,       &timer_stop, &timer_free};
    static const mmx_clock clock = {
        sizeof(mmx_clock),
        0,
        [](const mmx_host *h) { return of(h).clock().mono_ns(); },
        [](const mmx_host *h) { return of(h).clock().wall_ns(); },
        [](const mmx_host *h) { return of(h).clock().wall_synchronised(); },
        [](const mmx_host *h) -> std::uint64_t { return of(h).random_(); }};
    static const mmx_post post_table = {sizeof(mmx_post), 0, &post};
    static const mmx_metrics metrics = {
        sizeof(mmx_metrics),
        0,
        &make_metric,
        &make_metric,
        [](mmx_metric *handle, std::int64_t amount) { metric(handle)->value += amount; },
        [](mmx_metric *handle, std::int64_t value) { metric(handle)->value = value; }};
    static const std::map<std::string_view, const void *> tables = {
        {MMX_EXT_BUS, &FakeBus::bus_api()},
        {MMX_EXT_SOURCE, &FakeBus::source_api()},
        {MMX_EXT_STREAM, &FakeStream::api()},
        {MMX_EXT_SESSIONS, &FakeNetwork::sessions_api()},
        {MMX_EXT_TIMER, &timers},
        {MMX_EXT_CLOCK, &clock},
        {MMX_EXT_POST, &post_table},
        {MMX_EXT_METRICS, &metrics}};
    const auto found = tables.find(id);
    if (found == tables.end() || of(host).hidden_.count(id) != 0) return nullptr;
    return found->second;
  }
};

FakeHost::FakeHost(std::string instance_id, std::uint64_t seed)
    : own_clock_(std::make_unique<VirtualClock>()),
      clock_(own_clock_.get()),
      id_(std::move(instance_id)) {
  set_up(seed);
}

FakeHost::FakeHost(std::string instance_id, VirtualClock &clock, std::uint64_t seed)
    : clock_(&clock), id_(std::move(instance_id)) {
  set_up(seed);
}

void FakeHost::set_up(std::uint64_t seed) {
  random_.seed(seed);
  table_ = {sizeof(mmx_host),      MMX_ABI_MAJOR, MMX_ABI_MINOR,      this,
            &Calls::get_extension, &Calls::log,   &Calls::set_health, &Calls::instance_id};
  clock_->add_turn(this, [this] { end_turn(); });
}

FakeHost::~FakeHost() {
  clock_->remove_turn(this);
  bus_.forget_inbox();
  const std::vector<std::string> leaks = forgiven_ ? std::vector<std::string>() : this->leaks();
  const std::vector<std::string> violations = take_violations();
  net_.drop_all();
  drop_timers();
  // While a failed assertion unwinds, what is left over is no news.
  if ((leaks.empty() && violations.empty()) || std::uncaught_exceptions() > 0) return;
  for (const std::string &line : leaks)
    std::fprintf(stderr, "%s leaks %s\n", id_.c_str(), line.c_str());
  for (const std::string &line : violations)
    std::fprintf(stderr, "%s breaks the ABI: %s\n", id_.c_str(), line.c_str());
  std::abort();
}

void FakeHost::end_turn() {
  if (in_turn_) return;
  in_turn_ = true;
  for (int round = 0;; ++round) {
    if (round == kMostRoundsInATurn) {
      in_turn_ = false;
      throw std::logic_error("the instance never comes to rest in one turn");
    }
    run_posts();
    net_.run_deferred();
    bus_.drain();
    if (touched_) {
      touched_ = false;
      if (ops_ != nullptr && ops_->turn_end != nullptr) ops_->turn_end(self_);
    }
    bus_.drain();
    const bool flushed = net_.flush();
    if (!touched_ && !flushed && !bus_.can_drain() && !has_posts() && !net_.run_deferred()) break;
  }
  in_turn_ = false;
}

bool FakeHost::run_posts() {
  bool worked = false;
  while (true) {
    std::pair<void (*)(void *), void *> next;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (posts_.empty()) return worked;
      next = posts_.front();
      posts_.pop_front();
    }
    touch();
    next.first(next.second);
    worked = true;
  }
}

bool FakeHost::has_posts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !posts_.empty();
}

bool FakeHost::is_ready() const {
  return health().state == MMX_HEALTH_OK || health().state == MMX_HEALTH_DEGRADED;
}

std::vector<LogLine> FakeHost::logs() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return logs_;
}

bool FakeHost::logged(std::string_view part, std::int32_t level) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::any_of(logs_.begin(), logs_.end(), [&](const LogLine &line) {
    return line.level >= level && line.text.find(part) != std::string::npos;
  });
}

std::int64_t FakeHost::metric(const std::string &name) const {
  const auto found = metrics_.find(name);
  return found == metrics_.end() ? 0 : found->second->value.load();
}

const void *FakeHost::instance_extension(const char *id) const {
  if (ops_ == nullptr || ops_->get_extension == nullptr) return nullptr;
  return ops_->get_extension(self_, id);
}

std::string FakeHost::control_status() {
  const auto *control = static_cast<const mmx_control *>(instance_extension(MMX_EXT_CONTROL));
  if (control == nullptr || control->status == nullptr) return {};
  std::string json(kControlCapacity, '\0');
  mmx_buffer buffer{reinterpret_cast<std::uint8_t *>(json.data()), json.size(), 0};
  touch();
  if (control->status(self_, &buffer) != MMX_OK) return {};
  json.resize(buffer.size);
  return json;
}

std::pair<mmx_status, std::string> FakeHost::control_call(std::string_view verb,
                                                          std::string_view args) {
  const auto *control = static_cast<const mmx_control *>(instance_extension(MMX_EXT_CONTROL));
  if (control == nullptr || control->call == nullptr) return {MMX_UNSUPPORTED, {}};
  std::string reply(kControlCapacity, '\0');
  mmx_buffer buffer{reinterpret_cast<std::uint8_t *>(reply.data()), reply.size(), 0};
  touch();
  const mmx_status status = control->call(self_, mmx::text(verb), mmx::text(args), &buffer);
  reply.resize(std::min(buffer.size, reply.size()));
  return {status, reply};
}

std::size_t FakeHost::armed_timers() const {
  return static_cast<std::size_t>(std::count_if(timers_.begin(), timers_.end(),
                                                [](const FakeTimer *each) { return each->armed; }));
}

std::vector<std::string> FakeHost::leaks() const {
  std::vector<std::string> found;
  const auto note = [&](long left, const char *what) {
    if (left != 0) found.push_back(std::to_string(left) + " " + what);
  };
  note(ledger_->timers, "timer(s) not freed");
  note(ledger_->streams, "stream(s) not closed");
  note(ledger_->messages, "message(s) not released");
  note(ledger_->buffers, "buffer(s) not released");
  return found;
}

std::vector<std::string> FakeHost::take_violations() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(violations_, {});
}

void FakeHost::violation(std::string what) {
  const std::lock_guard<std::mutex> lock(mutex_);
  violations_.push_back(std::move(what));
}

void FakeHost::attach(const mmx_instance_ops *ops, void *self, std::uint32_t role) {
  ops_ = ops;
  self_ = self;
  role_ = role;
  stopping_ = false;
}

void FakeHost::detach() {
  ops_ = nullptr;
  self_ = nullptr;
  touched_ = false;
  bus_.forget_inbox();
  net_.drop_all();
  drop_timers();
}

void FakeHost::drop_timers() {
  while (!timers_.empty()) Calls::timer_free(reinterpret_cast<mmx_timer *>(*timers_.begin()));
}

}  // namespace mmx::testing
