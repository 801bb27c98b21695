// The conversation with the device: one command in flight, its answer recognised by type, 5 s for
// it to come, then back in step by asking for the time, and as the last step giving the link up
// (docs/protocol notes 2.7). Waiting commands go in turn. Must not know what commands mean or who
// wants them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/counters.h"
#include "plugins/meshcore/driver/fair_queue.h"
#include "plugins/meshcore/driver/job.h"
#include "plugins/meshcore/driver/link.h"

namespace meshcore_driver {

class ExchangeEvents {
 public:
  virtual ~ExchangeEvents() = default;
  // A frame that answers nothing we asked.
  virtual void unasked(std::string_view frame) = 0;
  // The device answers nothing any more; the link is to be closed. Not called from inside take.
  virtual void exchange_dead() = 0;
};

// [loop-thread]
class Exchange {
 public:
  static constexpr std::size_t kSessionCapacity = 64;
  static constexpr std::size_t kCapacity = 256;
  static constexpr std::int64_t kPatienceNs = 5 * kSecondNs;

  Exchange(const mmx::Host &host, Link &link, ExchangeEvents &events, Counters &counters);

  // The device can be talked to. Which flood scope it has is not known then.
  void open();
  // It cannot any more: everything that waits or is in flight ends as lost.
  void close();
  bool is_open() const { return open_; }
  // Commands of sessions wait: the device is not ready for them.
  void hold_sessions(bool held);
  // The device may have forgotten which flood scope it was told.
  void forget_scope() { scope_.reset(); }

  // Whether a session may have one more command waiting.
  bool has_room(Flow flow) const;
  // Takes the job; while closed it ends as lost at once.
  void submit(Lane lane, JobRef job);
  // A frame of the device that is no push, or the push that answers a command.
  void take(std::string_view frame);
  // Whether the job in flight is answered by that frame.
  bool expects(std::string_view frame) const;

  bool idle() const { return !current_ && waiting() == 0; }
  std::size_t waiting() const;
  bool in_step() const { return resyncs_ == 0; }

 private:
  enum class Stage : std::uint8_t { idle, scope, command };

  void pump();
  JobRef next();
  void begin(JobRef job);
  void send(std::string_view bytes);
  void finish(const Outcome &outcome);
  void overdue();
  void ask_time();

  const mmx::Host &host_;
  Link &link_;
  ExchangeEvents &events_;
  Counters &counters_;
  FairQueue<JobRef> urgent_;
  FairQueue<JobRef> sessions_;
  FairQueue<JobRef> idle_;
  JobRef current_;
  Stage stage_ = Stage::idle;
  std::optional<std::string> scope_;  // the last one the device took; nothing: not known
  unsigned resyncs_ = 0;              // GET_DEVICE_TIME sent without an answer; 0: in step
  bool open_ = false;
  bool held_ = false;
  bool pumping_ = false;
  bool urgent_was_last_ = false;
  mmx::Timer timer_;
};

}  // namespace meshcore_driver
