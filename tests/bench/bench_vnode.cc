// Speed and memory of a virtual node, as ratios to a bare libuv server that sends the same bytes,
// both measured in one run and in turn, so that a machine's mood cancels out. Must not judge by
// absolute time except where the promise is absolute.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/daemon.h"
#include "tests/bench/process.h"
#include "tests/bench/report.h"
#include "tests/bench/swarm.h"

namespace {

using bench::give_up;
using bench::median;
using bench::now_ns;
using bench::percentile;
using bench::Poller;
using bench::Process;
using bench::promise;
using bench::Radio;
using bench::report;
using bench::Swarm;

constexpr std::string_view want_config("\x94\xc3\x00\x03\x18\xe7\x24", 7);  // nonce 4711

struct Settings {
  std::string daemon;
  std::string bare_server;
  std::string dump;
  int pairs = 15;
  bool quick = false;
};

// The recorded dump without its last frame, config_complete.
std::string read_dump(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::size_t at = 0;
  while (at + 4 <= bytes.size()) {
    const std::size_t length = 4 + (static_cast<std::uint8_t>(bytes[at + 2]) << 8) +
                               static_cast<std::uint8_t>(bytes[at + 3]);
    if (static_cast<std::uint8_t>(bytes[at + 4]) == 0x38) return bytes.substr(0, at);
    at += length;
  }
  give_up("the recorded dump has no end");
}

// A text packet from another node: FromRadio.packet{from 0x3ec, to all, decoded{port 1, 35 bytes},
// id}.
std::string text_frame(std::uint32_t id) {
  std::string text = "a text of thirty-five bytes, really";
  std::string data = std::string("\x08\x01\x12", 3) + static_cast<char>(text.size()) + text;
  std::string packet("\x0d\xec\x03\x00\x00\x15\xff\xff\xff\xff\x22", 11);
  packet += static_cast<char>(data.size());
  packet += data;
  packet += '\x35';
  packet.append(reinterpret_cast<const char *>(&id), 4);
  packet += std::string(
      "\x3d\x10\x20\x30\x68\x45\x00\x00\xc0\x40\x48\x03\x60\xc0\xff\xff\xff\xff\xff\xff\xff\xff\x01"
      "\x78\x03",
      25);
  std::string out("\x12", 1);
  out += static_cast<char>(packet.size());
  out += packet;
  std::string frame("\x94\xc3\x00", 3);
  frame += static_cast<char>(out.size());
  return frame + out;
}

// One server under test with its radio, both ready to serve.
struct Stand {
  Poller poller;
  std::unique_ptr<Radio> radio;
  bench::Daemon daemon;
  Process bare;
  int port = 0;

  void start_bare(const Settings &settings) {
    radio = std::make_unique<Radio>(poller, read_dump(settings.dump));
    if (!bare.start({settings.bare_server, std::to_string(radio->port())}))
      give_up("no bare server");
    port = std::atoi(bare.wait_line("").c_str());
    serve();
  }

  void start_daemon(const Settings &settings, bool wait = true) {
    radio = std::make_unique<Radio>(poller, read_dump(settings.dump));
    if (!wait) radio->hold();
    daemon.start(settings.daemon,
                 "sources:\n  radio: { plugin: meshtastic, connect: \"tcp://127.0.0.1:" +
                     std::to_string(radio->port()) +
                     "\" }\n"
                     "frontends:\n  apps: { plugin: vnode-meshtastic, source: radio, "
                     "listen: \"tcp://127.0.0.1:0\", max_sessions: 5000, "
                     "max_sessions_per_address: 5000 }\n");
    port = daemon.port(poller, "apps");
    if (wait) serve();
  }

