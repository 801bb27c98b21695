// See frame.h. The state machine re-examines bytes that proved to be no header, so that a frame
// behind stray start bytes or a senseless length is still found.
#include "plugins/meshtastic/codec/frame.h"

#include <algorithm>

namespace meshtastic {

void FrameParser::feed(std::string_view bytes) { input_ = bytes; }

void FrameParser::reset() {
  state_ = State::idle;
  length_ = 0;
  have_ = 0;
  text_ready_ = false;
  input_ = {};
  text_.clear();
  counters_.junk_since_frame = 0;
}

// Takes one byte outside frames; true once a line of text is complete.
bool FrameParser::junk(uint8_t byte) {
  ++counters_.junk_bytes;
  ++counters_.junk_since_frame;
  if (byte == frame_start1 || byte == frame_start2 || byte == '\r') return false;
  if (byte == '\n') {
    text_ready_ = text_ready_ || !text_.empty();
    return text_ready_;
  }
  text_.push_back(static_cast<char>(byte));
  text_ready_ = text_.size() >= max_text_size;
  return text_ready_;
}

// Takes one byte of a header or of junk; true once text is to be handed out.
bool FrameParser::header_byte(uint8_t byte) {
  switch (state_) {
    case State::idle:
      if (byte != frame_start1) return junk(byte);
      state_ = State::start1;
      return false;
    case State::start1:
      if (byte == frame_start2) {
        state_ = State::length_high;
        return false;
      }
      junk(frame_start1);
      if (byte == frame_start1) return false;
      state_ = State::idle;
      return junk(byte);
    case State::length_high:
      length_ = static_cast<uint16_t>(byte << 8);
      state_ = State::length_low;
      return false;
    case State::length_low: {
      const auto high = static_cast<uint8_t>(length_ >> 8);
      length_ = static_cast<uint16_t>(length_ | byte);
      have_ = 0;
      if (length_ <= max_payload_size) {
        state_ = State::payload;
        return false;
      }
      // No header after all; its length bytes may be the start of one.
      ++counters_.oversize;
      state_ = State::idle;
      junk(frame_start1);
      junk(frame_start2);
      const bool text = header_byte(high);
      return header_byte(byte) || text;
    }
    case State::payload:
      break;
  }
  return false;
}

std::optional<FrameEvent> FrameParser::text_event() {
  // Bytes examined twice can push a line past its bound by one; what is over begins the next.
  text_ready_ = false;
  text_out_.assign(text_, 0, max_text_size);
  text_.erase(0, text_out_.size());
  return FrameEvent{FrameEventKind::text, text_out_};
}

std::optional<FrameEvent> FrameParser::take_text() {
  if (text_.empty()) return std::nullopt;
  return text_event();
}

// Completes the payload from the input, or keeps what there is of it.
std::optional<FrameEvent> FrameParser::payload_event() {
  std::string_view payload;
  if (have_ == 0 && input_.size() >= length_) {
    payload = input_.substr(0, length_);
    input_.remove_prefix(length_);
  } else {
    const size_t wanted = static_cast<size_t>(length_) - have_;
    const size_t take = std::min(wanted, input_.size());
    std::copy_n(input_.data(), take, held_.data() + have_);
    input_.remove_prefix(take);
    have_ = static_cast<uint16_t>(have_ + take);
    if (take < wanted) return std::nullopt;
    payload = std::string_view(held_.data(), length_);
  }
  state_ = State::idle;
  ++counters_.frames;
  counters_.junk_since_frame = 0;
  return FrameEvent{FrameEventKind::frame, payload};
}

std::optional<FrameEvent> FrameParser::next() {
  for (;;) {
    if (state_ == State::payload) {
      // Text before a frame ends with it: a frame is never part of a line.
      if (!text_.empty()) return text_event();
      return payload_event();
    }
    if (input_.empty()) return std::nullopt;
    const auto byte = static_cast<uint8_t>(input_.front());
    input_.remove_prefix(1);
    if (header_byte(byte)) return text_event();
  }
}

std::array<char, frame_header_size> frame_header(size_t length) {
  return {static_cast<char>(frame_start1), static_cast<char>(frame_start2),
          static_cast<char>(length >> 8), static_cast<char>(length & 0xFF)};
}

bool append_frame(std::string &out, std::string_view payload) {
  if (payload.size() > max_payload_size) return false;
  const auto header = frame_header(payload.size());
  out.append(header.data(), header.size());
  out.append(payload);
  return true;
}

void append_wakeup(std::string &out, size_t count) {
  out.append(count, static_cast<char>(frame_start2));
}

}  // namespace meshtastic
