// What one instance owns at the host: timers, streams, metric handles. Each belongs to the
// instance's list, so that whatever is left open at destroy can be closed and counted. Must not
// decide anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/loop/stream.h"
#include "core/loop/timers.h"
#include "meshmux/meshmux.h"

namespace meshmux {

class Instance;
class HostObjects;

// Where an object stands in its owner's list, so that it can leave in constant time.
template <class Object>
class OwnedList {
 public:
  void add(Object *object) {
    object->place_ = objects_.size();
    objects_.push_back(object);
  }
  void remove(Object *object) {
    objects_.back()->place_ = object->place_;
    objects_[object->place_] = objects_.back();
    objects_.pop_back();
  }
  bool empty() const { return objects_.empty(); }
  size_t size() const { return objects_.size(); }
  Object *last() const { return objects_.back(); }
  const std::vector<Object *> &all() const { return objects_; }

 private:
  std::vector<Object *> objects_;
};

// A timer as the plugin knows it. [loop-thread]
class PluginTimer final : public mmx_timer {
 public:
  PluginTimer(Instance &owner, void (*fire)(void *ctx), void *ctx);
  ~PluginTimer();

  static PluginTimer *from_abi(mmx_timer *timer) { return static_cast<PluginTimer *>(timer); }
  Instance &owner() { return owner_; }
  Timer &timer() { return timer_; }

 private:
  friend class OwnedList<PluginTimer>;

  static void fired(void *ctx);

  Instance &owner_;
  void (*fire_)(void *ctx);
  void *ctx_;
  Timer timer_;
  size_t place_ = 0;
};

// Hears that a session's stream has ended, after the plugin has.
class SessionEnd {
 public:
  virtual ~SessionEnd() = default;
  // bytes are totals of the session's life.
  struct Totals {
    uint64_t bytes_in = 0;
    uint64_t bytes_out = 0;
  };
  virtual void session_closed(uint64_t session, mmx_status status, std::string_view reason,
                              const Totals &totals) = 0;
};

// A stream as the plugin knows it: the plugin's callbacks behind the instance's barrier. Frees
// itself when the stream has ended. [loop-thread]
class PluginStream final : public mmx_stream, private StreamObserver {
 public:
  // session and end are 0 and nullptr for a stream the plugin opened itself.
  PluginStream(Instance &owner, uint64_t session, SessionEnd *end);

  static PluginStream *from_abi(mmx_stream *stream) { return static_cast<PluginStream *>(stream); }
  static const PluginStream *from_abi(const mmx_stream *stream) {
    return static_cast<const PluginStream *>(stream);
  }

  // Takes an accepted stream over; its user is set by set_events.
  void adopt(Stream *stream);
  void connect(const Uri &uri, int64_t timeout_ns, const mmx_stream_events *events, void *ctx);
  void set_events(const mmx_stream_events *events, void *ctx);

  Instance &owner() const { return owner_; }
  Stream &stream() const { return *stream_; }
  // Ends the stream; a plugin that has set its callbacks already gets on_close, later.
  void reject(std::string_view reason);
  // Ends the stream and this object at once; the plugin hears nothing more.
  void drop(std::string_view reason);

 private:
  friend class OwnedList<PluginStream>;
  friend class HostObjects;
  ~PluginStream() override;

  static const mmx_stream_events *barrier(const mmx_stream_events *events);
  void stream_closed(Stream &stream, mmx_status status, std::string_view reason) override;

  Instance &owner_;
  Stream *stream_ = nullptr;
  const mmx_stream_events *events_ = nullptr;
  void *ctx_ = nullptr;
  uint64_t session_;
  SessionEnd *end_;
  size_t place_ = 0;
};

class HostObjects {
 public:
  explicit HostObjects(Instance &owner) : owner_(owner) {}
  ~HostObjects();
  HostObjects(const HostObjects &) = delete;
  HostObjects &operator=(const HostObjects &) = delete;

  // Closes everything and returns how many timers and own streams the plugin had left open.
  size_t close_all();

  OwnedList<PluginTimer> &timers() { return timers_; }
  OwnedList<PluginStream> &streams() { return streams_; }

 private:
  Instance &owner_;
  OwnedList<PluginTimer> timers_;
  OwnedList<PluginStream> streams_;
};

}  // namespace meshmux
