// Drives a MeshCore virtual node with a script read from the input: apps that send anything, state,
// links and events in any order, replies, time. Oracle: what an app receives is whole frames of
// codes it may see, every command has exactly one direct answer within a second, and the instance
// stops in time with nothing left over. Must not know how the virtual node works inside.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/frame.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/state.h"
#include "plugins/vnode/meshcore/virtual_node.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/instance_runner.h"

namespace {

namespace bytes = meshcore::bytes;
namespace response = meshcore::response;
namespace push = meshcore::push;

constexpr std::size_t max_sessions = 5;
constexpr int max_steps = 300;

void expect(bool condition) {
  if (!condition) std::abort();
}

class Script {
 public:
  Script(const std::uint8_t *data, std::size_t size)
      : rest_(reinterpret_cast<const char *>(data), size) {}
  bool done() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return value;
  }
  std::string bytes() {
    const std::string_view taken = rest_.substr(0, byte());
    rest_.remove_prefix(taken.size());
    return std::string(taken);
  }
  // Few different ones, so that things meet.
  std::string key() { return std::string(32, static_cast<char>('A' + byte() % 6)); }

 private:
  std::string_view rest_;
};

struct App {
  mmx::testing::FakeStream *stream;
  std::string unread;
  std::uint64_t commands = 0;  // sent in whole frames while nothing else was
  std::uint64_t answers = 0;
  bool exact = true;  // it is known how many answers it is owed
  bool in_list = false;
};

class Run {
 public:
  Run(const std::uint8_t *data, std::size_t size) : script_(data, size) {
    runner_.start();
    for (int step = 0; step < max_steps && !script_.done(); ++step) act();
    for (App &app : apps_) app.stream->drain();
    host_.advance(2 * mmx::testing::kSecond);
    check_all();
    for (const App &app : apps_)
      if (app.exact && app.stream->is_open()) expect(app.answers == app.commands);
    expect(runner_.stop_and_wait());
    check_all();
  }

 private:
  void act() {
    switch (script_.byte() % 13) {
      case 0:
        open();
        break;
      case 1:
        if (App *app = pick()) {
          app->exact = false;
          app->stream->inject(script_.bytes());
        }
        break;
      case 2:
      case 3:
      case 4:
        if (App *app = pick()) send(*app);
        break;
      case 5:
        state();
        break;
      case 6:
        link();
        break;
      case 7:
        event(MMX_KIND_RX);
        break;
      case 8:
        event(MMX_KIND_SENT);
        break;
      case 9:
        reply();
        break;
      case 10:
        host_.advance(std::int64_t{script_.byte()} * 20 * mmx::testing::kMillisecond);
        check_all();
        break;
      case 11:
        if (App *app = pick()) peer(*app);
        break;
      case 12:
        verdict_ = script_.byte() % 8;
        break;
    }
    if (script_.byte() % 2 == 0) host_.end_turn();
    check_all();
  }

  App *pick() { return apps_.empty() ? nullptr : &apps_[script_.byte() % apps_.size()]; }

  void open() {
    if (apps_.size() == max_sessions) return;
    mmx::testing::SessionSpec spec;
    spec.address = script_.byte() % 2 == 0 ? "192.0.2.1" : "192.0.2.2";
    App app{};
    app.stream = &host_.net().open_session(spec);
    apps_.push_back(app);
  }

  void send(App &app) {
    const auto all = meshcore::all_commands();
    const meshcore::CommandInfo &info = all[script_.byte() % all.size()];
    std::string command(1, static_cast<char>(info.code));
    switch (script_.byte() % 4) {
      case 0:
        command += script_.key() + script_.bytes();
        break;
      case 1:
        command += script_.bytes();
        break;
      default:
        command.resize(info.min_size, static_cast<char>(script_.byte() % 8));
        break;
    }
    command.resize(std::min<std::size_t>(command.size(), meshcore::max_frame));
    std::string framed;
    meshcore::append_frame(framed, meshcore::to_device_mark, command);
    // These two may be answered by a push or by nothing.
    if (meshcore::is_self_telemetry(command) ||
        meshcore::treatment_of(command) == meshcore::Treatment::fatal)
      app.exact = false;
    if (app.stream->inject(framed)) ++app.commands;
  }

  // Mostly a frame that its code allows.
  std::string frame() {
    const auto all = meshcore::all_frames();
    const meshcore::FrameInfo &info = all[script_.byte() % all.size()];
    std::string made(1, static_cast<char>(info.code));
    if (script_.byte() % 2 == 0) made += script_.key();
    if (script_.byte() % 8 != 0) made.resize(info.min_size, static_cast<char>(script_.byte() % 4));
    if (script_.byte() % 8 == 0) made += script_.bytes();
    return made;
  }

