// Accepting, limiting, listing and ending sessions. The log lines "... listening on", "client
// connected" and "client disconnected" are searched for by people: their wording is fixed.
#include "core/plugin/sessions.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/plugin/instance.h"

namespace meshmux {
namespace {

constexpr int64_t kLongestSweepNs = 5 * kSecond;
constexpr int64_t kShortestSweepNs = 50 * kMillisecond;

}  // namespace

Result<BoundListener> bind_listener(Loop &loop, const ListenAddress &wanted) {
  Result<std::unique_ptr<Listener>> listener = Listener::bind(loop, wanted.uri);
  if (!listener) {
    return fail(listener.code(), "cannot listen on {}: {}", wanted.uri.to_string(),
                listener.error().message);
  }
  return BoundListener{wanted.option, wanted.uri, std::move(*listener), false};
}

SessionDesk::SessionDesk(Loop &loop, SessionNumbers &numbers, std::string instance,
                         std::string_view what, SessionWatcher &watcher)
    : loop_(loop),
      numbers_(numbers),
      instance_id_(std::move(instance)),
      what_(what),
      watcher_(watcher),
      sweep_timer_(
          loop.timers(), [](void *ctx) { static_cast<SessionDesk *>(ctx)->sweep(); }, this) {}

SessionDesk::~SessionDesk() = default;

void SessionDesk::set_rules(ListenerSettings rules) {
  rules_ = std::move(rules);
  for (auto &[id, session] : sessions_) session.stream->stream().set_limits(stream_limits());
  sweep_timer_.stop();
  if (rules_.idle_timeout_ns > 0) sweep();
}

StreamLimits SessionDesk::stream_limits() const {
  StreamLimits limits;
  limits.max_pending = static_cast<size_t>(rules_.session_outbox);
  limits.no_progress_ns = rules_.session_stall_ns;
  return limits;
}

std::vector<BoundListener> SessionDesk::release_listeners() {
  return std::exchange(listeners_, {});
}

Result<std::vector<BoundListener>> SessionDesk::bind_missing(
    const std::vector<ListenAddress> &wanted) const {
  std::vector<BoundListener> out;
  for (const ListenAddress &address : wanted) {
    const auto same = [&](const BoundListener &bound) {
      return bound.option == address.option && bound.wanted == address.uri;
    };
    if (std::ranges::any_of(listeners_, same)) continue;
    MMX_TRY(BoundListener bound, bind_listener(loop_, address));
    out.push_back(std::move(bound));
  }
  return out;
}

void SessionDesk::add_listeners(std::vector<BoundListener> listeners) {
  for (BoundListener &bound : listeners) {
    listeners_.push_back(std::move(bound));
    listen(listeners_.back());
  }
}

void SessionDesk::listen(BoundListener &bound) {
  bound.listener->set_accept(
      [this, option = bound.option](Accepted peer) { accepted(option, std::move(peer)); });
  if (std::exchange(bound.announced, true)) return;
  log::info(instance_id_, "{} {}", what_, bound.listener->uri().to_string());
}

std::vector<std::string> SessionDesk::addresses() const {
  std::vector<std::string> out;
  for (const BoundListener &bound : listeners_) out.push_back(bound.listener->uri().to_string());
  return out;
}

void SessionDesk::serve(Instance *instance) { instance_ = instance; }

// Why peer may not come in; empty: it may.
std::string SessionDesk::refusal(const Accepted &peer) const {
  if (instance_ == nullptr || instance_->state() != InstanceState::running) {
    return fmt::format("{} is not running", instance_id_);
  }
  const bool is_unix = peer.local->scheme == Uri::Scheme::unix_socket;
  const auto inside = [&](const Network &network) { return network.contains(peer.address); };
  if (!is_unix && !rules_.allow.empty() && std::ranges::none_of(rules_.allow, inside)) {
    return "its address is not in the allow list";
  }
  if (rules_.max_sessions > 0 && sessions_.size() >= rules_.max_sessions) {
    return fmt::format("max_sessions is {}", rules_.max_sessions);
  }
  const auto from = per_address_.find(peer.address);
  if (rules_.max_sessions_per_address > 0 && from != per_address_.end() &&
      from->second >= rules_.max_sessions_per_address) {
    return fmt::format("max_sessions_per_address is {}", rules_.max_sessions_per_address);
  }
  return {};
}

void SessionDesk::accepted(uint32_t option, Accepted peer) {
  if (const std::string why = refusal(peer); !why.empty()) {
    ++totals_.refused;
    log::warn({instance_id_, 0, peer.address}, "client refused: {}", why);
    peer.stream->abort();
    return;
  }
  const uint64_t id = numbers_.next();
  ++totals_.accepted;
  ++per_address_[peer.address];
  Session &session = sessions_[id];
  session.info.id = id;
  session.info.address = peer.address;
  session.info.port = peer.port;
  session.info.local = peer.local->to_string();
  session.info.since_wall_ns = loop_.clock().wall_ns();
  session.info.since_mono_ns = loop_.clock().mono_ns();
  log::info({instance_id_, id, peer.address}, "client connected");

  peer.stream->set_limits(stream_limits());
  session.stream = new PluginStream(*instance_, id, this);
  session.stream->adopt(peer.stream);
  mmx_session view{};
  view.struct_size = sizeof view;
  view.listener = option;
  view.id = id;
  view.address = mmx_text{session.info.address.data(), session.info.address.size()};
  view.local = mmx_text{session.info.local.data(), session.info.local.size()};
  watcher_.session_opened(session.info);
  const mmx_status status = instance_->session_opened(view, session.stream);
  if (status != MMX_OK) session.stream->reject("the plugin did not take it");
}

void SessionDesk::session_closed(uint64_t id, mmx_status status, std::string_view reason,
                                 const SessionEnd::Totals &totals) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Session session = std::move(found->second);
  sessions_.erase(found);
  session.info.bytes_in = totals.bytes_in;
  session.info.bytes_out = totals.bytes_out;
  session.info.last_in_mono_ns = loop_.clock().mono_ns();
  const auto from = per_address_.find(session.info.address);
  if (from != per_address_.end() && --from->second == 0) per_address_.erase(from);
  totals_.bytes_in += totals.bytes_in;
  totals_.bytes_out += totals.bytes_out;
  std::string_view why = session.reason.empty() ? reason : std::string_view(session.reason);
  if (why.empty()) why = status == MMX_TIMED_OUT ? "read too slowly" : "closed";
  const int64_t lasted = loop_.clock().mono_ns() - session.info.since_mono_ns;
  log::info({instance_id_, id, session.info.address},
            "client disconnected: {} (after {} s, {} bytes in, {} bytes out)", why,
            lasted / kSecond, totals.bytes_in, totals.bytes_out);
  watcher_.session_ended(session.info, why);
}

