// How the radio's two transports find commands in what a client writes, with their weaknesses
// (docs/protocol notes 1.1). Must not know what a command means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim::companion {

enum class Transport : uint8_t {
  invalid = 0,
  wifi,    // three bytes are the header, whatever they are; no resynchronisation
  serial,  // byte by byte; an overlong frame is cut and handed on
};

class Receiver {
 public:
  explicit Receiver(Transport transport) : transport_(transport) {}

  Transport transport() const { return transport_; }
  void feed(std::string_view bytes) { waiting_ += bytes; }
  // The next whole command, if there is one.
  std::optional<std::string> next();
  size_t waiting() const { return waiting_.size(); }

 private:
  std::optional<std::string> next_wifi();
  std::optional<std::string> next_serial();

  Transport transport_;
  std::string waiting_;
  size_t skip_ = 0;  // bytes that still have to be thrown away
};

}  // namespace sim::companion
