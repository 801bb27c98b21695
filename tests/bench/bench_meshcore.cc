// A MeshCore virtual node whose apps all sync at once, as a ratio to a bare libuv server that sends
// the same bytes; both in one run and in turn. The radio is the simulator in a daemon of its own.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/daemon.h"
#include "tests/bench/process.h"
#include "tests/bench/report.h"
#include "tests/bench/swarm.h"

namespace {

using bench::give_up;
using bench::now_ns;
using bench::Poller;
using bench::report;
using bench::Swarm;

constexpr std::size_t kContacts = 350, kChannels = 40;
// START and END, the contacts, the channels, each with its header.
constexpr std::size_t kSyncSize = 2 * 8 + kContacts * 151 + kChannels * 53;

// What an app asks to sync: GET_CONTACTS, then GET_CHANNEL for each slot.
std::string sync_commands() {
  std::string out("<\x01\x00\x04", 4);
  for (std::size_t slot = 0; slot < kChannels; ++slot) {
    out += std::string("<\x02\x00\x1f", 4);
    out += static_cast<char>(slot);
  }
  return out;
}

std::string node_config(int radio_port) {
  return "sources:\n  radio: { plugin: meshcore, connect: \"tcp://127.0.0.1:" +
         std::to_string(radio_port) +
         "\" }\n"
         "frontends:\n  apps: { plugin: vnode-meshcore, source: radio, "
         "listen: \"tcp://127.0.0.1:0\", max_sessions: 5000, max_sessions_per_address: 5000 }\n";
}

// One app's whole sync; asked again until the radio has been captured.
std::string whole_sync(Poller &poller, int port, const std::string &commands) {
  for (;;) {
    Swarm one(poller);
    one.keep_first();
    if (!one.connect(port, 1)) give_up("cannot connect");
    one.want(kSyncSize);
    one.send_all(commands);
    std::size_t errors = 0;
    const bool done = poller.run_until([&] {
      const std::string &bytes = one.first_bytes();
      // Before the capture every command is answered with an error of five bytes.
      errors = bytes.size() >= 4 && bytes[3] == 1 ? bytes.size() / 5 : 0;
      return one.all_have(kSyncSize) || errors > kChannels;
    });
    if (!done) give_up("no whole sync");
    if (errors == 0) return one.first_bytes();
  }
}

double sync_once(Poller &poller, Swarm &swarm, const std::string &commands) {
  swarm.reset();
  swarm.want(kSyncSize);
  const std::int64_t begun = now_ns();
  swarm.send_all(commands);
  if (!poller.run_until([&] { return swarm.all_have(kSyncSize); }))
    give_up("a sync did not finish");
  return static_cast<double>(now_ns() - begun) / 1e6;
}

void compare(Poller &poller, int our_port, int bare_port, std::size_t clients, int pairs) {
  const std::string commands = sync_commands();
  Swarm ours(poller), bare(poller);
  if (!ours.connect(our_port, clients) || !bare.connect(bare_port, clients))
    give_up("cannot connect");
  sync_once(poller, ours, commands);
  sync_once(poller, bare, commands);
  std::vector<double> ratios, our_times, bare_times;
  for (int i = 0; i < pairs; ++i) {
    our_times.push_back(sync_once(poller, ours, commands));
    bare_times.push_back(sync_once(poller, bare, commands));
    ratios.push_back(our_times.back() / bare_times.back());
  }
  char name[96];
  std::snprintf(name, sizeof name, "MeshCore sync of %zu bytes by %zu apps, ours", kSyncSize,
                clients);
  report(name, bench::median(our_times), "ms");
  std::snprintf(name, sizeof name, "MeshCore sync of %zu bytes by %zu apps, bare", kSyncSize,
                clients);
  report(name, bench::median(bare_times), "ms");
  std::snprintf(name, sizeof name, "MeshCore sync by %zu apps, ratio", clients);
  // Ours reads and answers forty-one questions, the bare server none.
  bench::promise(name, bench::median(ratios), 2, true, "x");
}

void measure_memory(Poller &poller, const bench::Daemon &daemon, int port) {
  constexpr std::size_t sessions = 1000;
  const long before = daemon.resident_kb();
  report("MeshCore: resident memory, one source, one virtual node",
         static_cast<double>(before) / 1024, "MB");
  Swarm swarm(poller);
  if (!swarm.connect(port, sessions)) give_up("cannot connect");
  sync_once(poller, swarm, sync_commands());
  report("MeshCore: resident memory an idle session (aim 8)",
         static_cast<double>(daemon.resident_kb() - before) / sessions, "kB");
}

}  // namespace

// usage: bench_meshcore DAEMON BARE_SERVER [--quick]
int main(int count, char **arguments) {
  if (count < 3) return 2;
  const bool quick = count > 3 && std::strcmp(arguments[3], "--quick") == 0;
  Poller poller;
  bench::Daemon radio, daemon;
  radio.start(arguments[1],
              "simulators:\n  radio: { plugin: sim-meshcore, listen: \"tcp://127.0.0.1:0\", "
              "contacts: " +
                  std::to_string(kContacts) + ", channels: " + std::to_string(kChannels) +
                  ", traffic: none }\n");
  daemon.start(arguments[1], node_config(radio.port(poller, "radio")));
  const int port = daemon.port(poller, "apps");
  const std::string bytes = whole_sync(poller, port, sync_commands());

  const char *directory = std::getenv("TMPDIR");
  const std::string path = std::string(directory != nullptr ? directory : P_tmpdir) +
                           "/meshmux-bench-" + std::to_string(now_ns());
  std::ofstream(path, std::ios::binary) << bytes;
  bench::Process bare;
  if (!bare.start({arguments[2], path})) give_up("no bare server");
  const int bare_port = std::atoi(bare.wait_line("").c_str());
  std::remove(path.c_str());

  compare(poller, port, bare_port, 200, quick ? 15 : 31);
  measure_memory(poller, daemon, port);
  return bench::promises_kept() ? 0 : 1;
}
