// A driver on a fake host and a companion radio at the other end of its connection, as far as a
// test lets it answer. Must not assert anything.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/frame.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/state.h"
#include "plugins/meshcore/driver/driver.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/instance_runner.h"

namespace meshcore_driver_test {

using meshcore::Section;
using mmx::testing::kMillisecond;
using mmx::testing::kMinute;
using mmx::testing::kSecond;
using mmx::testing::MessageSpec;
using mmx::testing::OptionTexts;
using mmx::testing::Published;

namespace command = meshcore::command;
namespace push = meshcore::push;
namespace response = meshcore::response;
namespace error = meshcore::error;

std::string key_of(char fill);  // 32 bytes
meshcore::Contact contact(char fill, std::uint8_t type = meshcore::contact_type::chat,
                          std::uint32_t lastmod = 1000);
std::string bytes(std::initializer_list<int> values);
std::uint8_t code_of(std::string_view payload);

// Commands.
std::string with_key(std::uint8_t code, std::string_view key, std::string_view rest = {});
std::string text_to(char fill, std::string_view text, std::uint32_t timestamp = 1'767'225'700,
                    std::uint8_t attempt = 0);
std::string channel_text(std::uint8_t slot, std::string_view text);
std::string status_of(char fill);
std::string login_to(char fill, std::string_view password);
std::string telemetry_of(char fill);
std::string binary_to(char fill, std::string_view request);
std::string trace(std::uint32_t tag);

// Frames.
std::string direct_message(char fill, std::string_view text, std::uint32_t timestamp = 7);
std::string legacy_message(char fill, std::string_view text);
std::string post(char room, std::string_view author, std::string_view text,
                 std::uint32_t timestamp);
std::string prefix_push(std::uint8_t code, char fill, std::string_view rest = "data");

inline constexpr std::uint64_t kOrigin = 7;

class Rig {
 public:
  explicit Rig(OptionTexts options = {{"connect", "tcp://192.0.2.9:5000"}});

  mmx::testing::FakeHost host{"hill"};
  mmx::testing::InstanceRunner runner;

  // The radio.
  std::string own_key = key_of('o');
  std::string name = "Node O";
  std::uint8_t version = 13;
  std::uint8_t repeat = 1;
  std::vector<meshcore::Contact> contacts;
  std::vector<meshcore::ChannelInfo> channels;  // the slots
  std::deque<std::string> queue;                // offline messages, as they are handed out
  std::int64_t behind_s = 0;                    // its clock against the host's
  std::uint32_t uptime_s = 500;
  std::uint32_t est_timeout_ms = 4000;
  std::uint8_t flood = 0;
  // How it behaves.
  bool answers = true;
  std::set<std::uint8_t> mute;                   // commands it does not answer
  std::map<std::uint8_t, std::uint8_t> refuses;  // command, error
  // Asked first; frames of an answer, or nothing for the usual one.
  std::function<std::optional<std::vector<std::string>>(const std::string &)> special;

  mmx::testing::FakeStream &link() { return host.net().last_connect(); }
  bool connecting() { return !host.net().connecting().empty(); }
  // The network lets the connect through.
  void accept();
  // accept, and everything until the link is up and the queue is drained.
  void up();
  void give(std::string_view payload);
  void give_raw(std::string_view bytes);
  // The radio reads what was sent to it, and answers if it is to.
  void serve();
  void run(std::int64_t ns, std::int64_t step = 10 * kMillisecond);
  // The connection breaks; the driver's next connect is awaited, gives how long that took.
  std::int64_t lose(mmx_status status = MMX_ERROR);
  std::int64_t wait_for_connect();

  std::uint32_t device_now();
  // Everything the radio has read, oldest first; of one command; the same since the last clear.
  const std::vector<std::string> &received() const { return received_; }
  std::vector<std::string> received(std::uint8_t code) const;
  void clear_received() { received_.clear(); }

  // A command of an app; gives its id on the bus.
  std::uint64_t command(const std::string &payload, std::uint64_t session = 1,
                        std::uint64_t withheld = 0);
  std::uint64_t say(mmx::Record &record, std::uint64_t session = 1);
  // Replies to it so far, taken out.
  std::vector<Published> replies(std::uint64_t command);
  // The payload of the only new reply; "" if there is none, "many" if there are several.
  std::string reply(std::uint64_t command);
  std::vector<Published> take(std::uint32_t kinds) { return host.bus().take(kinds); }
  std::vector<std::string> payloads(std::uint32_t kinds);
  std::string state(Section section, std::uint8_t sub = 0, std::string key = {}) const;
  std::uint32_t phase() { return host.bus().last_link().phase; }

 private:
  std::vector<std::string> answer(const std::string &command);
  std::vector<std::string> contact_stream() const;

  meshcore::FrameParser parser_{meshcore::to_device_mark};
  mmx::testing::FakeStream *read_from_ = nullptr;
  std::vector<std::string> received_;
  std::vector<Published> kept_;
  std::uint32_t next_tag_ = 0x00AB0001;
};

}  // namespace meshcore_driver_test
