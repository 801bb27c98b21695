// The simulator as an instance: one listener, one client at a time (the newest wins), the mesh's
// traffic on timers, and faults on request. Must not know what the firmware says.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "meshmux/plugin.hpp"
#include "meshmux/stream.hpp"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/sim/meshtastic/firmware.h"

namespace sim {

class Simulator final : public mmx::Instance, public Output {
 public:
  static const mmx_option option_table[7];

  Simulator(const mmx_host *host, const mmx::Options &options);
  ~Simulator() override;

  mmx_status start() override;
  void stop() override;
  mmx_status session_opened(const mmx_session &session, mmx_stream *stream) override;
  void turn_end() override;
  std::string status() override;
  mmx_status call(std::string_view verb, std::string_view args, std::string &reply) override;

 private:
  class Client;
  struct Later;

  // Output, called by the firmware only
  void send(std::string_view payload) override;
  void later(std::int64_t delay_ns, std::function<void()> then) override;
  void reboot() override;
  std::int64_t mono_ns() const override { return host().mono_ns(); }
  std::uint32_t unix_time() const override;

  void received(Client &client, mmx_bytes bytes);
  void closed(Client &client);
  void detach();
  void happens();
  void schedule_traffic();
  void flush();
  mmx_status fault(std::string_view verb);

  FirmwareOptions options_;
  double text_probability_;
  std::int64_t interval_ns_;  // between events of the mesh; 0: silence
  std::unique_ptr<Firmware> firmware_;
  mmx::Timer traffic_;
  std::list<std::unique_ptr<Later>> later_;
  std::list<std::unique_ptr<Client>> clients_;  // the attached one is the last
  Client *attached_ = nullptr;
  std::string out_;  // framed bytes of this turn
  bool stalled_ = false;
  std::uint64_t connections_ = 0;
  std::uint64_t frames_in_ = 0;
  std::uint64_t frames_out_ = 0;
};

}  // namespace sim
