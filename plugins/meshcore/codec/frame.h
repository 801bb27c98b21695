// The framing of serial and TCP links (docs/protocol notes 1.1): a direction byte, a little-endian
// length, the payload. It finds frames in a byte stream that may hold noise, and builds them; it
// must not know what a payload means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/meshcore/codec/codes.h"

namespace meshcore {

inline constexpr char to_device_mark = '<';  // app to device
inline constexpr char to_app_mark = '>';     // device to app
inline constexpr size_t frame_header_size = 3;

struct FrameCounters {
  uint64_t frames = 0;
  uint64_t junk_bytes = 0;        // outside any frame
  uint64_t oversize = 0;          // headers that announced more than the limit
  uint64_t junk_since_frame = 0;  // grows while the stream is out of step
};

// Feed bytes, then take payloads until there is none; a torn frame is kept for the next feed. Bytes
// before a mark are skipped one by one; a length of 0 is skipped; the payload of an oversize frame
// is swallowed whole and not handed out. A frame that arrives whole is handed out without a copy.
// One thread.
class FrameParser {
 public:
  // mark: to_app_mark where the device is read, to_device_mark where an app is read. limit: longest
  // payload that is handed out.
  explicit FrameParser(char mark, size_t limit = max_frame) : mark_(mark), limit_(limit) {}

  // bytes is borrowed until next() returns nothing.
  void feed(std::string_view bytes);
  // Borrowed: valid until the next call on the parser.
  std::optional<std::string_view> next();
  // Forgets a half frame, for a new connection. Counters stay.
  void reset();

  bool mid_frame() const { return state_ != State::idle; }
  const FrameCounters &counters() const { return counters_; }

 private:
  enum class State : uint8_t { idle, length_low, length_high, payload, swallow };

  char mark_;
  size_t limit_;
  State state_ = State::idle;
  size_t length_ = 0;
  std::string_view input_;
  std::string held_;
  FrameCounters counters_;
};

// Appends header and payload to out. False, and nothing appended, if payload is empty or exceeds
// max_frame.
bool append_frame(std::string &out, char mark, std::string_view payload);
// The header alone, for callers that keep payloads elsewhere.
std::array<char, frame_header_size> frame_header(char mark, size_t length);

}  // namespace meshcore
