// Drives one instance of a plugin type through its life on a fake host, as the core would.
// Must not know any plugin.
#pragma once

#include "meshmux/instance.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/option_values.h"

namespace mmx::testing {

// Creates at construction, destroys at destruction. Steps end the turn they caused.
class InstanceRunner {
 public:
  // create_status() tells how create went. A bad option is std::invalid_argument.
  InstanceRunner(FakeHost &host, const mmx_type *type, const OptionTexts &options = {});
  ~InstanceRunner();
  InstanceRunner(const InstanceRunner &) = delete;
  InstanceRunner &operator=(const InstanceRunner &) = delete;

  mmx_status create_status() const { return create_status_; }
  // What create stored; the C++ glue stores mmx::Instance *.
  void *self() const { return self_; }

  mmx_status start();
  // Calls stop; draining may go on until health is STOPPED.
  void stop();
  // stop(), then the clock moves up to the 5 s the core grants. Returns whether the instance said
  // STOPPED in time.
  [[nodiscard]] bool stop_and_wait();
  mmx_status reconfigure(const OptionTexts &options);
  // Destroys now; later calls do nothing.
  void destroy();

  // FakeBus::deliver and the end of the turn.
  mmx_status deliver(const MessageSpec &spec, std::uint64_t *id = nullptr);

 private:
  FakeHost &host_;
  const mmx_type *type_;
  mmx_status create_status_ = MMX_ERROR;
  void *self_ = nullptr;
};

// An entry's type by its name, NULL if there is none.
const mmx_type *find_type(const mmx_entry *entry, std::string_view name);

}  // namespace mmx::testing