  void serve() {
    if (!poller.run_until([&] { return radio->served(); }))
      give_up("the server did not ask the radio");
  }
};

// Bytes one client gets for a handshake; waits until the server has the radio's whole dump.
std::size_t handshake_size(Stand &stand) {
  for (;;) {
    Swarm one(stand.poller);
    one.keep_first();
    if (!one.connect(stand.port, 1)) give_up("cannot connect");
    one.want(SIZE_MAX);
    one.send_all(want_config);
    const bool whole = stand.poller.run_until([&] {
      const std::string &bytes = one.first_bytes();
      return bytes.size() > 7 && bytes.compare(bytes.size() - 3, 3, "\x38\xe7\x24") == 0;
    });
    if (!whole) give_up("no whole handshake");
    return one.first_bytes().size();
  }
}

double replay_once(Stand &stand, Swarm &swarm, std::size_t size) {
  swarm.reset();
  swarm.want(size);
  const std::int64_t begun = now_ns();
  swarm.send_all(want_config);
  if (!stand.poller.run_until([&] { return swarm.all_have(size); }))
    give_up("a replay did not finish");
  return static_cast<double>(now_ns() - begun) / 1e6;
}

double fan_out_once(Stand &stand, Swarm &swarm, int packets, int at_once, std::uint32_t &id) {
  swarm.reset();
  const std::size_t size = text_frame(0).size();
  std::size_t sent = 0;
  const std::int64_t begun = now_ns();
  while (sent < static_cast<std::size_t>(packets)) {
    std::string burst;
    for (int i = 0; i < at_once; ++i) burst += text_frame(++id);
    sent += static_cast<std::size_t>(at_once);
    swarm.want(sent * size);
    stand.radio->send(burst);
    if (!stand.poller.run_until([&] { return swarm.all_have(sent * size); }))
      give_up("a live packet did not arrive");
  }
  return static_cast<double>(now_ns() - begun) / 1e6;
}

void compare_replay(Stand &ours, Stand &bare, std::size_t clients, int pairs) {
  const std::size_t our_size = handshake_size(ours), bare_size = handshake_size(bare);
  Swarm our_swarm(ours.poller), bare_swarm(bare.poller);
  if (!our_swarm.connect(ours.port, clients) || !bare_swarm.connect(bare.port, clients))
    give_up("cannot connect");
  std::vector<double> ratios, our_times, bare_times;
  replay_once(ours, our_swarm, our_size);
  replay_once(bare, bare_swarm, bare_size);
  for (int i = 0; i < pairs; ++i) {
    our_times.push_back(replay_once(ours, our_swarm, our_size));
    bare_times.push_back(replay_once(bare, bare_swarm, bare_size));
    ratios.push_back(our_times.back() / bare_times.back());
  }
  char name[96];
  std::snprintf(name, sizeof name, "replay of %zu bytes to %zu clients, ours", our_size, clients);
  report(name, median(our_times), "ms");
  std::snprintf(name, sizeof name, "replay of %zu bytes to %zu clients, bare", bare_size, clients);
  report(name, median(bare_times), "ms");
  std::snprintf(name, sizeof name, "replay to %zu clients, ratio", clients);
  promise(name, median(ratios), 1.5, true, "x");
}

void compare_fan_out(Stand &ours, Stand &bare, int pairs) {
  constexpr std::size_t clients = 200;
  Swarm our_swarm(ours.poller), bare_swarm(bare.poller);
  if (!our_swarm.connect(ours.port, clients) || !bare_swarm.connect(bare.port, clients))
    give_up("cannot connect");
  replay_once(ours, our_swarm, handshake_size(ours));
  std::uint32_t id = 1;
  std::vector<double> ratios, rates, bare_times, our_times;
  for (int i = 0; i < pairs; ++i) {
    our_times.push_back(fan_out_once(ours, our_swarm, 50, 1, id) / 50);
    bare_times.push_back(fan_out_once(bare, bare_swarm, 50, 1, id) / 50);
    ratios.push_back(our_times.back() / bare_times.back());
  }
  report("one live packet to 200 clients, ours", median(our_times), "ms");
  report("one live packet to 200 clients, bare", median(bare_times), "ms");
  promise("live packets singly to 200 clients, ratio", median(ratios), 1.5, true, "x");
  for (int i = 0; i < pairs; ++i)
    rates.push_back(50.0 * clients / (fan_out_once(ours, our_swarm, 50, 50, id) / 1e3) / 1e6);
  promise("live packets 50 in a burst to 200 clients", median(rates), 2, false, "M/s");
}

// Waits until at, handling nothing: the next packet must leave on time.
void pause_until(std::int64_t at) {
  timespec when{at / 1'000'000'000, at % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr);
}

std::vector<double> latencies(Stand &stand, Swarm &swarm, int packets, std::uint32_t &id) {
  const std::size_t size = text_frame(0).size();
  std::vector<double> out;
  swarm.reset();
  std::int64_t next = now_ns();
  for (int i = 1; i <= packets; ++i) {
    next += 20'000'000;  // 50 packets a second
    pause_until(next);
    swarm.want(static_cast<std::size_t>(i) * size);
    const std::int64_t begun = now_ns();
    stand.radio->send(text_frame(++id));
    if (!stand.poller.run_until([&] { return swarm.all_have(static_cast<std::size_t>(i) * size); }))
      give_up("a live packet did not arrive");
    out.push_back(static_cast<double>(now_ns() - begun) / 1e6);
  }
  return out;
}

void compare_latency(Stand &ours, Stand &bare, bool quick) {
  Swarm our_swarm(ours.poller), bare_swarm(bare.poller);
  if (!our_swarm.connect(ours.port, 10) || !bare_swarm.connect(bare.port, 10))
    give_up("cannot connect");
  replay_once(ours, our_swarm, handshake_size(ours));
  std::uint32_t id = 1'000'000;
  const int packets = quick ? 150 : 500;
  const auto our_times = latencies(ours, our_swarm, packets, id);
  const auto bare_times = latencies(bare, bare_swarm, packets, id);
  report("added latency at 50 packets/s, 10 clients, p50",
         percentile(our_times, 0.5) - percentile(bare_times, 0.5), "ms");
  const double added = percentile(our_times, 0.99) - percentile(bare_times, 0.99);
  report("added latency at 50 packets/s, 10 clients, p99 (aim 1)", added, "ms");
}

void measure_memory(const Settings &settings) {
  Stand stand;
  stand.start_daemon(settings);
  const std::size_t size = handshake_size(stand);
  const long before = stand.daemon.resident_kb();
  report("resident memory, one source, one virtual node (aim 15)",
         static_cast<double>(before) / 1024, "MB");
  constexpr std::size_t sessions = 2000;
  Swarm swarm(stand.poller);
  if (!swarm.connect(stand.port, sessions)) give_up("cannot connect");
  replay_once(stand, swarm, size);
  const long after = stand.daemon.resident_kb();
  report("resident memory an idle session (aim 8)", static_cast<double>(after - before) / sessions,
         "kB");
}

void measure_first_config(const Settings &settings) {
  std::vector<double> times;
  for (int i = 0; i < (settings.quick ? 3 : 7); ++i) {
    Stand stand;
    stand.start_daemon(settings, false);
    if (!stand.poller.run_until([&] { return stand.radio->holding_one(); }))
      give_up("no want_config");
    Swarm one(stand.poller);
    one.keep_first();
    if (!one.connect(stand.port, 1)) give_up("cannot connect");
    one.want(SIZE_MAX);
    one.send_all(want_config);
    const std::int64_t begun = now_ns();
    stand.radio->release();
    const bool whole = stand.poller.run_until([&] {
      const std::string &bytes = one.first_bytes();
      return bytes.size() > 7 && bytes.compare(bytes.size() - 3, 3, "\x38\xe7\x24") == 0;
    });
    if (!whole) give_up("the first config was not served");
    times.push_back(static_cast<double>(now_ns() - begun) / 1e6);
  }
  promise("radio's config_complete to first full config served", median(times), 100, true, "ms");
}

}  // namespace

// usage: bench_vnode DAEMON BARE_SERVER DUMP [--quick]
int main(int count, char **arguments) {
  if (count < 4) return 2;
  Settings settings;
  settings.daemon = arguments[1];
  settings.bare_server = arguments[2];
  settings.dump = arguments[3];
  settings.quick = count > 4 && std::strcmp(arguments[4], "--quick") == 0;
  if (!settings.quick) settings.pairs = 31;

  {
    Stand ours, bare;
    ours.start_daemon(settings);
    bare.start_bare(settings);
    compare_replay(ours, bare, 200, settings.pairs);
    compare_replay(ours, bare, 2000, settings.pairs);
    compare_fan_out(ours, bare, settings.pairs);
    compare_latency(ours, bare, settings.quick);
  }
  measure_memory(settings);
  measure_first_config(settings);
  return bench::promises_kept() ? 0 : 1;
}
