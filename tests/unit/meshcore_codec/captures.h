// Recorded streams for the codec's tests: loading, splitting into frames, reading transcripts.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/frame.h"

namespace captures {

inline std::string load(const std::string &name) {
  std::ifstream file(std::string(MESHMUX_TEST_DATA "/meshcore/") + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Names of all recordings with that ending (".recv.bin", ".sent.bin"), sorted.
inline std::vector<std::string> names(std::string_view ending) {
  std::vector<std::string> found;
  for (const auto &entry : std::filesystem::directory_iterator(MESHMUX_TEST_DATA "/meshcore")) {
    const std::string name = entry.path().filename();
    if (name.ends_with(ending)) found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  REQUIRE(found.size() > 30);
  return found;
}

inline std::vector<std::string> frames_of(meshcore::FrameParser &parser, std::string_view bytes) {
  std::vector<std::string> frames;
  parser.feed(bytes);
  while (const auto payload = parser.next()) frames.emplace_back(*payload);
  return frames;
}

// Payloads of NAME.recv.bin or NAME.sent.bin.
inline std::vector<std::string> frames(const std::string &name) {
  meshcore::FrameParser parser(name.ends_with(".recv.bin") ? meshcore::to_app_mark
                                                           : meshcore::to_device_mark);
  return frames_of(parser, load(name));
}

// Every frame of that code in all recordings.
inline std::vector<std::string> all_frames_of_code(uint8_t code) {
  std::vector<std::string> found;
  for (const auto &name : names(".recv.bin")) {
    for (auto &payload : frames(name)) {
      if (static_cast<uint8_t>(payload[0]) == code) found.push_back(std::move(payload));
    }
  }
  return found;
}

inline std::vector<std::string> all_commands_of_code(uint8_t code) {
  std::vector<std::string> found;
  for (const auto &name : names(".sent.bin")) {
    for (auto &payload : frames(name)) {
      if (static_cast<uint8_t>(payload[0]) == code) found.push_back(std::move(payload));
    }
  }
  return found;
}

inline std::string from_hex(std::string_view text) {
  std::string out;
  for (size_t at = 0; at + 1 < text.size(); at += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16)));
  }
  return out;
}

struct Line {
  bool to_device = false;
  std::string name;
  std::string payload;
};

// The frames of a transcript in the order in which they crossed the link.
inline std::vector<Line> transcript(const std::string &name) {
  std::vector<Line> lines;
  std::istringstream text(load(name));
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::string seconds, direction, code, size, payload;
    Line entry;
    words >> seconds >> direction >> code >> entry.name >> size >> payload;
    if ((direction != ">" && direction != "<") || !size.starts_with("len=")) continue;
    entry.to_device = direction == ">";
    entry.payload = from_hex(payload);
    REQUIRE(entry.payload.size() == std::stoul(size.substr(4)));
    lines.push_back(std::move(entry));
  }
  REQUIRE(lines.size() > 10);
  return lines;
}

inline const std::string key_a =
    from_hex("177da9c32fc5c4c234f939a74f0551cfc90c7d75bef7fea770fb81f25b941ebd");
inline const std::string key_b =
    from_hex("30f0c53e40fcd0e7ba9985917cfd68086ada31e1a5fa2f7e1cfc1d4bdae1f6eb");

}  // namespace captures
