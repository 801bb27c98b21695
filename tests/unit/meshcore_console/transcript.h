// Recorded consoles: what the device printed for each line that was typed. Must not know the code
// under test.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meshcore_console_test {

// One thing written to the device and all it printed until the next.
struct Exchange {
  std::string typed;
  std::string printed;
};

inline std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at];
      continue;
    }
    const char kind = text[++at];
    if (kind == 'x') {
      out += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      out += kind == 'r' ? '\r' : kind == 'n' ? '\n' : kind;
    }
  }
  return out;
}

inline std::vector<Exchange> transcript(const std::string &name) {
  std::ifstream file(MESHMUX_TEST_DATA "/meshcore/" + name + ".txt");
  std::vector<Exchange> exchanges;
  for (std::string line; std::getline(file, line);) {
    constexpr std::size_t direction = 10;  // behind the seconds
    if (line.size() < direction + 2 || line[0] == '#') continue;
    const std::string text = unescape(std::string_view(line).substr(direction + 2));
    if (line[direction] == '>') exchanges.push_back({text, ""});
    if (line[direction] == '<' && !exchanges.empty()) exchanges.back().printed += text;
  }
  if (exchanges.size() < 10) throw std::runtime_error("no transcript " + name);
  return exchanges;
}

}  // namespace meshcore_console_test
