// See dialogue.h.
#include "plugins/meshcore/console/dialogue.h"

#include <utility>

#include "meshmux/units.hpp"
#include "plugins/meshcore/console/questions.h"

namespace meshcore_console {

namespace {

constexpr std::int64_t kTimeoutNs = 5 * mmx::kSecondNs;
// Lines of one answer come without a break; the room reads only the first of two lines that wait
// together, so the probe must not be early.
constexpr std::int64_t kQuietNs = 300 * mmx::kMillisecondNs;
// Before the first line: an empty list may print nothing at all.
constexpr std::int64_t kFirstLineNs = mmx::kSecondNs;
// Opening the port restarts some boards, and a half line of a former owner spoils the first answer.
constexpr unsigned kOpeningTries = 6;
constexpr unsigned kResyncTries = 2;
// A room has 20 clients, a repeater 50 neighbours.
constexpr std::size_t kMostLines = 128;

}  // namespace

Dialogue::Dialogue(const mmx::Host &host, DialogueEvents &events)
    : events_(events), timeout_(host, [this] { late(); }), quiet_(host, [this] { quiet(); }) {}

void Dialogue::begin() {
  lines_.reset();
  version_.clear();
  state_ = State::opening;
  tries_ = 0;
  probe();
}

void Dialogue::end() {
  state_ = State::rest;
  timeout_.stop();
  quiet_.stop();
}

void Dialogue::send(std::string_view text) {
  asked_ = text;
  timeout_.start(kTimeoutNs);
  // CR only: LF alone never executes, and CR LF leaves an LF in the next line's echo.
  events_.dialogue_write(asked_ + '\r');
}

void Dialogue::probe() {
  ++tries_;
  send(kProbe);
}

void Dialogue::ask(std::string_view text, Shape shape) {
  if (state_ != State::idle) return;
  state_ = State::asking;
  shape_ = shape;
  question_ = text;
  answer_.clear();
  if (shape == Shape::many_lines) quiet_.start(kFirstLineNs);
  send(text);
}

void Dialogue::feed(std::string_view bytes) {
  lines_.feed(bytes);
  while (state_ != State::rest) {
    const auto line = lines_.next();
    if (!line) return;
    take_line(*line);
  }
}

void Dialogue::take_line(std::string_view line) {
  if (const auto text = reply_of(line)) {
    take_reply(*text);
  } else if (line != asked_ && line != question_) {
    other_line(line);
  }
}

void Dialogue::other_line(std::string_view line) {
  if (is_packet_log(line)) {
    ++packet_logs_;
  } else if (open() && shape_ == Shape::many_lines) {
    collect(line);
  } else {
    ++other_lines_;
  }
}

void Dialogue::take_reply(std::string_view text) {
  switch (state_) {
    case State::opening:
      opening_reply(text);
      return;
    case State::asking:
      // Left over from a probe; no question has this answer.
      if (text == version_) {
        ++other_lines_;
        return;
      }
      collect(text);
      if (is_refusal(question_, text)) {
        finish(Outcome::refused);
      } else if (shape_ == Shape::one_line) {
        finish(Outcome::answered);
      }
      return;
    case State::trailing:
      if (text != version_) {
        collect(text);
      } else {
        finish(Outcome::answered);
      }
      return;
    case State::resync:
      if (text == version_) finish(Outcome::silent);
      return;
    default:
      ++other_lines_;  // an answer that nobody waits for
      return;
  }
}

// The first answer may be one to a half line that stood in the device's buffer, or a late one; two
// that are the same are not.
void Dialogue::opening_reply(std::string_view text) {
  const bool same = text == version_ && !text.empty() && !is_refusal(kProbe, text);
  version_ = text;
  if (!same) {
    if (tries_ == kOpeningTries) return die("its answers are not those of a MeshCore console");
    return probe();
  }
  timeout_.stop();
  state_ = State::idle;
  events_.dialogue_in_step(version_);
}

void Dialogue::collect(std::string_view text) {
  if (answer_.size() < kMostLines) answer_.emplace_back(text);
  if (state_ == State::asking && shape_ == Shape::many_lines) quiet_.start(kQuietNs);
}

void Dialogue::quiet() {
  if (state_ != State::asking) return;
  state_ = State::trailing;
  tries_ = 0;
  probe();
}

void Dialogue::finish(Outcome outcome) {
  timeout_.stop();
  quiet_.stop();
  state_ = State::idle;
  const std::vector<std::string> lines = std::exchange(answer_, {});
  events_.dialogue_reply({outcome, lines});
}

void Dialogue::late() {
  switch (state_) {
    case State::opening:
      if (tries_ == kOpeningTries) return die("it does not answer");
      return probe();
    case State::asking:
    case State::trailing:
      quiet_.stop();
      state_ = State::resync;
      tries_ = 0;
      answer_.clear();
      return probe();
    case State::resync:
      if (tries_ == kResyncTries) return die("it does not answer any more");
      return probe();
    default:
      return;
  }
}

void Dialogue::die(std::string_view reason) {
  end();
  events_.dialogue_dead(reason);
}

}  // namespace meshcore_console
