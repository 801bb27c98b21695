// Implements the handshakes. Must not know where images come from.
#include "plugins/vnode/meshtastic/handshakes.h"

#include <algorithm>
#include <limits>
#include <string>

#include "plugins/meshtastic/codec/build.h"

namespace meshtastic_vnode {

namespace {

// Below every client's patience (docs/protocol notes 4.1: 12 s without progress at the least), so
// that an app hears of the end and tries again instead of showing an error of its own.
constexpr std::int64_t kHoldNs = 8'000'000'000;

const char *kind_name(HandshakeKind kind) {
  switch (kind) {
    case HandshakeKind::config_only:
      return " (config only)";
    case HandshakeKind::nodes_only:
      return " (nodes only)";
    default:
      return "";
  }
}

}  // namespace

Handshakes::Handshakes(const mmx::Host &host, SessionTable &sessions, Images &images,
                       vnode::Fanout &fanout, Answers &answers, Counters &counters)
    : host_(host),
      sessions_(sessions),
      images_(images),
      fanout_(fanout),
      answers_(answers),
      counters_(counters),
      hold_over_(host, [this] { give_up(); }) {}

void Handshakes::ask(AppSession &session, std::uint32_t nonce) {
  session.nonce = nonce;
  session.stage = AppSession::Stage::asked;
}

void Handshakes::proceed(AppSession &session) {
  if (!session.asked() || session.closing) return;
  if (ready_)
    serve(session);
  else
    hold(session);
}

void Handshakes::set_ready(bool ready) {
  if (ready_ == ready) return;
  ready_ = ready;
  if (!ready) return;
  hold_over_.stop();
  sessions_.each([this](AppSession &session) { proceed(session); });
}

void Handshakes::serve(AppSession &session) {
  const HandshakeKind kind = meshtastic::handshake_kind(session.nonce);
  const vnode::Image *image = images_.get(kind);
  if (image == nullptr) {
    session.closing = true;
    fanout_.unfollow(session);
    host_.sessions()->close(host_.raw(), session.id(), mmx::text("out of memory"));
    return;
  }
  // One that asks again gets what was published before its question first.
  fanout_.replay(session, *image);
  answers_.tell(session, meshtastic::build_config_complete(session.nonce));
  fanout_.follow(session);
  session.stage = AppSession::Stage::configured;
  session.hold_until_ns = 0;
  counters_.handshakes.add();
  host_.log(MMX_LOG_INFO,
            "config complete: nonce " + std::to_string(session.nonce) + kind_name(kind) + ", " +
                std::to_string(image->frames + 1) + " frames, " + std::to_string(image->size) +
                " bytes",
            session.id());
  answers_.release(session);
  if (session.eof && session.waiting == 0) {
    session.closing = true;
    fanout_.unfollow(session);
    session.close();
  }
}

void Handshakes::hold(AppSession &session) {
  if (session.hold_until_ns != 0) return;
  fanout_.unfollow(session);
  session.hold_until_ns = host_.mono_ns() + kHoldNs;
  host_.log(MMX_LOG_INFO, "waiting for radio: the config is asked for before the radio gave it",
            session.id());
  if (!hold_over_.armed()) hold_over_.start(kHoldNs);
}

void Handshakes::give_up() {
  const std::int64_t now = host_.mono_ns();
  std::int64_t next = std::numeric_limits<std::int64_t>::max();
  sessions_.each([&](AppSession &session) {
    if (session.hold_until_ns == 0 || session.closing) return;
    if (session.hold_until_ns > now) {
      next = std::min(next, session.hold_until_ns);
      return;
    }
    session.closing = true;
    host_.sessions()->close(host_.raw(), session.id(), mmx::text("waiting for radio"));
  });
  if (next != std::numeric_limits<std::int64_t>::max()) hold_over_.start(next - now);
}

}  // namespace meshtastic_vnode
