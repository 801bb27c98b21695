// MeshCore's frame parser: however a stream is torn, the same frames come out; what comes out
// frames again and parses again; nothing is empty or longer than it may be.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "plugins/meshcore/codec/frame.h"

using namespace meshcore;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

std::vector<std::string> parse(std::string_view bytes, size_t step, char mark, size_t limit) {
  std::vector<std::string> frames;
  FrameParser parser(mark, limit);
  for (size_t at = 0; at < bytes.size(); at += step) {
    // A copy of its own, so that a view kept too long is found.
    const std::string piece(bytes.substr(at, step));
    parser.feed(piece);
    while (const auto payload = parser.next()) {
      must(!payload->empty() && payload->size() <= limit);
      frames.emplace_back(*payload);
    }
  }
  must(parser.counters().frames == frames.size());
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  const size_t step = 1 + data[0] % 64;
  const char mark = data[0] < 128 ? to_app_mark : to_device_mark;
  const size_t limit = (data[0] & 64U) != 0 ? max_frame : max_frame_before_1_16;
  const std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
  const auto frames = parse(bytes, bytes.size() + 1, mark, limit);
  must(parse(bytes, step, mark, limit) == frames);
  std::string again;
  for (const auto &payload : frames) must(append_frame(again, mark, payload));
  must(parse(again, step, mark, limit) == frames);
  return 0;
}
