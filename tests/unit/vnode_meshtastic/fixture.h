// What every test of the virtual node needs: the instance on a fake host, apps that speak the
// stream protocol, captures fed as retained state, the default policy on real labels.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mesh.pb.h"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/vnode/meshtastic/virtual_node.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/instance_runner.h"

namespace vnode_test {

namespace pb = meshtastic::pb;
using mmx::testing::FakeStream;
using mmx::testing::kMillisecond;
using mmx::testing::kSecond;
using mmx::testing::LinkSpec;

// Bytes as a client or radio puts them on the wire, and back. payloads_of fails the test unless
// bytes is a whole number of frames and nothing else.
std::string framed(std::string_view payload);
std::vector<std::string> payloads_of(std::string_view bytes);
std::string capture(const std::string &name);

pb::FromRadio parse(const std::string &payload);
std::vector<pb::FromRadio> parse_all(const std::vector<std::string> &payloads);

// ToRadio payloads.
std::string want_config(std::uint32_t nonce);
std::string heartbeat(std::uint32_t nonce);
std::string disconnect();
pb::MeshPacket packet(std::uint32_t id, std::uint32_t to, std::uint32_t portnum,
                      std::string_view payload);
pb::MeshPacket text_packet(std::uint32_t id, std::string_view text = "hello");
std::string to_radio(const pb::MeshPacket &packet);
// FromRadio payloads.
std::string from_radio(const pb::MeshPacket &packet);
std::string heard_text(std::uint32_t from, std::uint32_t id, std::string_view text = "hello");
std::string queue_status(std::uint32_t free);
// A Routing packet to the own node of n1_full about request.
pb::MeshPacket routing_from(std::uint32_t from, std::uint32_t request, std::uint32_t error);

// One app and what it received.
class App {
 public:
  App(mmx::testing::FakeHost &host, FakeStream &stream) : host_(&host), stream_(&stream) {}
  FakeStream &stream() { return *stream_; }
  std::uint64_t session() const { return stream_->session(); }
  // Sends bytes as they are / framed payloads in one read, and ends the turn.
  void raw(std::string_view bytes);
  void send(std::string_view payload) { raw(framed(payload)); }
  void send(const pb::MeshPacket &packet) { send(to_radio(packet)); }
  // Whole frames received since the last call.
  std::vector<std::string> take() { return payloads_of(stream_->take_written()); }
  std::vector<pb::FromRadio> take_parsed() { return parse_all(take()); }
  // The one frame received since the last call.
  pb::FromRadio take_one();
  bool closed() const { return stream_->is_closed(); }

 private:
  mmx::testing::FakeHost *host_;
  FakeStream *stream_;
};

// Routing.error_reason of a packet from the own node to itself about request; -1 if it is none.
int routing_error_of(const pb::FromRadio &message, std::uint32_t own, std::uint32_t request);

class Bench {
 public:
  explicit Bench(const mmx::testing::OptionTexts &options = {});

  mmx::testing::FakeHost host{"phones"};
  mmx::testing::InstanceRunner runner;

  void start() { runner.start(); }
  // start, and the capture of a radio (n1_full unless told) as a complete link.
  void start_with_radio(const std::string &name = "n1_full");
  void link(LinkSpec spec) { runner.deliver(mmx::testing::link(std::move(spec))); }
  // Delivers every frame of a dump as a record.
  void feed_dump(const std::string &name, std::uint32_t epoch = 1);
  void put(meshtastic::StateKey key, std::string payload, std::uint32_t place = 0);
  void remove(meshtastic::StateKey key);

  App connect(const std::string &address = "192.0.2.1");
  // connect and a full handshake, whose frames are taken.
  App configured(std::uint32_t nonce = 4711);

  // Live traffic, and the end of the turn.
  void rx(std::string payload, std::uint32_t flags = 0);
  void sent(std::string payload, std::uint64_t session, std::uint64_t cause = 1);
  // The source's first reply to the newest command, and later ones.
  struct Receipt {
    int status = MMX_DELIVERY_QUEUED;
    int native = 0;
    int free = 15;
    std::int64_t wire_id = 0;
    std::int64_t original_id = 0;
    std::uint32_t flags = 0;
  };
  void receipt(const mmx::testing::Published &command, const Receipt &what);
  void reply(const mmx::testing::Published &command, std::string payload, std::uint32_t flags = 0);
  // The newest command; takes all out.
  mmx::testing::Published command();
  std::size_t commands();

  // Every command gets verdict.
  void answer_all(std::uint32_t verdict);
  // The gates as a frontend has them without any setting, on labels of the real codec.
  void default_policy(std::uint32_t own);

  // A number out of status(), by its key.
  long number(const std::string &key);
  std::string status() { return host.control_status(); }
};

inline constexpr std::uint32_t n1_own = 2001;

}  // namespace vnode_test
