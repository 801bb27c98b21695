// Implements the commands of apps. Must not decide what is allowed.
#include "plugins/vnode/meshcore/commands.h"

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/model.h"

namespace meshcore_vnode {

namespace {

namespace command_code = meshcore::command;
namespace error = meshcore::error;
using meshcore::Treatment;

}  // namespace

void Commands::submit(AppSession &session, std::string_view command) {
  const meshcore::CommandInfo *info = meshcore::command_of(command);
  if (info == nullptr || command.size() < info->min_size) {
    counters_.bad_frames.add();
    return answers_.error(session, error::unsupported);
  }
  switch (meshcore::treatment_of(command)) {
    case Treatment::local:
      return answers_.local(session, command);
    case Treatment::cached:
      if (local_.has_young_record(command)) return answers_.local(session, command);
      return pass_on(session, command, false);
    case Treatment::fatal:
      return pass_on(session, command, true);
    case Treatment::never:
      // Published so that the attempt is judged and written down; no verdict opens it.
      if (publish(session, command).verdict != MMX_VERDICT_ACCEPTED) counters_.denied.add();
      return answers_.known(session, meshcore::build_disabled());
    case Treatment::forward:
    case Treatment::request:
    case Treatment::session:
      return pass_on(session, command, false);
    case Treatment::invalid:
      break;
  }
  answers_.error(session, error::unsupported);
}

void Commands::oversize(AppSession &session) {
  counters_.bad_frames.add();
  answers_.error(session, error::unsupported);
}

void Commands::pass_on(AppSession &session, std::string_view command, bool fatal) {
  const mmx_published made = publish(session, command);
  if (made.verdict == MMX_VERDICT_ACCEPTED)
    answers_.published(session, command, made.id, fatal);
  else
    refuse(session, command, made.verdict);
}

mmx_published Commands::publish(const AppSession &session, std::string_view command) {
  counters_.commands.add();
  mmx_publish what = mmx::make_publish(MMX_KIND_TX);
  what.session = session.id();
  what.payload = mmx::bytes(command);
  mmx_published made{};
  made.struct_size = sizeof made;
  if (host_.publish(what, &made) != MMX_OK) made.verdict = MMX_VERDICT_NO_SOURCE;
  return made;
}

void Commands::refuse(AppSession &session, std::string_view command, std::uint32_t verdict) {
  switch (verdict) {
    case MMX_VERDICT_LOCAL:
      if (local_.has_record(command)) return answers_.local(session, command);
      return answers_.error(session, error::bad_state);
    case MMX_VERDICT_DENIED: {
      counters_.denied.add();
      const std::uint8_t code = meshcore::bytes::u8(command, 0);
      // Apps set the clock at each connect and some end there if that fails.
      if (code == command_code::set_time) return answers_.known(session, meshcore::build_ok());
      if (code != command_code::import_key) return answers_.error(session, error::unsupported);
      return answers_.known(session, meshcore::build_disabled());
    }
    case MMX_VERDICT_LIMITED:
    case MMX_VERDICT_FULL:
      counters_.refused.add();
      return answers_.error(session, error::table_full);
    case MMX_VERDICT_INVALID:
      counters_.bad_frames.add();
      return answers_.error(session, error::unsupported);
    default:
      // Nobody is there to ask; what is known may still be good enough.
      counters_.refused.add();
      if (meshcore::treatment_of(command) == Treatment::cached && local_.has_record(command))
        return answers_.local(session, command);
      return answers_.error(session, error::bad_state);
  }
}

}  // namespace meshcore_vnode
