// Reads single records of the device again and puts them into the mirror. Must not know why.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/driver/exchange.h"
#include "plugins/meshcore/driver/mirror.h"

namespace meshcore_driver {

// The questions that read what the mirror keeps.
namespace query {
std::string time();
std::string self();  // APP_START
std::string device();
std::string contact(std::string_view public_key);
std::string contacts();
std::string channel(std::uint8_t index);
std::string battery();
std::string stats(std::uint8_t subtype);
std::string of(std::uint8_t code);  // those without parameters
}  // namespace query

// [loop-thread]
class Reader {
 public:
  Reader(Exchange &exchange, Mirror &mirror) : exchange_(exchange), mirror_(mirror) {}

  // One after the other; then is called once, whatever came of them, unless the driver ends. May be
  // empty.
  void read(std::vector<std::string> queries, Lane lane, std::function<void()> then);
  // The contact of that key; one the device does not have is removed.
  void read_contact(std::string_view public_key, Lane lane, std::function<void()> then);

 private:
  Exchange &exchange_;
  Mirror &mirror_;
};

}  // namespace meshcore_driver
