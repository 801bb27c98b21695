// The simulator as an instance: a listener with one client at a time (the newest wins), or a serial
// line on a pseudo terminal, or both; the mesh's traffic on timers; faults on request. Must not
// know what the firmware says.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "meshmux/plugin.hpp"
#include "meshmux/stream.hpp"
#include "plugins/sim/common/null_modem.h"
#include "plugins/sim/meshcore/firmware.h"

namespace sim::companion {

class Simulator final : public mmx::Instance, public Output {
 public:
  static const mmx_option option_table[9];

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
  struct Arguments;

  // Output, called by the firmware only
  void send(std::string_view payload) override;
  void later(int64_t delay_ns, std::function<void()> then) override;
  void restarting() override;
  void stream_done() override;
  bool connected() const override;
  int64_t mono_ns() const override { return host().mono_ns(); }
  uint32_t unix_time() const override;

  void received(Client &client, mmx_bytes bytes);
  void serve(Client &client);
  void closed(Client &client);
  void detach();
  // It neither reads nor writes: hung, or out of reach of whoever still connects.
  bool silent() const { return stalled_ || unplugged_; }
  void speak_again();
  bool plug_in();
  void unplug();
  void happens();
  void schedule_traffic();
  void write(std::string_view bytes);
  void flush();
  // faults.cc
  std::string statistics() const;
  mmx_status fault(std::string_view verb, std::string &reply);
  mmx_status happen(std::string_view verb, const Arguments &args, std::string &reply);

  FirmwareOptions options_;
  std::string pty_path_;
  bool listens_;
  double text_probability_;
  int64_t interval_ns_;  // between events of the mesh; 0: silence
  std::unique_ptr<Firmware> firmware_;
  mmx::Timer traffic_;
  mmx::Timer plug_;  // comes back after a restart on the serial line
  std::list<std::unique_ptr<Later>> later_;
  std::list<std::unique_ptr<Client>> clients_;
  Client *attached_ = nullptr;  // over the network
  Client *line_ = nullptr;      // the serial line's
  std::unique_ptr<NullModem> modem_;
  LinkFile link_;
  std::string out_;  // framed bytes of this turn
  bool stopping_ = false;
  bool stalled_ = false;
  bool unplugged_ = false;
  uint64_t connections_ = 0;
  uint64_t displaced_ = 0;
  uint64_t frames_in_ = 0;
  uint64_t frames_out_ = 0;
  uint64_t too_long_ = 0;  // payloads that never left
};

}  // namespace sim::companion
