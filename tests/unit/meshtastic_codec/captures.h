// Recorded streams for the codec's tests: loading, and splitting into frames.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshtastic/codec/frame.h"

namespace captures {

inline std::string load(const std::string &name) {
  std::ifstream file(std::string(MESHMUX_TEST_DATA "/meshtastic/") + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Names of all recordings with that ending (".recv.bin", ".sent.bin"), sorted.
inline std::vector<std::string> names(std::string_view ending) {
  std::vector<std::string> found;
  for (const auto &entry : std::filesystem::directory_iterator(MESHMUX_TEST_DATA "/meshtastic")) {
    const std::string name = entry.path().filename();
    if (name.ends_with(ending)) found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  REQUIRE(found.size() > 20);
  return found;
}

inline std::vector<std::string> frames_of(meshtastic::FrameParser &parser, std::string_view bytes) {
  std::vector<std::string> frames;
  parser.feed(bytes);
  while (const auto event = parser.next()) {
    if (event->kind == meshtastic::FrameEventKind::frame) frames.emplace_back(event->bytes);
  }
  return frames;
}

inline std::vector<std::string> frames(const std::string &name) {
  meshtastic::FrameParser parser;
  return frames_of(parser, load(name));
}

}  // namespace captures
