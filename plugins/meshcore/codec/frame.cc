// See frame.h. One byte at a time until a header is whole, then as much of the payload as there is.
#include "plugins/meshcore/codec/frame.h"

#include <algorithm>

namespace meshcore {

void FrameParser::feed(std::string_view bytes) { input_ = bytes; }

void FrameParser::reset() {
  state_ = State::idle;
  length_ = 0;
  input_ = {};
  held_.clear();
  counters_.junk_since_frame = 0;
}

std::optional<std::string_view> FrameParser::next() {
  // What next() gave last time may lie in held_; it is let go of only now.
  if (state_ != State::payload) held_.clear();
  while (!input_.empty()) {
    if (state_ == State::payload) {
      std::string_view payload;
      if (held_.empty() && input_.size() >= length_) {
        payload = input_.substr(0, length_);
        input_.remove_prefix(length_);
      } else {
        const size_t take = std::min(length_ - held_.size(), input_.size());
        held_.append(input_.substr(0, take));
        input_.remove_prefix(take);
        if (held_.size() < length_) return std::nullopt;
        payload = held_;
      }
      state_ = State::idle;
      ++counters_.frames;
      counters_.junk_since_frame = 0;
      return payload;
    }
    if (state_ == State::swallow) {
      const size_t take = std::min(length_, input_.size());
      input_.remove_prefix(take);
      length_ -= take;
      if (length_ == 0) state_ = State::idle;
      continue;
    }
    const char byte = input_.front();
    input_.remove_prefix(1);
    switch (state_) {
      case State::idle:
        if (byte == mark_) {
          state_ = State::length_low;
        } else {
          ++counters_.junk_bytes;
          ++counters_.junk_since_frame;
        }
        break;
      case State::length_low:
        length_ = static_cast<uint8_t>(byte);
        state_ = State::length_high;
        break;
      default:  // length_high
        length_ |= static_cast<size_t>(static_cast<uint8_t>(byte)) << 8;
        if (length_ == 0) {
          state_ = State::idle;
        } else if (length_ <= limit_) {
          state_ = State::payload;
        } else {
          ++counters_.oversize;
          state_ = State::swallow;
        }
        break;
    }
  }
  return std::nullopt;
}

bool append_frame(std::string &out, char mark, std::string_view payload) {
  if (payload.empty() || payload.size() > max_frame) return false;
  const auto header = frame_header(mark, payload.size());
  out.append(header.data(), header.size());
  out.append(payload);
  return true;
}

std::array<char, frame_header_size> frame_header(char mark, size_t length) {
  return {mark, static_cast<char>(length & 0xFF), static_cast<char>((length >> 8) & 0xFF)};
}

}  // namespace meshcore
