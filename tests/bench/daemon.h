// A meshmuxd under test with a configuration of its own. Must not know a protocol.
#pragma once

#include <string>

#include "tests/bench/process.h"
#include "tests/bench/swarm.h"

namespace bench {

class Daemon {
 public:
  Daemon() = default;
  ~Daemon();
  Daemon(const Daemon &) = delete;
  Daemon &operator=(const Daemon &) = delete;
  // config: YAML without a control section. Gives up where the daemon cannot be started.
  void start(const std::string &program, const std::string &config);
  // The port an instance listens on, from the control socket: its log is quiet on purpose.
  int port(Poller &poller, const std::string &instance);
  long resident_kb() const { return process_.resident_kb(); }

 private:
  Process process_;
  std::string config_path_;
};

}  // namespace bench
