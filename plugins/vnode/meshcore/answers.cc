// Implements the ordered answers. Must not decide what is asked of whom.
#include "plugins/vnode/meshcore/answers.h"

#include <algorithm>
#include <vector>

#include "meshmux/units.hpp"
#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/model.h"

namespace meshcore_vnode {

namespace {

// An app is told something within a second of each command. The source promises its first reply
// within 900 ms, so this is met only when it breaks that, or when there has never been a radio.
constexpr std::int64_t kAnswerNs = 950 * mmx::kMillisecondNs;
// An app that is owed this many answers is not read from until it is owed half of them.
constexpr std::size_t kMostOwed = 64;

bool is_push(std::string_view payload) {
  return meshcore::bytes::u8(payload, 0) >= meshcore::push::first;
}

// Whether a source may push that to an app; that messages wait is for us to say.
bool may_push(std::string_view payload) {
  const meshcore::FrameInfo *info = meshcore::frame_of(payload);
  return info != nullptr && info->code != meshcore::push::message_waiting &&
         payload.size() >= info->min_size;
}

bool is_cached(std::string_view command) {
  return meshcore::treatment_of(command) == meshcore::Treatment::cached;
}

}  // namespace

Answers::Answers(const mmx::Host &host, SessionTable &sessions, LocalCommands &local,
                 Outlet &outlet, Counters &counters)
    : host_(host),
      sessions_(sessions),
      local_(local),
      outlet_(outlet),
      counters_(counters),
      due_(host, [this] { overdue(); }) {}

void Answers::known(AppSession &session, std::string_view payload) {
  if (!session.slots.empty()) {
    push(session, Slot::Kind::ready, payload);
    return;
  }
  outlet_.tell(session, payload);
  local_.announce(session);
}

void Answers::error(AppSession &session, std::uint8_t code) {
  known(session, meshcore::build_error(code));
}

void Answers::local(AppSession &session, std::string_view command) {
  if (!session.slots.empty()) {
    push(session, Slot::Kind::local, command);
    return;
  }
  if (local_.answer(session, command))
    local_.announce(session);
  else
    push(session, Slot::Kind::local, command);
}

void Answers::published(AppSession &session, std::string_view command, std::uint64_t cause,
                        bool may_stay_silent) {
  Slot &slot = push(session, Slot::Kind::published, command);
  slot.cause = cause;
  slot.may_stay_silent = may_stay_silent;
}

Slot &Answers::push(AppSession &session, Slot::Kind kind, std::string_view bytes) {
  Slot &slot = session.slots.emplace_back();
  slot.kind = kind;
  slot.number = session.next_slot++;
  slot.bytes = bytes;
  if (session.slots.size() >= kMostOwed && !session.paused) {
    session.paused = true;
    session.pause();
  }
  if (kind != Slot::Kind::ready) {
    dues_.push_back({host_.mono_ns() + kAnswerNs, session.id(), slot.number});
    if (!due_.armed()) due_.start(kAnswerNs);
  }
  return slot;
}

void Answers::reply(const mmx_message &message) {
  AppSession *session = sessions_.find(message.session);
  if (session == nullptr) return counters_.dropped.add();
  const std::string_view payload = mmx::view(message.payload);
  const auto slot =
      std::find_if(session->slots.begin(), session->slots.end(), [&](const Slot &each) {
        return each.kind == Slot::Kind::published && each.cause == message.cause;
      });
  if (slot != session->slots.end() &&
      (payload.empty() || !is_push(payload) || meshcore::answers(slot->bytes, payload))) {
    // An empty one says at its end that nothing will come, and before that nothing to an app.
    if (payload.empty() && (message.flags & MMX_MESSAGE_FINAL) == 0) return;
    take_reply(*slot, payload);
    return proceed(*session);
  }
  if (payload.empty()) return;
  if (!is_push(payload) || is_late(*session, message.cause)) return counters_.late.add();
  if (!may_push(payload)) return counters_.hidden.add();
  outlet_.tell(*session, payload);
}

void Answers::take_reply(Slot &slot, std::string_view payload) {
  const bool readable = !payload.empty() && payload.size() <= meshcore::max_frame &&
                        meshcore::answers(slot.bytes, payload);
  if (!readable) {
    if (!slot.may_stay_silent) counters_.refused.add();
    return give_up(slot);
  }
  const std::uint8_t code = meshcore::bytes::u8(payload, 0);
  const bool failed = code == meshcore::response::error || code == meshcore::response::disabled;
  if (failed && can_use_record(slot)) {
    slot.kind = Slot::Kind::local;
    return;
  }
  slot.kind = Slot::Kind::ready;
  slot.bytes = slot.may_stay_silent && !failed ? std::string_view() : payload;
}

// The best that can be said without the source.
void Answers::give_up(Slot &slot) {
  if (can_use_record(slot)) {
    slot.kind = Slot::Kind::local;
    return;
  }
  slot.kind = Slot::Kind::ready;
  slot.bytes =
      slot.may_stay_silent ? std::string() : meshcore::build_error(meshcore::error::bad_state);
}

bool Answers::can_use_record(const Slot &slot) const {
  return slot.kind == Slot::Kind::published && is_cached(slot.bytes) &&
         local_.has_record(slot.bytes);
}

bool Answers::is_late(AppSession &session, std::uint64_t cause) {
  const auto found = std::find(session.overdue.begin(), session.overdue.end(), cause);
  if (found == session.overdue.end()) return false;
  *found = 0;
  return true;
}

void Answers::overdue() {
  const std::int64_t now = host_.mono_ns();
  std::vector<AppSession *> concerned;
  for (; !dues_.empty() && dues_.front().at_ns <= now; dues_.pop_front()) {
    AppSession *session = sessions_.find(dues_.front().session);
    if (session == nullptr || session->slots.empty()) continue;
    // Numbers rise by one, so the slot's place is known; it is not there if it was answered.
    const std::uint64_t place = dues_.front().slot - session->slots.front().number;
    if (dues_.front().slot < session->slots.front().number) continue;
    Slot &slot = session->slots[place];
    slot.overdue = true;
    if (slot.kind == Slot::Kind::published) {
      if (!slot.may_stay_silent) counters_.overdue.add();
      note_overdue(*session, slot);
      give_up(slot);
    }
    if (concerned.empty() || concerned.back() != session) concerned.push_back(session);
  }
  for (AppSession *session : concerned) proceed(*session);
  if (!dues_.empty()) due_.start(dues_.front().at_ns - now);
}

// Late answers are told from pushes by their code; only this one is a push itself.
void Answers::note_overdue(AppSession &session, const Slot &slot) {
  if (!meshcore::is_self_telemetry(slot.bytes)) return;
  session.overdue[session.overdue_at] = slot.cause;
  session.overdue_at = static_cast<std::uint8_t>((session.overdue_at + 1) % session.overdue.size());
}

void Answers::proceed(AppSession &session) {
  std::size_t settled = 0;
  while (settled < session.slots.size() && settle(session, session.slots[settled])) ++settled;
  if (settled == 0) return;
  session.slots.erase(session.slots.begin(),
                      session.slots.begin() + static_cast<std::ptrdiff_t>(settled));
  local_.announce(session);
  if (session.paused && session.slots.size() <= kMostOwed / 2) {
    session.paused = false;
    session.resume();
  }
  if (session.eof) finish(session);
}

// Whether the answer is out, so that the next one may follow.
bool Answers::settle(AppSession &session, const Slot &slot) {
  switch (slot.kind) {
    case Slot::Kind::ready:
      outlet_.tell(session, slot.bytes);
      return true;
    case Slot::Kind::local:
      if (local_.answer(session, slot.bytes)) return true;
      if (slot.overdue) outlet_.tell(session, meshcore::build_error(meshcore::error::bad_state));
      return slot.overdue;
    default:
      return false;
  }
}

void Answers::state_is_there() {
  sessions_.each([this](AppSession &session) {
    if (!session.closing && !session.slots.empty()) proceed(session);
  });
}

void Answers::finish(AppSession &session) {
  if (session.slots.empty()) outlet_.close(session);
}

std::uint64_t Answers::waiting() const {
  std::uint64_t total = 0;
  sessions_.each([&](const AppSession &session) { total += session.slots.size(); });
  return total;
}

}  // namespace meshcore_vnode
