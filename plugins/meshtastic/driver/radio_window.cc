// See radio_window.h.
#include "plugins/meshtastic/driver/radio_window.h"

#include <algorithm>

namespace meshtastic_driver {

namespace {

bool success(std::int32_t res) {
  return res == meshtastic::queue_res::ok || res == meshtastic::queue_res::should_release;
}

}  // namespace

std::vector<CommandRef> RadioWindow::reset() {
  std::vector<CommandRef> out;
  for (const Out &each : out_) out.push_back(each.command);
  out_.clear();
  free_ = max_ = 16;
  asked_ = false;
  return out;
}

void RadioWindow::sent(const CommandRef &command, std::int64_t now) {
  out_.push_back({command, command->wire_id, now});
}

void RadioWindow::heartbeat_sent(std::int64_t now) {
  asked_ns_ = now;
  asked_ = true;
}

// Administration of the radio itself takes no place in its transmit queue.
std::uint32_t RadioWindow::packets_out() const {
  return static_cast<std::uint32_t>(std::count_if(
      out_.begin(), out_.end(), [](const Out &each) { return !each.command->self_admin; }));
}

void RadioWindow::confirm_until(std::size_t count, Outcome &outcome) {
  for (std::size_t i = 0; i < count; ++i) {
    outcome.accepted.push_back(out_.front().command);
    out_.pop_front();
  }
}

RadioWindow::Outcome RadioWindow::status(const pb::QueueStatus &status, std::int64_t now) {
  Outcome outcome;
  free_ = status.free();
  if (status.maxlen() != 0) max_ = status.maxlen();
  if (status.mesh_packet_id() == 0) {
    // Perhaps the answer to our heartbeat: then all that was sent before it has been dealt with.
    if (!asked_) return outcome;
    asked_ = false;
    const auto later = std::find_if(out_.begin(), out_.end(),
                                    [&](const Out &each) { return each.sent_ns > asked_ns_; });
    confirm_until(static_cast<std::size_t>(later - out_.begin()), outcome);
    return outcome;
  }
  const auto meant = std::find_if(out_.begin(), out_.end(), [&](const Out &each) {
    return each.wire_id == status.mesh_packet_id();
  });
  if (meant == out_.end()) return outcome;
  static_cast<void>(now);
  // The radio takes packets in order; those before it lost their status to the radio's short queue.
  confirm_until(static_cast<std::size_t>(meant - out_.begin()), outcome);
  if (success(status.res())) {
    confirm_until(1, outcome);
    return outcome;
  }
  outcome.refused = out_.front().command;
  outcome.res = status.res();
  out_.pop_front();
  return outcome;
}

RadioWindow::Outcome RadioWindow::named(std::uint32_t wire_id) {
  Outcome outcome;
  const auto meant = std::find_if(out_.begin(), out_.end(),
                                  [&](const Out &each) { return each.wire_id == wire_id; });
  if (meant != out_.end()) {
    confirm_until(static_cast<std::size_t>(meant - out_.begin()) + 1, outcome);
  }
  return outcome;
}

std::vector<CommandRef> RadioWindow::overdue(std::int64_t now) {
  Outcome outcome;
  const auto fresh = std::find_if(out_.begin(), out_.end(),
                                  [&](const Out &each) { return now - each.sent_ns < kGiveUpNs; });
  confirm_until(static_cast<std::size_t>(fresh - out_.begin()), outcome);
  return outcome.accepted;
}

bool RadioWindow::should_ask(std::int64_t now, bool waiting) const {
  if (asked_ns_ != 0 && now - asked_ns_ < kAskAgainNs) return false;
  if (waiting && !has_room()) return true;
  return !out_.empty() && now - out_.front().sent_ns >= kAskNs;
}

}  // namespace meshtastic_driver
