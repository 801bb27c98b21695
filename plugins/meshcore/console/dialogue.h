// Question and answer on a console that numbers nothing: one line at a time, the next only when the
// last was answered, a known question as the end of answers that have none, and the same to get
// back in step after silence (docs/protocol notes 5.1, 5.4). Must not know what the answers mean.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/meshcore/console/lines.h"

namespace meshcore_console {

enum class Outcome : std::uint8_t { invalid = 0, answered, refused, silent };

// Replies without their mark, other lines as they are; at least one when answered and one line was
// asked for. Borrowed for the call.
struct Reply {
  Outcome outcome = Outcome::invalid;
  const std::vector<std::string> &lines;
};

enum class Shape : std::uint8_t { invalid = 0, one_line, many_lines };

// All on the loop thread; the dialogue may be used from inside, but not ended.
class DialogueEvents {
 public:
  virtual ~DialogueEvents() = default;
  // The bytes go to the device as they are.
  virtual void dialogue_write(std::string_view bytes) = 0;
  // The device answers, and questions may be asked. version: what it says to kProbe, borrowed.
  virtual void dialogue_in_step(std::string_view version) = 0;
  virtual void dialogue_reply(const Reply &reply) = 0;
  // It does not answer any more, or never did. The dialogue is at rest.
  virtual void dialogue_dead(std::string_view reason) = 0;
};

class Dialogue {
 public:
  Dialogue(const mmx::Host &host, DialogueEvents &events);

  // On a connection that has just been opened.
  void begin();
  // The connection is gone; nothing is told any more.
  void end();
  void feed(std::string_view bytes);
  // Only when in step and with no question open. text comes from the table of questions or is made
  // of nothing but one of its words and a number.
  void ask(std::string_view text, Shape shape);

  bool open() const { return state_ == State::asking || state_ == State::trailing; }
  bool in_step() const { return state_ != State::rest && state_ != State::opening; }
  std::uint64_t other_lines() const { return other_lines_ + lines_.overlong(); }
  std::uint64_t packet_logs() const { return packet_logs_; }

 private:
  enum class State : std::uint8_t {
    rest = 0,
    opening,  // asks until two answers in a row are the same
    idle,
    asking,
    trailing,  // the question that marks the end of the answer is on its way
    resync,    // nothing came in time: everything up to the answer to kProbe is late
  };

  void send(std::string_view text);
  void probe();
  void take_line(std::string_view line);
  void take_reply(std::string_view text);
  void other_line(std::string_view line);
  void opening_reply(std::string_view text);
  void collect(std::string_view text);
  void finish(Outcome outcome);
  void quiet();
  void late();
  void die(std::string_view reason);

  DialogueEvents &events_;
  LineSplitter lines_;
  State state_ = State::rest;
  Shape shape_ = Shape::invalid;
  std::string asked_;     // the line that may be echoed
  std::string question_;  // what asked_ was before a probe took its place
  std::string version_;
  std::vector<std::string> answer_;
  unsigned tries_ = 0;
  std::uint64_t other_lines_ = 0;
  std::uint64_t packet_logs_ = 0;
  mmx::Timer timeout_;
  mmx::Timer quiet_;
};

}  // namespace meshcore_console
