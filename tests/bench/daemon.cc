// See daemon.h.
#include "tests/bench/daemon.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/bench/report.h"

namespace bench {

Daemon::~Daemon() {
  process_.stop();
  if (!config_path_.empty()) std::remove(config_path_.c_str());
}

void Daemon::start(const std::string &program, const std::string &config) {
  const char *directory = std::getenv("TMPDIR");
  config_path_ = std::string(directory != nullptr ? directory : P_tmpdir) + "/meshmux-bench-XXXXXX";
  const int fd = mkstemp(config_path_.data());
  if (fd < 0) give_up("no temporary file");
  close(fd);
  std::ofstream(config_path_) << config << "control: { socket: " << config_path_ << ".sock }\n";
  if (!process_.start({program, "--config", config_path_, "--log-level", "warn"}))
    give_up("no daemon");
}

int Daemon::port(Poller &poller, const std::string &instance) {
  const std::string command = std::string(std::getenv("MESHMUX_BENCH_CTL")) + " --socket " +
                              config_path_ + ".sock instances --json 2>/dev/null";
  int found = 0;
  // The control socket appears once everything is started; asking before that is refused at once.
  poller.run_until([&] {
    FILE *pipe = popen(command.c_str(), "r");
    std::string out;
    char space[4096];
    while (std::size_t size = std::fread(space, 1, sizeof space, pipe)) out.append(space, size);
    pclose(pipe);
    // The keys of an entry are sorted: its address follows its id.
    const std::size_t entry = out.find("\"id\": \"" + instance + "\"");
    if (entry == std::string::npos) return false;
    const std::size_t end = out.find("\"id\": ", entry + 1);
    const std::size_t at = out.find("tcp://127.0.0.1:", out.find("\"listen\"", entry));
    if (at == std::string::npos || at > end) return false;
    found = std::atoi(out.c_str() + at + 16);
    return found != 0;
  });
  if (found == 0) give_up("meshmuxd does not say its port");
  return found;
}

}  // namespace bench
