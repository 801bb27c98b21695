// The instance: connects to a console, finds out who it is, asks the configured questions in rounds
// and hands the answers on. Must not know how lines are matched or records made.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "meshmux/backoff.hpp"
#include "meshmux/counter.hpp"
#include "meshmux/plugin.hpp"
#include "meshmux/stream.hpp"
#include "plugins/meshcore/console/dialogue.h"
#include "plugins/meshcore/console/publisher.h"
#include "plugins/meshcore/console/settings.h"

namespace meshcore_console {

struct Counters {
  explicit Counters(const mmx::Host &host)
      : connects(host, "console_connects_total", "Connections to the console that were opened"),
        answers(host, "console_answers_total", "Questions that were answered"),
        unanswered(host, "console_unanswered_total", "Questions that were not answered in time"),
        unread(host, "console_unread_answers_total", "Answers that could not be read"),
        other_lines(host, "console_other_lines_total", "Lines that were no answer"),
        packet_logs(host, "console_packet_logs_total", "Lines of the device's packet log"),
        refused(host, "console_commands_refused_total", "Commands refused; a console takes none") {}

  mmx::Counter connects, answers, unanswered, unread, other_lines, packet_logs, refused;
};

class Source final : public mmx::Instance, private mmx::Stream, private DialogueEvents {
 public:
  static constexpr const auto &option_table = kOptions;

  Source(const mmx_host *raw_host, const mmx::Options &options);

  mmx_status start() override;
  void stop() override;
  mmx_status deliver(const mmx_message &message) override;
  mmx_status reconfigure(const mmx::Options &options) override;
  std::string status() override;
  mmx_status call(std::string_view verb, std::string_view args, std::string &reply) override;

 private:
  void on_open() override;
  void on_data(mmx_bytes bytes) override;
  void on_eof() override;
  void on_close(mmx_status status, std::string_view reason) override;
  void dialogue_write(std::string_view bytes) override;
  void dialogue_in_step(std::string_view version) override;
  void dialogue_reply(const Reply &reply) override;
  void dialogue_dead(std::string_view reason) override;

  void connect();
  void lost(std::string_view reason);
  void say_link(std::uint32_t phase, std::string_view reason = {});
  void begin_round();
  void ask_next();
  void end_round();
  void answered(const Question &question, const std::vector<std::string> &lines);
  void many_lines(const Question &question, const std::vector<std::string> &lines);
  void know(std::string public_key);
  void look_at_clock(const Question &question, const std::string &text);
  void clock_was_set(const Reply &reply);
  template <class Stats>
  void stats(const std::optional<Stats> &read, void (Publisher::*publish)(const Stats &));

  std::string wrong_command_;  // of the configuration
  Settings settings_;
  Counters counters_;
  Publisher out_;
  Dialogue dialogue_;
  mmx::Backoff backoff_;

  std::uint32_t phase_ = MMX_LINK_DOWN;
  std::string reason_;         // why the link is down
  std::string ending_reason_;  // why we end it ourselves
  std::string lines_;          // how the modem lines are set now
  bool opened_ = false;        // the connection stood
  bool in_step_ = false;       // and the device answered
  bool stopping_ = false;
  bool complete_ = false;  // one whole round was published
  bool opening_ = false;   // the round that asks who is there

  NodeFacts node_;
  std::string version_;
  std::deque<const Question *> waiting_;
  const Question *asked_ = nullptr;
  bool setting_clock_ = false;          // `time` is the open question
  bool clock_tried_ = false;            // in this round
  std::set<const Question *> unknown_;  // to this device
  std::uint64_t rounds_ = 0;
  std::uint64_t clocks_set_ = 0;

  mmx::Timer retry_;
  mmx::Timer round_;
  mmx::Timer settled_;
};

}  // namespace meshcore_console
