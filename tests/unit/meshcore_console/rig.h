// A console source on a fake host, and at the other end of its line a device that answers as one
// was recorded, or as a test says. Must not assert anything.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/state.h"
#include "plugins/meshcore/console/console.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/instance_runner.h"
#include "transcript.h"

namespace meshcore_console_test {

using mmx::testing::kMillisecond;
using mmx::testing::kMinute;
using mmx::testing::kSecond;
using mmx::testing::OptionTexts;
using mmx::testing::Published;

class Rig {
 public:
  // device: name of a recording ("console-room").
  explicit Rig(const std::string &device, OptionTexts options = {});

  mmx::testing::FakeHost host{"room"};
  mmx::testing::InstanceRunner runner;

  std::map<std::string, std::string> answers;  // what is printed for a line, echo included
  std::string buffer;                          // what the device has of a line already
  std::set<std::string> mute;
  bool echoes = true;
  // The clock it tells, as seconds; nothing: the recorded text.
  std::optional<std::int64_t> clock;
  // Asked first.
  std::function<std::optional<std::string>(const std::string &line)> special;

  mmx::testing::FakeStream &link() { return host.net().last_connect(); }
  bool connecting() { return !host.net().connecting().empty(); }
  void accept();
  void give(std::string_view bytes);
  // The device reads and answers.
  void serve();
  void run(std::int64_t ns);
  // accept, and on until the first round is over or ten seconds are.
  void up();

  // Whole writes, oldest first.
  const std::vector<std::string> &written() const { return written_; }
  std::size_t asked(std::string_view line) const;
  // Retained record of the console section; NULL without one.
  const Published *console(std::uint8_t number);
  std::string stats(std::uint8_t subtype);
  std::uint32_t phase() { return host.bus().last_link().phase; }

 private:
  std::string print(const std::string &line);

  std::vector<std::string> written_;
};

}  // namespace meshcore_console_test
