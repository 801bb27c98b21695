// See exchange.h.
#include "plugins/meshcore/driver/exchange.h"

#include <utility>

#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/describe.h"

namespace meshcore_driver {

namespace {

constexpr unsigned kMostResyncs = 2;

const std::string &time_query() {
  static const std::string query(1, static_cast<char>(meshcore::command::get_time));
  return query;
}

}  // namespace

Exchange::Exchange(const mmx::Host &host, Link &link, ExchangeEvents &events, Counters &counters)
    : host_(host), link_(link), events_(events), counters_(counters), timer_(host, [this] {
        overdue();
      }) {}

void Exchange::open() {
  open_ = true;
  resyncs_ = 0;
  scope_.reset();
  pump();
}

void Exchange::close() {
  open_ = false;
  timer_.stop();
  resyncs_ = 0;
  stage_ = Stage::idle;
  std::deque<JobRef> ended;
  if (current_) ended.push_back(std::exchange(current_, nullptr));
  for (FairQueue<JobRef> *lane : {&urgent_, &sessions_, &idle_}) {
    for (JobRef &job : lane->take_all()) ended.push_back(std::move(job));
  }
  for (const JobRef &job : ended) {
    if (job->done) job->done({Outcome::End::lost, {}});
  }
  counters_.set_queued(waiting());
}

void Exchange::hold_sessions(bool held) {
  held_ = held;
  pump();
}

std::size_t Exchange::waiting() const { return urgent_.size() + sessions_.size() + idle_.size(); }

bool Exchange::has_room(Flow flow) const {
  return sessions_.size() < kCapacity && sessions_.size(flow) < kSessionCapacity;
}

void Exchange::submit(Lane lane, JobRef job) {
  if (!open_) {
    if (job->done) job->done({Outcome::End::lost, {}});
    return;
  }
  const Flow flow = job->flow;
  (lane == Lane::urgent    ? urgent_
   : lane == Lane::session ? sessions_
                           : idle_)
      .push(flow, std::move(job));
  counters_.set_queued(waiting());
  pump();
}

JobRef Exchange::next() {
  for (;;) {
    const bool sessions = !sessions_.empty() && !held_;
    const bool both = !urgent_.empty() && sessions;
    const bool urgent = both ? !urgent_was_last_ : !urgent_.empty();
    auto job = urgent ? urgent_.pop() : sessions ? sessions_.pop() : idle_.pop();
    if (!job) return nullptr;
    urgent_was_last_ = urgent;
    if (!(*job)->wanted || (*job)->wanted()) return *job;
  }
}

void Exchange::pump() {
  if (pumping_) return;
  pumping_ = true;
  while (open_ && !current_ && resyncs_ == 0) {
    JobRef job = next();
    if (!job) break;
    begin(std::move(job));
  }
  pumping_ = false;
  counters_.set_queued(waiting());
}

void Exchange::begin(JobRef job) {
  current_ = std::move(job);
  if (!current_->scope.empty() && scope_ != current_->scope) {
    stage_ = Stage::scope;
    send(current_->scope);
    return;
  }
  stage_ = Stage::command;
  send(current_->bytes);
  if (current_ && current_->answered_by_none) finish({Outcome::End::answered, {}});
}

void Exchange::send(std::string_view bytes) {
  timer_.start(kPatienceNs);
  // What cannot be written now is found out like any other silence.
  link_.send(bytes);
}

void Exchange::finish(const Outcome &outcome) {
  timer_.stop();
  stage_ = Stage::idle;
  const JobRef job = std::exchange(current_, nullptr);
  if (job && job->done) job->done(outcome);
  pump();
}

bool Exchange::expects(std::string_view frame) const {
  return current_ && stage_ == Stage::command && meshcore::answers(current_->bytes, frame);
}

void Exchange::take(std::string_view frame) {
  if (resyncs_ > 0) {
    if (meshcore::parse_time(frame)) {
      resyncs_ = 0;
      timer_.stop();
      events_.unasked(frame);
      pump();
    } else {
      events_.unasked(frame);  // the late answer, or somebody else's
    }
    return;
  }
  if (current_ && stage_ == Stage::scope && meshcore::answers(current_->scope, frame)) {
    if (meshcore::parse_error(frame)) {
      scope_.reset();
      finish({Outcome::End::unscoped, frame});
      return;
    }
    scope_ = current_->scope;
    stage_ = Stage::command;
    send(current_->bytes);
    return;
  }
  if (!expects(frame)) {
    events_.unasked(frame);
    return;
  }
  const bool error = meshcore::parse_error(frame).has_value();
  if (current_->part && !error && !current_->part(frame)) {
    timer_.start(kPatienceNs);
    return;
  }
  const std::string held(frame);  // done may make the parser move on
  finish({Outcome::End::answered, held});
}

void Exchange::overdue() {
  if (!open_) return;
  counters_.unanswered.add();
  if (resyncs_ == 0) {
    const std::string &bytes = stage_ == Stage::scope ? current_->scope : current_->bytes;
    host_.log(MMX_LOG_WARN, "the radio did not answer " + meshcore::describe_command(bytes) +
                                " within 5 s; asking for its time to get back in step");
    scope_.reset();
    // The queue stands still until the device is in step again.
    ask_time();
    const JobRef job = std::exchange(current_, nullptr);
    stage_ = Stage::idle;
    if (job && job->done) job->done({Outcome::End::unanswered, {}});
    return;
  }
  if (resyncs_ < kMostResyncs) {
    ask_time();
    return;
  }
  events_.exchange_dead();
}

void Exchange::ask_time() {
  ++resyncs_;
  link_.forget_half_frame();
  send(time_query());
}

}  // namespace meshcore_driver
