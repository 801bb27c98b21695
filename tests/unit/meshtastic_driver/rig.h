// A driver on a fake host and the radio at the other end of its connection, as far as a test lets
// it answer. Must not assert anything.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "admin.pb.h"
#include "mesh.pb.h"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/driver/driver.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/instance_runner.h"

namespace driver_test {

namespace pb = meshtastic::pb;
using mmx::testing::kMillisecond;
using mmx::testing::kMinute;
using mmx::testing::kSecond;
using mmx::testing::MessageSpec;
using mmx::testing::Published;

// FromRadio payloads of a recorded handshake, without its config_complete_id.
std::vector<std::string> recorded_dump(const std::string &name);
// Every FromRadio of a recording.
std::vector<std::string> recorded_frames(const std::string &name);

// A small dump: my_info, own node, metadata, 8 channels, a few settings, the given other nodes.
struct DumpSpec {
  std::uint32_t own = 0x1001;
  std::uint32_t reboot_count = 5;
  std::string firmware = "2.7.26.abc";
  std::vector<pb::NodeInfo> nodes;
};
std::vector<std::string> make_dump(const DumpSpec &spec = {});
pb::NodeInfo make_node(std::uint32_t number, std::uint32_t last_heard = 0);
std::string key_of(char fill);  // 32 bytes

// FromRadio payloads.
std::string from_radio(const pb::MeshPacket &packet);
std::string text_from(std::uint32_t node, std::uint32_t id, std::string_view text);
std::string queue_status(std::uint32_t id, std::int32_t res = 0, std::uint32_t free = 16);
std::string routing(std::uint32_t from, std::uint32_t to, std::uint32_t request_id,
                    std::uint32_t error);
std::string admin_answer(std::uint32_t own, std::uint32_t request_id,
                         const pb::AdminMessage &message);

// ToRadio payloads.
pb::ToRadio packet(std::uint32_t port, std::string_view payload, std::uint32_t id,
                   std::uint32_t to = 0xFFFFFFFF);
std::string text(std::string_view words, std::uint32_t id, std::uint32_t to = 0xFFFFFFFF);
std::string admin(const pb::AdminMessage &message, std::uint32_t id, std::uint32_t to = 0x1001);

pb::FromRadio parse(std::string_view from_radio_payload);
std::uint32_t routing_error(const Published &reply);

class Rig {
 public:
  explicit Rig(mmx::testing::OptionTexts options = {{"connect", "tcp://192.0.2.9:4403"}});

  mmx::testing::FakeHost host{"home"};
  mmx::testing::InstanceRunner runner;

  // How the radio behaves.
  bool answers_packets = true;  // a queueStatus each
  bool answers_admin = true;    // reads and changes to itself
  bool answers_heartbeats = true;
  std::uint32_t free = 16;
  std::uint32_t own = 0x1001;
  std::function<void(const pb::ToRadio &)> on_to_radio;

  mmx::testing::FakeStream &link() { return host.net().last_connect(); }
  bool connecting() { return !host.net().connecting().empty(); }

  // The network lets the connect through; what the driver then sends is taken.
  void accept();
  // One whole dump, ended with the nonce the driver asked with.
  void dump(const std::vector<std::string> &payloads);
  // accept and dump; then the reads that follow are answered.
  void up(const std::vector<std::string> &payloads = make_dump());
  // A FromRadio arrives.
  void give(std::string_view payload);
  void give_raw(std::string_view bytes);
  // The radio reads what was sent to it, and answers if it is to.
  void serve();
  // Lets time pass in small steps, the radio serving in each.
  void run(std::int64_t ns, std::int64_t step = 10 * kMillisecond);

  // Everything the radio has read, oldest first, and the same since the last call.
  const std::vector<pb::ToRadio> &received() const { return received_; }
  std::vector<pb::ToRadio> fresh();
  // Packets of one port among them.
  std::vector<pb::MeshPacket> packets(std::uint32_t port) const;
  std::vector<pb::AdminMessage> admins() const;
  std::size_t count(pb::ToRadio::PayloadVariantCase variant) const;
  std::uint32_t nonce() const { return nonce_; }

  // A command of an app; gives its id on the bus.
  std::uint64_t command(const std::string &to_radio, std::uint64_t session = 1,
                        std::uint64_t grants = 0, std::uint64_t withheld = 0);
  // Replies to it, in order; those to one command are taken out.
  std::vector<Published> replies(std::uint64_t command);
  std::vector<Published> take(std::uint32_t kinds) { return host.bus().take(kinds); }
  // Retained payload, empty if there is none.
  std::string state(meshtastic::Section section, std::uint32_t sub = 0) const;
  pb::NodeInfo node(std::uint32_t number) const;

 private:
  void answer(const pb::ToRadio &message);
  void answer_admin(const pb::MeshPacket &packet);

  meshtastic::FrameParser parser_;
  mmx::testing::FakeStream *read_from_ = nullptr;
  std::vector<pb::ToRadio> received_;
  std::size_t seen_ = 0;
  std::uint32_t nonce_ = 0;
};

}  // namespace driver_test