SessionInfo SessionDesk::snapshot(const Session &session) const {
  SessionInfo info = session.info;
  const Stream &stream = session.stream->stream();
  info.bytes_in = stream.bytes_in();
  info.bytes_out = stream.bytes_out();
  info.pending = stream.pending();
  info.last_in_mono_ns = stream.last_in_ns();
  return info;
}

std::unique_ptr<SessionInfo> SessionDesk::find(uint64_t session) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return nullptr;
  return std::make_unique<SessionInfo>(snapshot(found->second));
}

std::vector<SessionInfo> SessionDesk::list() const {
  std::vector<SessionInfo> out;
  out.reserve(sessions_.size());
  for (const auto &[id, session] : sessions_) out.push_back(snapshot(session));
  return out;
}

std::string SessionDesk::address_of(uint64_t session) const {
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? std::string() : found->second.info.address;
}

void SessionDesk::describe(uint64_t session, std::string_view client) {
  constexpr size_t kLongest = 64;
  if (const auto found = sessions_.find(session); found != sessions_.end()) {
    found->second.info.client = std::string(client.substr(0, kLongest));
  }
}

bool SessionDesk::close(uint64_t session, std::string_view reason) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return false;
  if (found->second.reason.empty()) found->second.reason = std::string(reason);
  found->second.stream->stream().close(reason);
  return true;
}

SessionDesk::Totals SessionDesk::totals() const {
  Totals sum = totals_;
  for (const auto &[id, session] : sessions_) {
    sum.bytes_in += session.stream->stream().bytes_in();
    sum.bytes_out += session.stream->stream().bytes_out();
  }
  return sum;
}

void SessionDesk::sweep() {
  const int64_t now = loop_.clock().mono_ns();
  for (auto &[id, session] : sessions_) {
    if (now - session.stream->stream().last_in_ns() < rules_.idle_timeout_ns) continue;
    if (session.reason.empty()) session.reason = "idle for too long";
    session.stream->stream().close(session.reason);
  }
  sweep_timer_.start(std::clamp(rules_.idle_timeout_ns / 4, kShortestSweepNs, kLongestSweepNs));
}

}  // namespace meshmux
