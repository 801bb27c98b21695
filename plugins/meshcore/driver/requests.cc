// See requests.h.
#include "plugins/meshcore/driver/requests.h"

#include <algorithm>
#include <utility>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/driver/records.h"

namespace meshcore_driver {

namespace {

namespace bytes = meshcore::bytes;
namespace command = meshcore::command;
namespace error = meshcore::error;
namespace push = meshcore::push;

constexpr std::int64_t kMarginNs = 2 * kSecondNs;
// Of a request that waits in the queue for its way to the device.
constexpr std::int64_t kHandoverNs = 500 * kMillisecondNs;

std::int64_t patience(std::uint32_t timeout_ms) {
  return std::int64_t{timeout_ms} * kMillisecondNs * 6 / 5 + kMarginNs;
}

}  // namespace

Requests::Requests(const mmx::Host &host, Exchange &exchange, Mirror &mirror, Answers &answers,
                   Publisher &out, Scopes &scopes, Stamps &stamps, Estimates &estimates,
                   Counters &counters)
    : host_(host),
      exchange_(exchange),
      mirror_(mirror),
      answers_(answers),
      out_(out),
      scopes_(scopes),
      stamps_(stamps),
      estimates_(estimates),
      counters_(counters),
      next_tag_(static_cast<std::uint32_t>(host.random())),
      timer_(host, [this] { running_ &&device_tag_ ? ended() : send(); }) {}

void Requests::take(const AskRef &ask) {
  const auto key = meshcore::command_key(ask->bytes);
  if (!key) {
    answers_.error(ask, error::unsupported);
    return;
  }
  const auto contact = mirror_.contact(*key);
  // Anonymous requests reach nodes that are no contacts, from version 13 on.
  const bool anonymous =
      bytes::u8(ask->bytes, 0) == command::send_anonymous && mirror_.device().version >= 13;
  if (!contact && !anonymous) {
    answers_.error(ask, error::not_found);
    return;
  }
  const std::int64_t wait_ns = longest_wait_ns();
  // Most are answered long before their time is up.
  if (wait_ns / 2 > kLongestWaitNs || asks_ >= kMostAsks) {
    answers_.error(ask, error::table_full);
    return;
  }
  const std::string scope = scopes_.needed(ask->flow, ask->bytes, mirror_.device().version);
  const auto same = [&](const RequestRef &each) {
    return each->bytes == ask->bytes && each->scope == scope;
  };
  if (running_ && same(running_)) {
    counters_.coalesced.add();
    join(running_, ask, wait_ns);
    return;
  }
  if (const RequestRef *waiting = queue_.find_if(same)) {
    counters_.coalesced.add();
    join(*waiting, ask, wait_ns);
    return;
  }
  auto request = std::make_shared<Request>();
  request->bytes = ask->bytes;
  request->scope = scope;
  request->key = *key;
  request->flow = ask->flow;
  request->patience_ns = patience(estimates_.timeout_ms(contact));
  join(request, ask, wait_ns);
  queue_.push(ask->flow, std::move(request));
  next();
}

// SENT as the device would say it: a login is known by the key, everything else by a number.
void Requests::join(const RequestRef &request, const AskRef &ask, std::int64_t wait_ns) {
  const bool login = bytes::u8(request->bytes, 0) == command::send_login;
  std::uint32_t tag = login ? bytes::u32(request->key, 0) : next_tag_++;
  if (tag == 0 && !login) tag = next_tag_++;
  const std::int64_t total_ns = wait_ns + request->patience_ns;
  request->askers.push_back({ask, tag});
  request->until_ns = std::max(request->until_ns, host_.mono_ns() + total_ns);
  ++asks_;
  const bool flood = estimates_.floods(mirror_.contact(request->key));
  answers_.say(ask,
               meshcore::build_sent({flood ? std::uint8_t{1} : std::uint8_t{0}, tag,
                                     static_cast<std::uint32_t>(total_ns / kMillisecondNs)}),
               Last::no);
}

std::int64_t Requests::longest_wait_ns() const {
  std::int64_t wait_ns = 0;
  if (running_) {
    wait_ns = device_tag_ ? std::max<std::int64_t>(running_until_ns_ - host_.mono_ns(), 0)
                          : running_->patience_ns;
  }
  queue_.each([&](const RequestRef &request) { wait_ns += request->patience_ns + kHandoverNs; });
  return wait_ns;
}

void Requests::next() {
  const std::int64_t now = host_.mono_ns();
  while (open_ && !running_) {
    auto request = queue_.pop();
    if (!request) return;
    if ((*request)->askers.empty()) continue;
    if (now >= (*request)->until_ns) {
      give_up(*request);
      continue;
    }
    running_ = std::move(*request);
    device_tag_.reset();
    send();
  }
}

void Requests::send() {
  if (!running_ || !open_) return;
  const auto contact = mirror_.contact(running_->key);
  const bool strict = contact && (contact->type == meshcore::contact_type::room ||
                                  contact->type == meshcore::contact_type::repeater);
  const std::int64_t wait_ns = strict ? stamps_.request_wait_ns(running_->key) : 0;
  if (wait_ns > 0) {
    timer_.start(wait_ns);
    return;
  }
  if (strict) stamps_.request_sent(running_->key);
  counters_.requests.add();
  auto job = make_job(running_->bytes, [this, request = running_](const Outcome &outcome) {
    device_answered(request, outcome);
  });
  job->flow = running_->flow;
  job->scope = running_->scope;
  exchange_.submit(Lane::session, std::move(job));
}

void Requests::device_answered(const RequestRef &request, const Outcome &outcome) {
  if (request != running_) return;
  if (outcome.end == Outcome::End::lost) return;  // close() has put it back
  const auto sent = outcome.good() ? meshcore::parse_sent(outcome.frame) : std::nullopt;
  if (!sent) {
    ended();
    return;
  }
  estimates_.learn(mirror_.contact(request->key), *sent);
  device_tag_ = sent->tag;
  const std::int64_t patience_ns =
      std::min<std::int64_t>(patience(sent->timeout_ms), 2 * kMinuteNs);
  running_until_ns_ = host_.mono_ns() + patience_ns;
  timer_.start(patience_ns);
}

// Nothing came. A wrong password looks like this; nobody can say more.
void Requests::ended() {
  timer_.stop();
  if (const RequestRef request = std::exchange(running_, nullptr)) give_up(request);
  next();
}

void Requests::give_up(const RequestRef &request) {
  counters_.silent.add();
  asks_ -= request->askers.size();
  for (const Asker &asker : request->askers) answers_.end(asker.ask);
}

bool Requests::matches(std::string_view frame) const {
  if (!running_ || !device_tag_ || frame.empty()) return false;
  const std::uint8_t code = bytes::u8(frame, 0);
  const auto prefix = meshcore::push_key_prefix(frame);
  const bool same_node = prefix && running_->key.starts_with(*prefix);
  switch (bytes::u8(running_->bytes, 0)) {
    case command::send_login:
      return same_node && (code == push::login_success || code == push::login_fail);
    case command::send_status:
      return same_node && code == push::status_response;
    case command::send_telemetry:
      return same_node && code == push::telemetry_response;
    case command::send_path_discovery:
      return same_node && code == push::path_discovery;
    default:
      return code == push::binary_response && meshcore::frame_tag(frame) == device_tag_;
  }
}

bool Requests::result(std::string_view frame) {
  if (!matches(frame)) return false;
  const RequestRef request = std::exchange(running_, nullptr);
  timer_.stop();
  asks_ -= request->askers.size();
  const auto contact = mirror_.contact(request->key);
  NeutralRecord record;
  describe_result(frame, request->bytes, request->key, contact ? contact->type : std::uint8_t{0},
                  record);
  const bool tagged = bytes::u8(frame, 0) == push::binary_response;
  for (const Asker &asker : request->askers) {
    answers_.say(asker.ask, tagged ? meshcore::with_tag(frame, asker.tag) : std::string(frame),
                 Last::yes, record.get());
  }
  out_.event(frame, record.get(), Visibility::quiet);
  next();
  return true;
}

void Requests::session_ended(Flow flow) {
  const auto leave = [&](const RequestRef &request) {
    asks_ -=
        std::erase_if(request->askers, [&](const Asker &each) { return each.ask->flow == flow; });
    return request->askers.empty();
  };
  queue_.remove_if(leave);
  // The running one goes on: the device waits for it, whoever asked.
  if (running_) leave(running_);
}

void Requests::open() {
  open_ = true;
  next();
}

void Requests::close() {
  open_ = false;
  timer_.stop();
  device_tag_.reset();
  if (RequestRef request = std::exchange(running_, nullptr)) {
    const Flow flow = request->flow;
    queue_.push_front(flow, std::move(request));
  }
}

void Requests::forget_all() {
  close();
  for (const RequestRef &request : queue_.take_all()) give_up(request);
}

}  // namespace meshcore_driver
