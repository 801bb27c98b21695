// Implementation of instance.h; control verbs are in faults.cc.
#include "plugins/sim/meshcore/instance.h"

#include <algorithm>
#include <cstring>

#include "plugins/meshcore/codec/frame.h"
#include "plugins/sim/meshcore/client.h"

namespace sim::companion {
namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int64_t boot_time = second / 2;
// A client that reads nothing loses what the device cannot keep.
constexpr size_t output_limit = 1U << 20;
constexpr size_t input_limit = 1U << 16;

constexpr const char *traffic_words[] = {"none", "calm", "lively", "busy", nullptr};

}  // namespace

const mmx_option Simulator::option_table[9] = {
    {MMX_OPTION_LISTEN, 0, "listen", nullptr, nullptr, 0, 0,
     "Where the one client of the simulated radio connects, for example tcp://127.0.0.1:5001."},
    {MMX_OPTION_PATH, 0, "pty", nullptr, nullptr, 0, 0,
     "Offers a serial line as well or instead: the path becomes a symbolic link to it."},
    {MMX_OPTION_INT, 0, "contacts", "40", nullptr, 0, 350,
     "Contacts the radio knows, of all four types."},
    {MMX_OPTION_INT, 0, "channels", "3", nullptr, 0, 40, "Channel slots in use, of 40."},
    {MMX_OPTION_INT, 0, "seed", "1", nullptr, 0, 4294967295.0,
     "The same seed gives the same mesh and the same order of events."},
    {MMX_OPTION_ENUM, 0, "traffic", "calm", traffic_words, 0, 0,
     "How much is said: an event every 5 s (calm), 1 s (lively) or 50 ms (busy)."},
    {MMX_OPTION_FLOAT, 0, "texts", "0.12", nullptr, 0, 1,
     "Part of the events that are text messages."},
    {MMX_OPTION_STRING, 0, "admin_password", "password", nullptr, 0, 0,
     "What makes an app administrator of the simulated rooms and repeaters."},
    {MMX_OPTION_STRING, 0, "guest_password", "hello", nullptr, 0, 0,
     "What lets an app write in the simulated rooms and ask the repeaters."},
};

// Something the radio will do unless it restarts before.
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

Simulator::Simulator(const mmx_host *host, const mmx::Options &options)
    : Instance(host),
      pty_path_(options.string("pty")),
      listens_(options.has("listen")),
      text_probability_(options.number("texts")),
      traffic_(this->host(), [this] { happens(); }),
      plug_(this->host(), [this] { plug_in(); }) {
  options_.seed = static_cast<uint64_t>(options.integer("seed"));
  options_.contacts = static_cast<uint32_t>(options.integer("contacts"));
  options_.channels = static_cast<uint32_t>(options.integer("channels"));
  options_.passwords.admin = options.string("admin_password");
  options_.passwords.guest = options.string("guest_password");
  constexpr int64_t intervals[] = {0, 5 * second, second, second / 20};
  interval_ns_ = intervals[std::clamp<int64_t>(options.integer("traffic"), 0, 3)];
  firmware_ = std::make_unique<Firmware>(options_, *this);
}

Simulator::~Simulator() = default;

mmx_status Simulator::start() {
  if (!listens_ && pty_path_.empty()) {
    host().failed("a simulated radio needs listen or pty");
    return MMX_INVALID;
  }
  if (!plug_in()) return MMX_ERROR;
  schedule_traffic();
  host().healthy();
  return MMX_OK;
}

void Simulator::stop() {
  traffic_.stop();
  plug_.stop();
  later_.clear();
  detach();
  unplug();
  stopping_ = true;
  if (clients_.empty()) host().stopped();
}

uint32_t Simulator::unix_time() const { return static_cast<uint32_t>(host().wall_ns() / second); }

bool Simulator::connected() const { return attached_ != nullptr || line_ != nullptr; }

// The serial line appears.
bool Simulator::plug_in() {
  if (pty_path_.empty() || modem_ != nullptr) return true;
  std::string error;
  modem_ = NullModem::open(error);
  if (modem_ == nullptr || !link_.make(pty_path_, modem_->outer(), error)) {
    host().failed(error);
    return false;
  }
  clients_.push_back(std::make_unique<Client>(*this, Transport::serial));
  line_ = clients_.back().get();
  if (line_->connect("serial://" + modem_->inner(), 0) == MMX_OK) return true;
  clients_.pop_back();
  line_ = nullptr;
  host().failed("cannot open the inner end of the serial line");
  return false;
}

