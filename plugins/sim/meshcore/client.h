// One connection of the simulated radio. Only for the sources of its instance.
#pragma once

#include "plugins/sim/meshcore/instance.h"
#include "plugins/sim/meshcore/receiver.h"

namespace sim::companion {

class Simulator::Client final : public mmx::Stream {
 public:
  Client(Simulator &owner, Transport transport)
      : Stream(owner.host()), receiver(transport), owner_(owner) {}
  void on_data(mmx_bytes bytes) override { owner_.received(*this, bytes); }
  void on_eof() override { close(); }
  void on_close(mmx_status, std::string_view) override { owner_.closed(*this); }

  Receiver receiver;

 private:
  Simulator &owner_;
};

}  // namespace sim::companion