  void state() {
    const std::string made = frame();
    const auto key = meshcore::key_of(made);
    auto spec = mmx::testing::state(key ? meshcore::encode_key(*key) : script_.bytes(),
                                    script_.byte(), made);
    const std::uint8_t choice = script_.byte() % 8;
    if (choice == 0) {
      spec.flags = MMX_MESSAGE_DELETED;
      spec.payload.clear();
    } else if (choice == 1) {
      spec.payload = frame();  // not what its key says
    }
    deliver(spec);
  }

  void link() {
    const std::uint8_t bits = script_.byte();
    if ((bits & 0xE0) == 0xE0) ++epoch_;
    deliver(mmx::testing::link({1U + (bits & 3U), epoch_, (bits >> 2) & 1U, (bits >> 3) & 1U,
                                (bits >> 4) & 1U, script_.bytes()}));
  }

  void event(std::uint32_t kind) {
    auto spec = mmx::testing::rx(frame());
    spec.kind = kind;
    spec.session = kind == MMX_KIND_SENT ? script_.byte() % (max_sessions + 1) : 0;
    spec.flags = script_.byte() % 8 == 0 ? std::uint32_t{MMX_MESSAGE_QUIET} : 0;
    deliver(spec);
  }

  void reply() {
    const auto &published = host_.bus().published();
    if (published.empty()) return;
    const auto &command = published[script_.byte() % published.size()];
    auto spec = mmx::testing::reply(command.id, command.session, "");
    spec.flags = script_.byte() % 2 == 0 ? std::uint32_t{MMX_MESSAGE_FINAL} : 0;
    // A list in answer to a single command would be the source's fault, not the virtual node's.
    if (script_.byte() % 4 != 0) spec.payload = frame();
    if (!spec.payload.empty() && bytes::u8(spec.payload, 0) <= response::contacts_end)
      spec.payload = meshcore::build_ok();
    deliver(spec);
  }

  void peer(App &app) {
    switch (script_.byte() % 4) {
      case 0:
        app.stream->end();
        break;
      case 1:
        app.stream->disconnect();
        break;
      case 2:
        app.stream->hold(script_.byte());
        break;
      default:
        app.stream->drain();
        break;
    }
  }

  void deliver(mmx::testing::MessageSpec spec) {
    spec.epoch = epoch_;
    host_.bus().deliver(spec);
  }

  void check_all() {
    for (App &app : apps_) check(app);
  }

  static void check(App &app) {
    app.unread += app.stream->take_written();
    std::string_view rest = app.unread;
    while (rest.size() >= meshcore::frame_header_size) {
      expect(rest[0] == meshcore::to_app_mark);
      const std::size_t size = bytes::u16(rest, 1);
      expect(size > 0 && size <= meshcore::max_frame);
      if (rest.size() < meshcore::frame_header_size + size) break;
      check_payload(app, rest.substr(meshcore::frame_header_size, size));
      rest.remove_prefix(meshcore::frame_header_size + size);
    }
    app.unread.erase(0, app.unread.size() - rest.size());
  }

  static void check_payload(App &app, std::string_view payload) {
    const meshcore::FrameInfo *info = meshcore::frame_of(payload);
    expect(info != nullptr);
    const std::uint8_t code = bytes::u8(payload, 0);
    if (app.in_list) {  // nothing comes between the frames of a list
      expect(code == response::contact || code == response::contacts_end);
      app.in_list = code == response::contact;
      return;
    }
    if (code >= push::first) return;
    app.in_list = code == response::contacts_start;
    ++app.answers;
    if (app.exact) expect(app.answers <= app.commands);
  }

  Script script_;
  std::uint8_t verdict_ = MMX_VERDICT_ACCEPTED;
  std::uint32_t epoch_ = 1;
  mmx::testing::FakeHost host_{"fuzz"};
  mmx::testing::InstanceRunner runner_{
      host_, &meshcore_vnode::virtual_node_type(), {{"history", "3"}, {"message_log", "8"}}};
  std::vector<App> apps_;

  bool gated_ = [this] {
    host_.bus().set_gate([this](const mmx::testing::Published &) {
      mmx::testing::Verdict made;
      made.verdict = verdict_ > MMX_VERDICT_NO_SOURCE ? std::uint32_t{MMX_VERDICT_ACCEPTED}
                                                      : std::uint32_t{verdict_};
      return made;
    });
    return true;
  }();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const Run run(data, size);
  return 0;
}