// It is gone, as a cable that was pulled.
void Simulator::unplug() {
  link_.remove();
  if (line_ != nullptr) line_->abort();
  line_ = nullptr;
  modem_.reset();
}

void Simulator::schedule_traffic() {
  if (interval_ns_ == 0) return;
  traffic_.start(static_cast<int64_t>(static_cast<double>(interval_ns_) *
                                      firmware_->mesh().random().between(0.5, 1.5)));
}

void Simulator::happens() {
  if (!silent()) firmware_->live(text_probability_);
  flush();
  schedule_traffic();
}

mmx_status Simulator::session_opened(const mmx_session &session, mmx_stream *stream) {
  static_cast<void>(session);
  if (attached_ != nullptr) ++displaced_;
  detach();  // the newest wins
  clients_.push_back(std::make_unique<Client>(*this, Transport::wifi));
  attached_ = clients_.back().get();
  attached_->adopt(stream);
  ++connections_;
  firmware_->attach();
  if (silent()) attached_->pause();
  return MMX_OK;
}

void Simulator::detach() {
  flush();
  if (attached_ != nullptr) attached_->close();
  attached_ = nullptr;
}

void Simulator::closed(Client &client) {
  if (attached_ == &client) attached_ = nullptr;
  if (line_ == &client) {
    line_ = nullptr;
    modem_.reset();
    link_.remove();
  }
  clients_.remove_if([&client](const auto &entry) { return entry.get() == &client; });
  if (stopping_ && clients_.empty()) host().stopped();
}

void Simulator::received(Client &client, mmx_bytes bytes) {
  if (&client != attached_ && &client != line_) return;  // displaced: what it still sends is lost
  client.receiver.feed(mmx::view(bytes));
  serve(client);
}

void Simulator::serve(Client &client) {
  // Over Wi-Fi no command is read while frames are waiting to go out.
  const bool waits = client.receiver.transport() == Transport::wifi;
  while (!silent() && !(waits && firmware_->streaming())) {
    const auto command = client.receiver.next();
    if (!command) break;
    ++frames_in_;
    firmware_->command(*command, client.receiver.transport());
    if (&client != attached_ && &client != line_) return;  // the radio restarted
  }
  if (client.receiver.waiting() > input_limit) client.pause();
}

void Simulator::speak_again() {
  for (Client *client : {attached_, line_}) {
    if (client == nullptr) continue;
    client->resume();
    serve(*client);
  }
}

void Simulator::stream_done() {
  // Not from inside the firmware's own call.
  later(0, [this] {
    if (attached_ == nullptr || silent()) return;
    attached_->resume();
    serve(*attached_);
  });
}

void Simulator::send(std::string_view payload) {
  if (silent() || !connected()) return;
  if (!meshcore::append_frame(out_, meshcore::to_app_mark, payload)) {
    ++too_long_;
    return;
  }
  ++frames_out_;
}

void Simulator::turn_end() { flush(); }

void Simulator::flush() {
  if (out_.empty()) return;
  write(out_);
  out_.clear();
}

void Simulator::write(std::string_view bytes) {
  for (Client *client : {attached_, line_}) {
    if (client == nullptr || client->pending() > output_limit) continue;
    const mmx::SharedBuffer buffer = host().new_buffer(bytes.size());
    if (!buffer) return;
    std::memcpy(buffer.data(), bytes.data(), bytes.size());
    client->write(buffer, 0, bytes.size());
  }
}

void Simulator::later(int64_t delay_ns, std::function<void()> then) {
  later_.push_back(std::make_unique<Later>(*this, std::move(then)));
  later_.back()->timer.start(delay_ns);
}

void Simulator::restarting() {
  later_.clear();
  stalled_ = false;
  flush();
  if (attached_ != nullptr) attached_->close();
  attached_ = nullptr;
  if (line_ == nullptr) return;
  unplug();
  plug_.start(boot_time);
}

}  // namespace sim::companion
