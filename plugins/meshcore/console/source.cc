// See source.h. Here: the life of the instance and of its connection; rounds.cc has what is asked.
#include "plugins/meshcore/console/source.h"

#include <cstring>
#include <utility>

#include "meshmux/json.hpp"
#include "meshmux/link.hpp"
#include "meshmux/units.hpp"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/console/console.h"

namespace meshcore_console {

namespace {

constexpr std::int64_t kConnectTimeoutNs = 10 * mmx::kSecondNs;
// A console over the network has room for one; whoever is thrown off at once backs off further.
constexpr std::int64_t kSettledNs = mmx::kMinuteNs;

}  // namespace

Source::Source(const mmx_host *raw_host, const mmx::Options &options)
    : mmx::Instance(raw_host),
      mmx::Stream(host()),
      settings_(read_settings(options, wrong_command_).value_or(Settings())),
      counters_(host()),
      out_(host()),
      dialogue_(host(), *this),
      lines_(settings_.lines),
      retry_(host(), [this] { connect(); }),
      round_(host(), [this] { begin_round(); }),
      settled_(host(), [this] { backoff_.reached(); }) {}

mmx_status Source::start() {
  if (!wrong_command_.empty()) {
    host().log(MMX_LOG_ERROR, "\"commands:\" has \"" + wrong_command_ +
                                  "\", which is not one of the questions a console may be asked");
    return MMX_INVALID;
  }
  host().degraded("connecting to the console");
  connect();
  return MMX_OK;
}

void Source::stop() {
  stopping_ = true;
  retry_.stop();
  round_.stop();
  settled_.stop();
  dialogue_.end();
  if (!is_open()) {
    say_link(MMX_LINK_DOWN, "stopped");
    host().stopped();
    return;
  }
  abort();
}

mmx_status Source::deliver(const mmx_message &message) {
  if (message.kind != MMX_KIND_TX) return MMX_OK;
  counters_.refused.add();
  out_.refuse(message.id);
  return MMX_OK;
}

mmx_status Source::reconfigure(const mmx::Options &options) {
  std::string wrong;
  auto wanted = read_settings(options, wrong);
  if (!wanted || wanted->uri != settings_.uri || wanted->lines != settings_.lines) {
    return MMX_UNSUPPORTED;  // to be made anew, and to say what is wrong
  }
  settings_ = *std::move(wanted);
  // Questions that are new are asked soon; a round that runs ends as it was begun.
  if (round_.armed()) round_.start(0);
  return MMX_OK;
}

void Source::say_link(std::uint32_t phase, std::string_view reason) {
  phase_ = phase;
  reason_ = reason;
  out_.link(phase, complete_, reason_);
}

void Source::connect() {
  say_link(MMX_LINK_CONNECTING, std::string(reason_));
  opened_ = in_step_ = false;
  ending_reason_.clear();
  const mmx_status status =
      mmx::Stream::connect(uri_with_lines(settings_.uri, lines_), kConnectTimeoutNs);
  if (status != MMX_OK) lost("the connection cannot be opened");
}

void Source::on_open() {
  opened_ = true;
  counters_.connects.add();
  unknown_.clear();
  say_link(MMX_LINK_SYNCING);
  settled_.start(kSettledNs);
  dialogue_.begin();
}

void Source::on_data(mmx_bytes bytes) {
  dialogue_.feed(mmx::view(bytes));
  counters_.other_lines.raise_to(dialogue_.other_lines());
  counters_.packet_logs.raise_to(dialogue_.packet_logs());
}

void Source::on_eof() {
  ending_reason_ = "closed by the device";
  abort();
}

void Source::on_close(mmx_status, std::string_view reason) {
  dialogue_.end();
  round_.stop();
  settled_.stop();
  waiting_.clear();
  asked_ = nullptr;
  setting_clock_ = false;
  if (stopping_) {
    say_link(MMX_LINK_DOWN, "stopped");
    host().stopped();
    return;
  }
  const std::string why = ending_reason_.empty() ? std::string(reason) : ending_reason_;
  // Opened, and not a word: the modem lines may hold the device in reset.
  if (opened_ && !in_step_ && settings_.choose_lines) lines_ = lines_ == "both" ? "none" : "both";
  lost(why);
}

void Source::lost(std::string_view reason) {
  const std::int64_t delay = backoff_.after_loss(host().random());
  const bool news = phase_ == MMX_LINK_UP || reason_ != reason;
  const std::string why(reason);
  host().log(news ? MMX_LOG_WARN : MMX_LOG_DEBUG,
             (opened_ ? "lost the console: " : "cannot reach the console: ") + why +
                 "; next try in " + std::to_string(delay / mmx::kMillisecondNs) + " ms");
  host().degraded(why);
  say_link(MMX_LINK_DOWN, why);
  retry_.start(delay);
}

void Source::dialogue_write(std::string_view bytes) {
  const mmx::SharedBuffer buffer = host().new_buffer(bytes.size());
  // What cannot be sent is not answered in time either.
  if (!buffer) return;
  std::memcpy(buffer.data(), bytes.data(), bytes.size());
  write(buffer, 0, bytes.size());
}

void Source::dialogue_dead(std::string_view reason) {
  ending_reason_ = reason;
  abort();
}

mmx_status Source::call(std::string_view verb, std::string_view, std::string &reply) {
  if (verb != "ask" && verb != "reconnect") {
    reply = "verbs: ask, reconnect";
    return MMX_UNSUPPORTED;
  }
  reply = "true";
  if (verb == "ask") {
    if (round_.armed()) round_.start(0);
  } else if (is_open()) {
    ending_reason_ = "asked to reconnect";
    abort();
  } else {
    retry_.start(0);
  }
  return MMX_OK;
}

std::string Source::status() {
  mmx::Json json;
  json.open().string("connect", settings_.uri);
  json.open("link")
      .string("phase", mmx::phase_name(phase_))
      .flag("complete", complete_)
      .string("reason", reason_)
      .close();
  json.string("node", node_.name)
      .string("role", node_.role)
      .string("public_key", meshcore::hex(node_.public_key))
      .string("firmware", version_)
      .number("rounds", rounds_)
      .number("clock_set", clocks_set_)
      .number("not_supported", unknown_.size());
  json.open("counters")
      .number("connects", counters_.connects.value())
      .number("answers", counters_.answers.value())
      .number("unanswered", counters_.unanswered.value())
      .number("unread", counters_.unread.value())
      .number("other_lines", counters_.other_lines.value())
      .number("packet_logs", counters_.packet_logs.value())
      .number("refused", counters_.refused.value())
      .close();
  return json.close().take();
}

const mmx_type &console_type() {
  static const mmx_type type = mmx::define_type<Source>(
      MMX_ROLE_SOURCE, "meshcore-console",
      "Reads statistics, neighbours and clock of a MeshCore room server or repeater from its own "
      "text console.",
      "meshcore");
  return type;
}

}  // namespace meshcore_console
