// The commands of commands.h that never reach the radio as they are: what the mirror can tell, what
// belongs to one session only, and the clock.
#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/driver/commands.h"

namespace meshcore_driver {

namespace {

namespace bytes = meshcore::bytes;
namespace command = meshcore::command;
namespace error = meshcore::error;
using meshcore::Section;
using meshcore::StateKey;

// What a command without parameters reads.
Section section_of(std::uint8_t code) {
  switch (code) {
    case command::app_start:
      return Section::self_info;
    case command::device_query:
      return Section::device_info;
    case command::get_custom_vars:
      return Section::custom_vars;
    case command::get_tuning:
      return Section::tuning;
    case command::get_auto_add:
      return Section::auto_add;
    case command::get_repeat_freq:
      return Section::repeat_freq;
    case command::get_default_scope:
      return Section::default_scope;
    default:
      return Section::invalid;
  }
}

}  // namespace

// Virtual nodes answer these by themselves; bridges may ask here.
void Commands::local(const AskRef &ask) {
  const std::uint8_t code = bytes::u8(ask->bytes, 0);
  StateKey key{section_of(code), 0, {}};
  switch (code) {
    case command::get_contacts:
      contact_list(ask);
      return;
    case command::get_time:
      parts_.answers.say(ask, meshcore::build_time(parts_.clock.now()), Last::yes);
      return;
    case command::sync_next:
      parts_.answers.say(ask, meshcore::build_no_more_messages(), Last::yes);
      return;
    case command::has_connection:
      parts_.answers.error(ask, error::not_found);
      return;
    case command::logout:
      parts_.answers.ok(ask);
      return;
    case command::get_contact:
      key = {Section::contact, 0, ask->bytes.substr(1, meshcore::key_size)};
      break;
    case command::get_channel:
      key = {Section::channel, bytes::u8(ask->bytes, 1), {}};
      break;
    default:
      break;
  }
  const auto known = parts_.mirror.payload(key);
  if (known) {
    parts_.answers.say(ask, *known, Last::yes);
  } else {
    parts_.answers.error(ask, parts_.mirror.complete() ? error::not_found : error::bad_state);
  }
}

void Commands::contact_list(const AskRef &ask) {
  const std::uint32_t since = meshcore::contacts_since(ask->bytes);
  std::uint32_t newest = 0;
  const auto frames = parts_.mirror.contact_frames();
  parts_.answers.say(ask, meshcore::build_contacts_start(static_cast<std::uint32_t>(frames.size())),
                     Last::no);
  for (const std::string_view frame : frames) {
    const std::uint32_t lastmod = bytes::u32(frame, 144);
    if (lastmod <= since) continue;
    newest = std::max(newest, lastmod);
    parts_.answers.say(ask, frame, Last::no);
  }
  parts_.answers.say(ask, meshcore::build_contacts_end(newest), Last::yes);
}

void Commands::session(const AskRef &ask) {
  if (bytes::u8(ask->bytes, 0) != command::set_flood_scope) {
    parts_.signer.take(ask);
    return;
  }
  const bool known =
      !parts_.mirror.complete() || parts_.mirror.device().version >= Scopes::kSinceVersion;
  if (!known) {
    parts_.answers.error(ask, error::unsupported);
  } else if (parts_.scopes.set(ask->flow, ask->bytes)) {
    parts_.answers.ok(ask);
  } else {
    parts_.answers.error(ask, error::table_full);
  }
}

// Every phone sets the clock when it connects. One that is right is not set by one that may be
// wrong; and no refusal is ever told, because it confuses apps (docs/protocol notes 2.7).
void Commands::set_time(const AskRef &ask) {
  const std::uint32_t seconds = bytes::u32(ask->bytes, 1);
  if (!up_ || !parts_.clock.takes_from_app(seconds) || !parts_.exchange.has_room(ask->flow)) {
    parts_.answers.ok(ask);
    return;
  }
  auto job = make_job(ask->bytes, [this, ask, seconds](const Outcome &outcome) {
    if (outcome.good()) {
      parts_.clock.observe(seconds);
      if (parts_.clock.tell()) parts_.mirror.put(meshcore::build_time(seconds));
    }
    parts_.answers.ok(ask);
  });
  parts_.answers.promise(ask, [this, ask] { parts_.answers.ok(ask); });
  job->flow = ask->flow;
  parts_.exchange.submit(Lane::session, std::move(job));
}

void Commands::session_ended(Flow flow) {
  parts_.scopes.session_ended(flow);
  parts_.signer.session_ended(flow);
  parts_.requests.session_ended(flow);
}

}  // namespace meshcore_driver
