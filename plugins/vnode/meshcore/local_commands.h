// The commands that state or the virtual node itself answers, and the session keeping that some of
// them are: version, identity, message queue. Must not know the order of answers, nor the bus.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/vnode/meshcore/app_session.h"
#include "plugins/vnode/meshcore/contact_list.h"
#include "plugins/vnode/meshcore/counters.h"
#include "plugins/vnode/meshcore/mailboxes.h"
#include "plugins/vnode/meshcore/mirror.h"
#include "plugins/vnode/meshcore/outlet.h"

namespace meshcore_vnode {

// [loop-thread]
class LocalCommands {
 public:
  LocalCommands(const mmx::Host &host, const Mirror &mirror, ContactList &contacts,
                Mailboxes &mailboxes, Outlet &outlet, Counters &counters)
      : host_(host),
        mirror_(mirror),
        contacts_(contacts),
        mailboxes_(mailboxes),
        outlet_(outlet),
        counters_(counters) {}

  // Answers command, whose length was checked, now. False: the radio has not been there yet, so
  // nothing can be said; ask again when it has.
  bool answer(AppSession &session, std::string_view command);
  // Whether a command that asks the radio for its battery, statistics or telemetry is answered by a
  // record: by any, or by one so young that the radio need not be asked.
  bool has_record(std::string_view command) const { return record(command).has_value(); }
  bool has_young_record(std::string_view command) const;
  // Tells the app that messages wait, once for each time its queue fills.
  void announce(AppSession &session);

  // Whether state is there to serve.
  void set_ready(bool ready) { ready_ = ready; }
  bool ready() const { return ready_; }

 private:
  void introduce(AppSession &session, std::string_view command);
  void self_info(AppSession &session);
  void device_info(AppSession &session);
  void contacts(AppSession &session, std::string_view command);
  void next_message(AppSession &session);
  void from_state(AppSession &session, std::optional<std::string_view> frame,
                  std::uint8_t error_without);
  std::optional<std::string_view> record(std::string_view command) const;

  const mmx::Host &host_;
  const Mirror &mirror_;
  ContactList &contacts_;
  Mailboxes &mailboxes_;
  Outlet &outlet_;
  Counters &counters_;
  bool ready_ = false;
};

}  // namespace meshcore_vnode
