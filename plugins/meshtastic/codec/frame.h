// The framing of stream transports (docs/protocol notes 1.1 to 1.3): 94 C3, a big-endian length,
// one protobuf. It finds frames in a byte stream that may also hold boot text, and builds them; it
// must not know what a frame means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meshtastic {

inline constexpr uint8_t frame_start1 = 0x94;
inline constexpr uint8_t frame_start2 = 0xC3;
inline constexpr size_t frame_header_size = 4;
inline constexpr size_t max_payload_size = 512;  // the radio refuses longer ones
inline constexpr size_t max_frame_size = frame_header_size + max_payload_size;
// Bytes of C3 that wake a sleeping serial console; a TCP client sends none or these.
inline constexpr size_t wakeup_size = 32;
// On opening a serial port: fills whatever half frame an earlier owner left behind.
inline constexpr size_t serial_opening_size = max_frame_size + 4;

enum class FrameEventKind : uint8_t {
  invalid = 0,
  frame,  // bytes is one payload, 0 to 512 bytes
  text,   // bytes is unframed text: one line without its end, at most max_text_size
};

// bytes is borrowed: valid until the next call on the parser, and while the bytes fed live.
struct FrameEvent {
  FrameEventKind kind = FrameEventKind::invalid;
  std::string_view bytes;
};

struct FrameCounters {
  uint64_t frames = 0;
  uint64_t junk_bytes = 0;        // outside any frame, wake-up bytes included
  uint64_t oversize = 0;          // headers that announced more than 512 bytes
  uint64_t junk_since_frame = 0;  // grows while the stream is out of step
};

// Feed bytes, then take events until there is none; a torn frame is kept for the next feed. A frame
// that arrives whole is handed out without a copy. One thread; no allocation but for text.
class FrameParser {
 public:
  static constexpr size_t max_text_size = 256;

  // bytes is borrowed until next() returns nothing. All events of the last feed must be taken
  // first; what was not is dropped.
  void feed(std::string_view bytes);
  // The next frame or line of text; nothing when the fed bytes are used up.
  std::optional<FrameEvent> next();
  // Hands out text that has no line end yet, e.g. when the stream falls silent.
  std::optional<FrameEvent> take_text();
  // Forgets a half frame and pending text, for a new connection. Counters stay.
  void reset();

  // True while a header or payload has begun and not ended.
  bool mid_frame() const { return state_ != State::idle; }
  const FrameCounters &counters() const { return counters_; }

 private:
  enum class State : uint8_t { idle, start1, length_high, length_low, payload };

  bool header_byte(uint8_t byte);
  bool junk(uint8_t byte);
  std::optional<FrameEvent> payload_event();
  std::optional<FrameEvent> text_event();

  State state_ = State::idle;
  uint16_t length_ = 0;
  uint16_t have_ = 0;
  bool text_ready_ = false;
  std::string_view input_;
  std::array<char, max_payload_size> held_{};
  std::string text_;
  std::string text_out_;
  FrameCounters counters_;
};

// Appends header and payload to out. False, and nothing appended, if payload exceeds 512 bytes.
bool append_frame(std::string &out, std::string_view payload);
// The header alone, for callers that keep payloads elsewhere. length must not exceed 512.
std::array<char, frame_header_size> frame_header(size_t length);
// Appends count bytes of C3.
void append_wakeup(std::string &out, size_t count);

}  // namespace meshtastic
