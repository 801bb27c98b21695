// One life of one configured instance, from create to destroy: its state, the guard around every
// call into it, and everything it owns at the host. Must not know restarts, configuration files or
// roles' order; the supervisor does.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/bus/participant.h"
#include "core/loop/calls.h"
#include "core/loop/loop.h"
#include "core/loop/post_queue.h"
#include "core/plugin/host.h"
#include "core/plugin/host_services.h"
#include "meshmux/meshmux.h"

namespace meshmux {

enum class InstanceState {
  invalid = 0,
  created,   // start was not called yet
  starting,  // start was called, the instance did not say that it is ready
  running,   // ready; see health
  draining,  // stop was called
  stopped,   // it said so, or its time was up
  failed     // it cannot go on; only destroy may follow
};

std::string_view state_name(InstanceState state);

class Instance;
class SessionDesk;

// Who decides what follows from an instance's state. Called from inside calls of the instance: note
// what happened and act later, never from inside. [loop-thread]
class InstanceOwner {
 public:
  virtual ~InstanceOwner() = default;
  // State or health changed.
  virtual void instance_changed(Instance &instance) = 0;
};

class Instance final : public CallTarget, public Participant {
 public:
  // Everything is borrowed for the life of the instance.
  Instance(const HostServices &services, const mmx_type &type, std::string id,
           std::string plugin_path, InstanceOwner &owner);
  // Destroys what is left, see destroy.
  ~Instance() override;

  const std::string &id() const { return id_; }
  const mmx_type &type() const { return type_; }
  InstanceState state() const { return state_; }
  // Why it is degraded or failed; empty while all is well.
  const std::string &reason() const { return reason_; }
  bool degraded() const { return degraded_; }
  bool has_listener() const { return has_listener_; }

  // The life. Each returns at once; what comes of it shows in state(). create and start may fail.
  void create(const mmx_values &values);
  void start();
  void stop();
  // Ends draining although the plugin never said that it has stopped.
  void give_up();
  // Ends a life that drains for too long or failed: runs its last posts, closes what it left open,
  // and counts it. No call reaches the plugin afterwards.
  void destroy();

  // A hot change. MMX_UNSUPPORTED: recreate it.
  mmx_status reconfigure(const mmx_values &values);
  // Whether messages may be delivered now.
  bool may_deliver() const override;
  mmx_status deliver(const mmx_message &message) override;
  void session_ended(uint32_t origin, uint64_t session) override;
  std::string session_address(uint64_t session) const override;
  mmx_status session_opened(const mmx_session &session, mmx_stream *stream);
  // The instance's own status as JSON text, or its answer to verb; see meshmux.control/1.
  mmx_status control_status(std::string *json);
  mmx_status control_call(std::string_view verb, std::string_view args, std::string *reply);

  // What the host tables need.
  // ---------------------------------------------------------------------

  const HostServices &services() const { return services_; }
  HostObjects &objects() { return *objects_; }
  // Its number on the bus. Set by the owner before create.
  uint32_t number() const { return number_; }
  void set_number(uint32_t number) { number_ = number; }
  // Where its sessions are, nullptr: it has no listen option. Set by the owner before create.
  SessionDesk *sessions() const { return sessions_; }
  void set_sessions(SessionDesk *sessions) { sessions_ = sessions; }
  // Runs fn(ctx) on the loop. MMX_CLOSED once it has stopped or failed. [any-thread]
  mmx_status post(void (*fn)(void *ctx), void *ctx) { return posts_.post(fn, ctx); }
  // Whether it may open streams or subscribe. / Whether it may publish.
  bool may_open() const;
  bool may_publish() const { return may_open() || state_ == InstanceState::draining; }
  void set_health(int32_t health, std::string_view reason);
  // Fails the instance: it threw, or broke the contract beyond repair.
  void fail(std::string reason);
  // False, and one line in the log, if the caller is not on the loop's thread. function is what it
  // called. [any-thread]
  bool on_loop_thread(const char *function);
  bool is_loop_thread() const { return std::this_thread::get_id() == loop_thread_; }
  // One line in the log about a breach of the contract, counted. [any-thread]
  void misbehaved(std::string_view what);
  uint64_t misbehaviours() const { return misbehaviours_.load(std::memory_order_relaxed); }

  // Calls the plugin: names the instance to the watchdog, holds exceptions, measures. safe is the
  // answer where there is none.
  template <class Result, class Body>
  Result call(const char *where, Result safe, Body &&body) {
    CallScope scope(this);
    const int64_t begin = now();
    ++depth_;
    try {
      safe = std::forward<Body>(body)();
    } catch (const std::exception &error) {
      threw(where, error.what());
    } catch (...) {
      threw(where, nullptr);
    }
    --depth_;
    took(where, now() - begin);
    return safe;
  }
  // The same for what answers nothing; nothing is called once the instance failed or has stopped.
  template <class Body>
  void callback(const char *where, Body &&body) {
    if (state_ == InstanceState::failed || state_ == InstanceState::stopped) return;
    call(where, 0, [&] {
      std::forward<Body>(body)();
      return 0;
    });
  }
  bool in_call() const { return depth_ > 0; }

 private:
  void turn_end() override;
  void enter(InstanceState state, std::string_view reason);
  void threw(const char *where, const char *what);
  void took(const char *where, int64_t ns);
  int64_t now() const;
  template <class Table>
  const Table *extension(const char *id);

  const HostServices &services_;
  const mmx_type &type_;
  const std::string id_;
  const std::string plugin_path_;
  InstanceOwner &owner_;
  const std::thread::id loop_thread_;
  mmx_host host_;
  std::unique_ptr<HostObjects> objects_;
  PostQueue posts_;
  SessionDesk *sessions_ = nullptr;
  uint32_t number_ = 0;
  void *self_ = nullptr;
  bool destroyed_ = false;
  const mmx_session_handler *session_handler_ = nullptr;
  const mmx_source_handler *source_handler_ = nullptr;
  const mmx_control *control_ = nullptr;
  InstanceState state_ = InstanceState::created;
  std::string reason_;
  bool degraded_ = false;
  bool slow_ = false;  // degraded by the core because a call held the loop
  bool has_listener_ = false;
  int depth_ = 0;
  std::atomic<bool> foreign_logged_{false};
  std::atomic<uint64_t> misbehaviours_{0};
};

}  // namespace meshmux
