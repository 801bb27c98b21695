// What every test of the MeshCore virtual node needs: the instance on a fake host, apps that speak
// the companion protocol, a radio's state as retained records, the default policy on real labels.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/state.h"
#include "plugins/vnode/meshcore/virtual_node.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/instance_runner.h"

namespace vnode_test {

namespace cmd = meshcore::command;
namespace rsp = meshcore::response;
namespace psh = meshcore::push;
namespace err = meshcore::error;
using meshcore::Section;
using mmx::testing::FakeStream;
using mmx::testing::kMillisecond;
using mmx::testing::kSecond;
using mmx::testing::LinkSpec;

using Frames = std::vector<std::string>;

// Bytes as an app or radio puts them on the wire, and back. payloads_of fails the test unless bytes
// is a whole number of frames with that mark and nothing else.
std::string framed(std::string_view payload);
Frames payloads_of(std::string_view bytes, char mark = '>');
// A recording under tests/data/meshcore: "connect-v3", "sent" or "recv".
Frames capture(const std::string &name, const std::string &side);

std::uint8_t code_of(std::string_view payload);
std::vector<int> codes_of(const Frames &frames);
inline const std::string ok(1, '\0');
std::string error(std::uint8_t code);

// A 32-byte key of one repeated byte.
std::string key(char byte);

// Commands.
std::string app_start(std::string_view name = "test app");
std::string device_query(std::uint8_t version);
std::string bare(std::uint8_t code, std::string_view rest = {});
std::string get_contacts(std::uint32_t since);
std::string channel_text(std::uint8_t slot, std::string_view text);
std::string direct_text(std::string_view text);
std::string status_request(char target);

// Frames of the radio.
std::string contact(char byte, std::uint32_t lastmod, std::string_view name = "contact");
std::string channel_info(std::uint8_t slot, std::string_view name);
std::string direct_message(std::string_view text, std::uint32_t timestamp = 1000);
std::string channel_message(std::string_view text, std::uint8_t channel = 0);
std::string raw_packet(unsigned number, std::size_t size = 60);
std::string sent(std::uint32_t tag);

// One app and what it received.
class App {
 public:
  App(mmx::testing::FakeHost &host, FakeStream &stream) : host_(&host), stream_(&stream) {}
  FakeStream &stream() { return *stream_; }
  std::uint64_t session() const { return stream_->session(); }
  // Sends bytes as they are, or framed commands in one read, and ends the turn.
  void raw(std::string_view bytes);
  void send(std::string_view command) { raw(framed(command)); }
  void send_all(const Frames &commands);
  // Frames received since the last call.
  Frames take() { return payloads_of(stream_->take_written()); }
  // The one frame received since the last call.
  std::string take_one();
  // send and take_one.
  std::string ask(std::string_view command);
  bool closed() const { return stream_->is_closed(); }
  void hang_up();

 private:
  mmx::testing::FakeHost *host_;
  FakeStream *stream_;
};

class Bench {
 public:
  explicit Bench(const mmx::testing::OptionTexts &options = {});

  mmx::testing::FakeHost host{"hikers"};
  mmx::testing::InstanceRunner runner;

  void start() { runner.start(); }
  // start, and the state of a radio with five contacts and four channel slots as a complete link.
  void start_with_radio();
  void feed_radio(std::uint32_t epoch = 1, char own = 'R');
  void link(LinkSpec spec) { runner.deliver(mmx::testing::link(std::move(spec))); }
  void link_up(std::uint32_t epoch = 1) { link({MMX_LINK_UP, epoch, 1, 0, 0, ""}); }
  void link_down() { link({MMX_LINK_DOWN, 1, 1, 1, 0, "unplugged"}); }
  // A response frame as the record it is, deletion of one, or of a contact.
  void put(std::string frame, std::uint32_t epoch = 1, std::uint32_t flags = 0);
  void remove(std::string_view frame);

  App connect(const std::string &address = "192.0.2.1");
  // connect, APP_START and DEVICE_QUERY, whose answers are taken.
  App started(std::string_view name = "test app", std::uint8_t version = 3,
              const std::string &address = "192.0.2.1");

  void rx(std::string payload, std::uint32_t flags = 0);
  void sent(std::string payload, std::uint64_t session);
  void reply(const mmx::testing::Published &command, std::string payload, std::uint32_t flags = 0);
  // The newest command; takes all out.
  mmx::testing::Published command();
  std::vector<mmx::testing::Published> commands() { return host.bus().take(MMX_KIND_TX); }

  // Every command gets verdict.
  void answer_all(std::uint32_t verdict);
  // The gates as a frontend has them without any setting, on labels of the real codec.
  void default_policy();

  // A number out of status(), by its key.
  long number(const std::string &key);
  std::string status() { return host.control_status(); }
};

}  // namespace vnode_test
