// Implements the commands that are answered here. Must not know the bus.
#include "plugins/vnode/meshcore/local_commands.h"

#include <algorithm>
#include <string>

#include "meshmux/units.hpp"
#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/text.h"

namespace meshcore_vnode {

namespace {

namespace command_code = meshcore::command;
namespace error = meshcore::error;
namespace bytes = meshcore::bytes;

constexpr std::size_t kAppNameAt = 8;       // in APP_START
constexpr std::size_t kLongestClient = 40;  // bytes of an app's name shown to people
// Below this version an app knows the legacy message frames only (docs/protocol notes 2.1).
constexpr std::uint8_t kVersionWithSnr = 3;

// What a cached answer is kept under, and for how long it spares the radio the question.
struct CachedRecord {
  Section section = Section::invalid;
  std::uint8_t sub = 0;
  std::int64_t age_ns = 0;
};
CachedRecord cached_record(std::string_view command) {
  switch (bytes::u8(command, 0)) {
    case command_code::get_battery:
      return {Section::battery, 0, 10 * mmx::kSecondNs};
    case command_code::get_stats:
      return {Section::stats, bytes::u8(command, 1), 4 * mmx::kSecondNs};
    case command_code::send_telemetry:
      return {Section::telemetry, 0, 10 * mmx::kSecondNs};
    default:
      return {};
  }
}

}  // namespace

bool LocalCommands::answer(AppSession &session, std::string_view command) {
  const std::uint8_t code = bytes::u8(command, 0);
  switch (code) {  // what needs no state
    case command_code::app_start:
      introduce(session, command);
      break;
    case command_code::device_query:
      session.version = bytes::u8(command, 1);
      break;
    case command_code::get_time:
      outlet_.tell(session, meshcore::build_time(mirror_.device_seconds()));
      return true;
    case command_code::sync_next:
      next_message(session);
      return true;
    case command_code::has_connection:
      outlet_.tell(session, meshcore::build_error(error::not_found));
      return true;
    case command_code::logout:
      outlet_.tell(session, meshcore::build_ok());
      return true;
    default:
      break;
  }
  if (!ready_ && meshcore::treatment_of(command) != meshcore::Treatment::cached) return false;
  counters_.local_answers.add();
  switch (code) {
    case command_code::app_start:
      self_info(session);
      break;
    case command_code::device_query:
      device_info(session);
      break;
    case command_code::get_contacts:
      contacts(session, command);
      break;
    case command_code::get_contact:
      from_state(session, mirror_.contact(*meshcore::command_key(command)), error::not_found);
      break;
    case command_code::get_channel:
      from_state(session, record(command), error::not_found);
      break;
    case command_code::get_battery:
    case command_code::get_stats:
    case command_code::send_telemetry:
      from_state(session, record(command), error::bad_state);
      break;
    default:
      from_state(session, record(command), error::unsupported);
      break;
  }
  return true;
}

void LocalCommands::introduce(AppSession &session, std::string_view command) {
  const std::string_view name = meshcore::cut_nul(command.substr(kAppNameAt));
  mailboxes_.introduce(session, name);
  if (session.started) return;
  std::string shown = meshcore::clean_utf8(name);
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  const std::string_view client = meshcore::fit_utf8(shown, kLongestClient);
  if (!client.empty()) host_.sessions()->describe(host_.raw(), session.id(), mmx::text(client));
}

void LocalCommands::self_info(AppSession &session) {
  const auto frame = mirror_.frame(Section::self_info);
  from_state(session, frame, error::bad_state);
  if (!frame || session.started) return;
  session.started = true;
  session.mailbox.announced = false;
}

void LocalCommands::device_info(AppSession &session) {
  const auto frame = mirror_.frame(Section::device_info);
  if (!frame || bytes::u8(*frame, 1) <= meshcore::version)
    return from_state(session, frame, error::bad_state);
  // A newer firmware than this code: apps must not take what it would do for granted.
  std::string lowered(*frame);
  lowered[1] = static_cast<char>(meshcore::version);
  outlet_.tell(session, lowered);
}

void LocalCommands::contacts(AppSession &session, std::string_view command) {
  const vnode::Image *image = contacts_.get(meshcore::contacts_since(command));
  if (image == nullptr) return outlet_.tell(session, meshcore::build_error(error::bad_state));
  counters_.contact_syncs.add();
  outlet_.replay(session, *image);
}

void LocalCommands::next_message(AppSession &session) {
  const mmx_message *message = mailboxes_.take(session);
  if (message == nullptr) {
    session.mailbox.announced = false;
    return outlet_.tell(session, meshcore::build_no_more_messages());
  }
  if (!mailboxes_.waiting(session)) session.mailbox.announced = false;
  const std::string_view frame = mmx::view(message->payload);
  if (session.version >= kVersionWithSnr) return outlet_.tell(session, frame);
  const auto parsed = meshcore::parse_message(frame);
  outlet_.tell(session,
               parsed ? meshcore::render_message(*parsed, session.version) : std::string(frame));
}

void LocalCommands::announce(AppSession &session) {
  // Not before it was told anything: it may not expect pushes yet.
  if (!session.follows() || session.mailbox.announced || session.closing) return;
  if (!mailboxes_.waiting(session)) return;
  session.mailbox.announced = true;
  outlet_.tell(session, meshcore::build_message_waiting());
}

void LocalCommands::from_state(AppSession &session, std::optional<std::string_view> frame,
                               std::uint8_t error_without) {
  if (frame)
    outlet_.tell(session, *frame);
  else
    outlet_.tell(session, meshcore::build_error(error_without));
}

bool LocalCommands::has_young_record(std::string_view command) const {
  const CachedRecord wanted = cached_record(command);
  return wanted.section != Section::invalid &&
         mirror_.is_young(wanted.section, wanted.sub, wanted.age_ns);
}

std::optional<std::string_view> LocalCommands::record(std::string_view command) const {
  switch (bytes::u8(command, 0)) {
    case command_code::get_channel:
      return mirror_.frame(Section::channel, bytes::u8(command, 1));
    case command_code::get_custom_vars:
      return mirror_.frame(Section::custom_vars);
    case command_code::get_tuning:
      return mirror_.frame(Section::tuning);
    case command_code::get_auto_add:
      return mirror_.frame(Section::auto_add);
    case command_code::get_repeat_freq:
      return mirror_.frame(Section::repeat_freq);
    case command_code::get_default_scope:
      return mirror_.frame(Section::default_scope);
    default:
      break;
  }
  const CachedRecord cached = cached_record(command);
  if (cached.section == Section::invalid) return std::nullopt;
  return mirror_.frame(cached.section, cached.sub);
}

}  // namespace meshcore_vnode
