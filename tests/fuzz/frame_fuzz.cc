// The frame parser: however a stream is torn, the same frames come out; what comes out frames again
// and parses again; nothing is longer than it may be.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "plugins/meshtastic/codec/frame.h"

using namespace meshtastic;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

std::vector<std::string> parse(std::string_view bytes, size_t step) {
  std::vector<std::string> frames;
  FrameParser parser;
  for (size_t at = 0; at < bytes.size(); at += step) {
    // A copy of its own, so that a view kept too long is found.
    const std::string piece(bytes.substr(at, step));
    parser.feed(piece);
    while (const auto event = parser.next()) {
      must(event->kind != FrameEventKind::invalid);
      if (event->kind == FrameEventKind::text) {
        must(event->bytes.size() <= FrameParser::max_text_size);
        continue;
      }
      must(event->bytes.size() <= max_payload_size);
      frames.emplace_back(event->bytes);
    }
  }
  must(parser.counters().frames == frames.size());
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  const size_t step = 1 + data[0] % 64;
  const std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
  const auto frames = parse(bytes, bytes.size() + 1);
  must(parse(bytes, step) == frames);
  std::string again;
  for (const auto &payload : frames) must(append_frame(again, payload));
  must(parse(again, step) == frames);
  return 0;
}
