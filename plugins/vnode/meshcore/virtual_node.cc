// Implements the virtual node: its life, the bus side, and what arrives from apps. Must not know
// any driver.
#include "plugins/vnode/meshcore/virtual_node.h"

#include <memory>
#include <optional>

namespace meshcore_vnode {

namespace {

// Nothing if an option cannot be understood.
std::optional<MailboxRules> read_rules(const mmx::Options &options) {
  const auto history = parse_history(options.string("history"));
  if (!history) return std::nullopt;
  MailboxRules rules;
  rules.personal = options.flag("personal");
  rules.history = *history;
  rules.log_limit = static_cast<std::size_t>(options.integer("message_log"));
  return rules;
}

}  // namespace

VirtualNode::VirtualNode(const mmx_host *raw_host, const mmx::Options &options)
    : mmx::Instance(raw_host),
      counters_(host()),
      fanout_(host()),
      outlet_(fanout_),
      mirror_(host()),
      contacts_(host(), mirror_),
      mailboxes_(host(), sessions_, counters_, read_rules(options).value_or(MailboxRules())),
      local_(host(), mirror_, contacts_, mailboxes_, outlet_, counters_),
      answers_(host(), sessions_, local_, outlet_, counters_),
      commands_(host(), local_, answers_, counters_),
      raw_(host(), sessions_, fanout_, outlet_, counters_),
      live_(fanout_, sessions_, mailboxes_, local_, raw_, counters_),
      replay_(host()),
      options_valid_(read_rules(options).has_value()) {}

mmx_status VirtualNode::start() {
  if (!options_valid_) {
    host().log(MMX_LOG_ERROR,
               "\"history:\" must be none, a number of messages or a duration such as 6h");
    return MMX_INVALID;
  }
  const std::uint32_t source = host().bus()->bound_source(host().raw());
  if (source == 0) {
    host().log(MMX_LOG_ERROR,
               "a virtual node needs \"source:\", the name of the radio it stands for");
    return MMX_INVALID;
  }
  return host().subscribe(source, MMX_KIND_STATE | MMX_KIND_LINK | MMX_KIND_RX | MMX_KIND_SENT);
}

void VirtualNode::stop() {
  stopping_ = true;
  sessions_.each([this](AppSession &session) { end(session, "the virtual node is stopping"); });
  if (sessions_.size() == 0) host().stopped();
}

mmx_status VirtualNode::reconfigure(const mmx::Options &options) {
  // A moved listener is the core's work; connected apps stay.
  const auto rules = read_rules(options);
  if (!rules) return MMX_INVALID;
  mailboxes_.set_rules(*rules);
  return MMX_OK;
}

mmx_status VirtualNode::deliver(const mmx_message &message) {
  if (!take_epoch(message.kind == MMX_KIND_LINK && message.link != nullptr ? message.link->epoch
                                                                           : message.epoch))
    return MMX_OK;
  switch (message.kind) {
    case MMX_KIND_STATE:
      replay_.saw_state();
      mirror_.apply(message);
      break;
    case MMX_KIND_LINK:
      if (message.link != nullptr) link_.take(*message.link);
      break;
    case MMX_KIND_RX:
      live_.rx(message);
      break;
    case MMX_KIND_SENT:
      live_.sent(message);
      break;
    case MMX_KIND_REPLY:
      answers_.reply(message);
      break;
    default:
      break;
  }
  return MMX_OK;
}

void VirtualNode::turn_end() {
  if (!stopping_ && replay_.over()) {
    judge_readiness();
    report_health();
  }
  fanout_.flush_all();
}

// What is older than the present epoch is of another radio: false.
bool VirtualNode::take_epoch(std::uint32_t epoch) {
  if (epoch == link_.epoch) return true;
  if (epoch < link_.epoch) return false;
  another_radio();
  link_.epoch = epoch;
  return true;
}

// Apps that were shown the former radio must not take this one for it: they would mix both, or wipe
// what they know.
void VirtualNode::another_radio() {
  // The first radio to be known is nobody's other radio: what apps asked until then is for it.
  if (mirror_.size() == 0 && !link_.complete) return;
  local_.set_ready(false);
  link_.complete = false;
  mirror_.clear();
  mailboxes_.forget_messages();
  sessions_.each([this](AppSession &session) {
    if (session.spoke) end(session, "the radio behind this virtual node changed");
  });
}

// State that was whole once is served from then on, however the link is.
void VirtualNode::judge_readiness() {
  if (local_.ready() || !link_.complete || link_.swapping) return;
  local_.set_ready(true);
  answers_.state_is_there();
}

void VirtualNode::report_health() {
  const std::int32_t wanted = local_.ready() ? MMX_HEALTH_OK : MMX_HEALTH_DEGRADED;
  if (health_ == wanted) return;
  health_ = wanted;
  if (wanted == MMX_HEALTH_OK)
    host().healthy();
  else
    host().degraded("waiting for radio");
}

mmx_status VirtualNode::session_opened(const mmx_session &session, mmx_stream *stream) {
  if (stopping_) return MMX_CLOSED;
  AppSession &made = sessions_.add(std::make_unique<AppSession>(
      host(), session.id, mmx::view(session.address), static_cast<SessionOwner &>(*this)));
  mailboxes_.open(made);
  made.adopt(stream);
  return MMX_OK;
}

void VirtualNode::session_data(AppSession &session, std::string_view bytes) {
  if (session.closing) return;
  session.parser.feed(bytes);
  const std::uint64_t before = session.parser.counters().frames;
  while (const auto frame = session.parser.next()) {
    session.spoke = true;
    count_oversize(session);
    commands_.submit(session, *frame);
    if (session.closing) break;
  }
  counters_.frames_in.add(session.parser.counters().frames - before);
  if (session.closing) return;
  count_oversize(session);
  count_junk(session);
}

// A command that is too long is swallowed by the parser, but its app waits for a word.
void VirtualNode::count_oversize(AppSession &session) {
  for (; session.oversize_seen < session.parser.counters().oversize; ++session.oversize_seen)
    commands_.oversize(session);
}

void VirtualNode::count_junk(AppSession &session) {
  const meshcore::FrameCounters &seen = session.parser.counters();
  if (seen.junk_bytes != session.junk_seen) {
    counters_.junk_bytes.add(seen.junk_bytes - session.junk_seen);
    session.junk_seen = seen.junk_bytes;
  }
  if (seen.junk_since_frame > vnode::kJunkLimit) end(session, "sends bytes that are no frames");
}

// Commands it sent before stay valid, and what they still owe it is waited for.
void VirtualNode::session_eof(AppSession &session) {
  if (session.closing) return;
  session.eof = true;
  answers_.finish(session);
}

void VirtualNode::session_drained(AppSession &session) { raw_.drained(session); }

void VirtualNode::session_closed(AppSession &session) {
  session.closing = true;
  raw_.forget(session);
  fanout_.unfollow(session);
  AppSession *heir = mailboxes_.close(session);
  sessions_.remove(session);
  if (heir != nullptr) local_.announce(*heir);
  if (stopping_ && sessions_.size() == 0) host().stopped();
}

void VirtualNode::end(AppSession &session, std::string_view reason) {
  if (session.closing) return;
  session.closing = true;
  fanout_.unfollow(session);
  host().sessions()->close(host().raw(), session.id(), mmx::text(reason));
}

const mmx_type &virtual_node_type() {
  static const mmx_type type = mmx::define_type<VirtualNode>(
      MMX_ROLE_FRONTEND, "vnode-meshcore",
      "Lets any number of MeshCore apps use one companion radio over TCP, as if each had it alone.",
      "meshcore");
  return type;
}

}  // namespace meshcore_vnode
