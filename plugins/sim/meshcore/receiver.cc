// Implementation of receiver.h.
#include "plugins/sim/meshcore/receiver.h"

#include <algorithm>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/frame.h"

namespace sim::companion {

using meshcore::frame_header_size;
using meshcore::max_frame;

std::optional<std::string> Receiver::next() {
  return transport_ == Transport::serial ? next_serial() : next_wifi();
}

std::optional<std::string> Receiver::next_wifi() {
  for (;;) {
    const size_t skipped = std::min(skip_, waiting_.size());
    waiting_.erase(0, skipped);
    skip_ -= skipped;
    if (skip_ > 0 || waiting_.size() < frame_header_size) return std::nullopt;
    const size_t length = meshcore::bytes::u16(waiting_, 1);
    if (waiting_[0] != meshcore::to_device_mark || length > max_frame) {
      skip_ = frame_header_size + length;
      continue;
    }
    if (waiting_.size() < frame_header_size + length) return std::nullopt;
    std::string command = waiting_.substr(frame_header_size, length);
    waiting_.erase(0, frame_header_size + length);
    if (!command.empty()) return command;
  }
}

std::optional<std::string> Receiver::next_serial() {
  for (;;) {
    const size_t skipped = std::min(skip_, waiting_.size());
    waiting_.erase(0, skipped);
    skip_ -= skipped;
    if (skip_ > 0) return std::nullopt;
    const size_t mark = waiting_.find(meshcore::to_device_mark);
    waiting_.erase(0, mark);
    if (waiting_.size() < frame_header_size) return std::nullopt;
    const size_t length = meshcore::bytes::u16(waiting_, 1);
    const size_t kept = std::min(length, max_frame);
    if (waiting_.size() < frame_header_size + kept) return std::nullopt;
    std::string command = waiting_.substr(frame_header_size, kept);
    waiting_.erase(0, frame_header_size + kept);
    // The device swallows the whole length first and acts then; only the order of two errors could
    // tell the difference.
    skip_ = length - kept;
    if (!command.empty()) return command;
  }
}

}  // namespace sim::companion
