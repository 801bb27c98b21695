// The sessions of one instance: listeners the core owns, who may come in, and the list of who is
// there. It outlives the lives of its instance, so that ports stay open over a restart and
// listeners move without a session noticing. Must not know framing or what sessions are for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/model.h"
#include "core/loop/listener.h"
#include "core/loop/timers.h"
#include "core/plugin/host_objects.h"

namespace meshmux {

class Instance;

// One session as others may see it.
struct SessionInfo {
  uint64_t id = 0;
  std::string address;
  uint16_t port = 0;
  std::string local;   // URI it came in on
  std::string client;  // what the frontend says it is; may be empty
  int64_t since_wall_ns = 0;
  int64_t since_mono_ns = 0;
  int64_t last_in_mono_ns = 0;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  size_t pending = 0;  // bytes queued to the peer
};

// One listen option's address and the socket bound to it.
struct BoundListener {
  uint32_t option = 0;  // index in the type's option table
  Uri wanted;           // as configured; port 0 stands for whatever it got
  std::unique_ptr<Listener> listener;
  bool announced = false;  // the log says that we listen there
};

// Binds one address. The message names the address and what is wrong.
Result<BoundListener> bind_listener(Loop &loop, const ListenAddress &wanted);

// Session ids of the whole daemon.
class SessionNumbers {
 public:
  uint64_t next() { return ++last_; }

 private:
  uint64_t last_ = 0;
};

// Hears of sessions; the list has them before and no longer after.
class SessionWatcher {
 public:
  virtual ~SessionWatcher() = default;
  virtual void session_opened(const SessionInfo &session) = 0;
  // After the plugin heard of the end.
  virtual void session_ended(const SessionInfo &session, std::string_view reason) = 0;
};

class SessionDesk final : private SessionEnd {
 public:
  // All borrowed. what names the listener in the log: "virtual node listening on" or "listening
  // on".
  SessionDesk(Loop &loop, SessionNumbers &numbers, std::string instance, std::string_view what,
              SessionWatcher &watcher);
  ~SessionDesk() override;
  SessionDesk(const SessionDesk &) = delete;
  SessionDesk &operator=(const SessionDesk &) = delete;

  void set_rules(ListenerSettings rules);
  // Takes the listeners away, for good or to hand some of them back. Sessions stay.
  std::vector<BoundListener> release_listeners();
  // Binds what of wanted is not listened on yet, all or nothing, without accepting anybody.
  Result<std::vector<BoundListener>> bind_missing(const std::vector<ListenAddress> &wanted) const;
  void add_listeners(std::vector<BoundListener> listeners);
  const std::vector<BoundListener> &listeners() const { return listeners_; }
  // What is listened on, with real ports.
  std::vector<std::string> addresses() const;

  // Begins to hand sessions to instance; nullptr: peers are turned away at once.
  void serve(Instance *instance);

  // nullptr: no such session.
  std::unique_ptr<SessionInfo> find(uint64_t session) const;
  std::vector<SessionInfo> list() const;
  size_t size() const { return sessions_.size(); }
  // Address of a session's peer, "" when it is not here.
  std::string address_of(uint64_t session) const;
  void describe(uint64_t session, std::string_view client);
  // Ends a session; what is queued is written out for up to a second. False: no such session.
  bool close(uint64_t session, std::string_view reason);

  // Totals since the start, bytes of ended sessions included.
  struct Totals {
    uint64_t accepted = 0;
    uint64_t refused = 0;
    uint64_t bytes_in = 0;
    uint64_t bytes_out = 0;
  };
  Totals totals() const;

 private:
  struct Session {
    SessionInfo info;
    PluginStream *stream = nullptr;
    std::string reason;  // why we close it; empty: the peer did
  };

  void accepted(uint32_t option, Accepted peer);
  std::string refusal(const Accepted &peer) const;
  void session_closed(uint64_t session, mmx_status status, std::string_view reason,
                      const SessionEnd::Totals &totals) override;
  void listen(BoundListener &bound);
  SessionInfo snapshot(const Session &session) const;
  void sweep();
  StreamLimits stream_limits() const;

  Loop &loop_;
  SessionNumbers &numbers_;
  const std::string instance_id_;
  const std::string what_;
  SessionWatcher &watcher_;
  ListenerSettings rules_;
  std::vector<BoundListener> listeners_;
  Instance *instance_ = nullptr;
  std::map<uint64_t, Session> sessions_;
  std::map<std::string, uint32_t, std::less<>> per_address_;
  Timer sweep_timer_;
  Totals totals_;
};

}  // namespace meshmux
