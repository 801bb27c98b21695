// What apps ask: answered here, or published for the radio's source, as the table of commands says.
// Must not decide what is allowed, nor know the order of answers.
#pragma once

#include <cstdint>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/vnode/meshcore/answers.h"
#include "plugins/vnode/meshcore/app_session.h"
#include "plugins/vnode/meshcore/counters.h"
#include "plugins/vnode/meshcore/local_commands.h"

namespace meshcore_vnode {

// [loop-thread]
class Commands {
 public:
  Commands(const mmx::Host &host, LocalCommands &local, Answers &answers, Counters &counters)
      : host_(host), local_(local), answers_(answers), counters_(counters) {}

  // One frame of an app. It gets exactly one answer, but for those that send the radio away.
  void submit(AppSession &session, std::string_view command);
  // One that was too long to be kept.
  void oversize(AppSession &session);

 private:
  // fatal: no answer is one, too.
  void pass_on(AppSession &session, std::string_view command, bool fatal);
  mmx_published publish(const AppSession &session, std::string_view command);
  void refuse(AppSession &session, std::string_view command, std::uint32_t verdict);

  const mmx::Host &host_;
  LocalCommands &local_;
  Answers &answers_;
  Counters &counters_;
};

}  // namespace meshcore_vnode
