// Implementation of instance.h.
#include "plugins/sim/meshtastic/instance.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/tables.h"

namespace sim {
namespace {

using nlohmann::json;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t idle_limit = 900 * second;  // firmware closes a silent client

constexpr const char *traffic_words[] = {"none", "calm", "lively", "busy", nullptr};
constexpr const char *firmware_words[] = {"2.7", "2.8", nullptr};

constexpr std::string_view boot_text =
    "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    "\x1b[32mINFO \x1b[0m | ??:??:?? 0 Booting\r\n";

// A number of args, or fallback.
std::int64_t number(const json &args, const char *name, std::int64_t fallback) {
  const auto found = args.find(name);
  return found != args.end() && found->is_number_integer() ? found->get<std::int64_t>() : fallback;
}

}  // namespace

const mmx_option Simulator::option_table[7] = {
    {MMX_OPTION_LISTEN, 0, "listen", "tcp://127.0.0.1:4403", nullptr, 0, 0,
     "Where the one client of the simulated radio connects."},
    {MMX_OPTION_INT, 0, "nodes", "50", nullptr, 0, 5000,
     "Nodes of the mesh besides the radio itself."},
    {MMX_OPTION_INT, 0, "seed", "1", nullptr, 0, 4294967295.0,
     "The same seed gives the same mesh and the same order of events."},
    {MMX_OPTION_ENUM, 0, "traffic", "calm", traffic_words, 0, 0,
     "How much is said: an event every 5 s (calm), 1 s (lively) or 50 ms (busy)."},
    {MMX_OPTION_ENUM, 0, "firmware", "2.7", firmware_words, 0, 0,
     "2.8 sends nodes without positions and replays those as packets."},
    {MMX_OPTION_FLOAT, 0, "texts", "0.12", nullptr, 0, 1,
     "Part of the events that are text messages."},
    {MMX_OPTION_INT, 0, "number", nullptr, nullptr, 16, 4294967294.0,
     "Node number of the radio; drawn from the seed if absent."},
};

// Something the radio will do unless it reboots before.
struct Simulator::Later {
  Later(Simulator &owner, std::function<void()> action)
      : then(std::move(action)), timer(owner.host(), [this, &owner] {
          const std::function<void()> run = std::move(then);
          owner.later_.remove_if([this](const auto &entry) { return entry.get() == this; });
          run();
          owner.flush();
        }) {}
  std::function<void()> then;
  mmx::Timer timer;
};

class Simulator::Client final : public mmx::Stream {
 public:
  explicit Client(Simulator &owner) : Stream(owner.host()), owner_(owner) {}
  void on_data(mmx_bytes bytes) override { owner_.received(*this, bytes); }
  void on_eof() override { close(); }
  void on_close(mmx_status, std::string_view) override { owner_.closed(*this); }

  meshtastic::FrameParser parser;
  std::int64_t last_heard = 0;

 private:
  Simulator &owner_;
};

Simulator::Simulator(const mmx_host *host, const mmx::Options &options)
    : Instance(host),
      text_probability_(options.number("texts")),
      traffic_(this->host(), [this] { happens(); }) {
  options_.seed = static_cast<std::uint64_t>(options.integer("seed"));
  options_.nodes = static_cast<std::uint32_t>(options.integer("nodes"));
  options_.thin_nodes = options.string("firmware") == "2.8";
  constexpr std::int64_t intervals[] = {0, 5 * second, second, second / 20};
  interval_ns_ = intervals[std::clamp<std::int64_t>(options.integer("traffic"), 0, 3)];
  firmware_ = std::make_unique<Firmware>(options_, *this);
  if (options.has("number"))
    firmware_->renumber(static_cast<std::uint32_t>(options.integer("number")));
}

Simulator::~Simulator() = default;

mmx_status Simulator::start() {
  schedule_traffic();
  host().healthy();
  return MMX_OK;
}

void Simulator::stop() {
  traffic_.stop();
  later_.clear();
  detach();
  host().stopped();
}

std::uint32_t Simulator::unix_time() const {
  return static_cast<std::uint32_t>(host().wall_ns() / second);
}

void Simulator::schedule_traffic() {
  if (interval_ns_ == 0) return;
  traffic_.start(static_cast<std::int64_t>(static_cast<double>(interval_ns_) *
                                           firmware_->world().random().between(0.5, 1.5)));
}

void Simulator::happens() {
  if (attached_ != nullptr && host().mono_ns() - attached_->last_heard > idle_limit) detach();
  if (!stalled_) firmware_->live(text_probability_);
  flush();
  schedule_traffic();
}

mmx_status Simulator::session_opened(const mmx_session &session, mmx_stream *stream) {
  static_cast<void>(session);
  detach();  // the newest wins
  clients_.push_back(std::make_unique<Client>(*this));
  attached_ = clients_.back().get();
  attached_->adopt(stream);
  attached_->last_heard = host().mono_ns();
  ++connections_;
  firmware_->attach();
  if (stalled_) attached_->pause();
  return MMX_OK;
}

void Simulator::detach() {
  flush();
  if (attached_ != nullptr) attached_->close();
  attached_ = nullptr;
}

void Simulator::closed(Client &client) {
  if (attached_ == &client) {
    attached_ = nullptr;
    out_.clear();
    firmware_->attach();
  }
  clients_.remove_if([&client](const auto &entry) { return entry.get() == &client; });
}

void Simulator::received(Client &client, mmx_bytes bytes) {
  if (&client != attached_) return;  // replaced: what it still sends is not heard
  client.last_heard = host().mono_ns();
  client.parser.feed(mmx::view(bytes));
  while (const auto event = client.parser.next()) {
    if (event->kind != meshtastic::FrameEventKind::frame) continue;
    ++frames_in_;
    // ToRadio.disconnect ends the connection at once.
    if (event->bytes == meshtastic::build_disconnect()) return detach();
    firmware_->to_radio(event->bytes);
    if (attached_ != &client) return;
  }
  firmware_->end_of_input();
}

void Simulator::send(std::string_view payload) {
  if (attached_ == nullptr || stalled_) return;
  ++frames_out_;
  meshtastic::append_frame(out_, payload);
}

void Simulator::turn_end() { flush(); }

void Simulator::flush() {
  if (out_.empty() || attached_ == nullptr) return;
  const mmx::SharedBuffer buffer = host().new_buffer(out_.size());
  if (!buffer) return;
  std::memcpy(buffer.data(), out_.data(), out_.size());
  attached_->write(buffer, 0, out_.size());
  out_.clear();
}

void Simulator::later(std::int64_t delay_ns, std::function<void()> then) {
  later_.push_back(std::make_unique<Later>(*this, std::move(then)));
  later_.back()->timer.start(delay_ns);
}

void Simulator::reboot() {
  later_.clear();
  out_.clear();
  stalled_ = false;
  if (attached_ != nullptr) attached_->close();
  attached_ = nullptr;
}

std::string Simulator::status() {
  return json({{"number", firmware_->own()},
               {"nodes", firmware_->world().nodes().size() + 1},
               {"attached", attached_ != nullptr},
               {"configured", firmware_->configured()},
               {"stalled", stalled_},
               {"connections", connections_},
               {"framesIn", frames_in_},
               {"framesOut", frames_out_}})
      .dump();
}

mmx_status Simulator::fault(std::string_view verb) {
  if (verb == "reboot") {
    firmware_->restart();
    return MMX_OK;
  }
  if (attached_ == nullptr) return MMX_CLOSED;
  if (verb == "drop") {
    attached_->abort();
  } else if (verb == "drop-mid-frame") {
    firmware_->from_air(firmware_->world().text(firmware_->world().nodes().front().number,
                                                "never heard to its end",
                                                meshtastic::broadcast_node, 0, unix_time()));
    out_.resize(out_.size() / 2);
    detach();
  } else if (verb == "stall") {
    stalled_ = true;
    attached_->pause();
  } else if (verb == "boot-text") {
    out_ += boot_text;
    flush();
  } else if (verb == "garbage") {
    for (int i = 0; i < 700; ++i) out_ += static_cast<char>(firmware_->world().random().next());
    flush();
  } else {
    return MMX_UNSUPPORTED;
  }
  return MMX_OK;
}

mmx_status Simulator::call(std::string_view verb, std::string_view args, std::string &reply) {
  const json parsed = args.empty() ? json::object() : json::parse(args, nullptr, false);
  if (!parsed.is_object()) {
    reply = "the argument must be a JSON object";
    return MMX_INVALID;
  }
  reply = "{}";
  if (verb == "resume") {
    stalled_ = false;
    if (attached_ != nullptr) attached_->resume();
  } else if (verb == "renumber") {
    const std::int64_t wanted = number(parsed, "num", 0);
    if (wanted < 16 || wanted >= meshtastic::broadcast_node) {
      reply = "renumber needs {\"num\": NUMBER} from 16 to 4294967294";
      return MMX_INVALID;
    }
    firmware_->renumber(static_cast<std::uint32_t>(wanted));
  } else if (verb == "text") {
    const auto &nodes = firmware_->world().nodes();
    const std::int64_t from = number(parsed, "from", nodes.empty() ? 1004 : nodes.front().number);
    const auto packet = firmware_->world().text(static_cast<std::uint32_t>(from),
                                                parsed.value("text", std::string("hello")),
                                                meshtastic::broadcast_node, 0, unix_time());
    reply = json({{"id", packet.id()}, {"from", packet.from()}}).dump();
    firmware_->from_air(packet);
  } else if (verb == "burst") {
    const std::int64_t count = std::clamp<std::int64_t>(number(parsed, "count", 50), 0, 10'000);
    for (std::int64_t i = 0; i < count; ++i) firmware_->live(0.2);
  } else {
    const mmx_status status = fault(verb);
    if (status == MMX_CLOSED) reply = "nobody is connected to this radio";
    if (status == MMX_UNSUPPORTED)
      reply =
          "verbs: drop, drop-mid-frame, stall, resume, reboot, renumber, text, burst, boot-text, "
          "garbage";
    flush();
    return status;
  }
  flush();
  return MMX_OK;
}

}  // namespace sim
