// Cayenne LPP: hostile telemetry ends somewhere, and what was read is written as the same values.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/meshcore/codec/lpp.h"

using namespace meshcore;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  const auto values = parse_lpp(bytes);
  must(values.size() * 3 <= size);
  LppBuilder builder;
  for (const LppValue &value : values) {
    must(value.channel != 0 && !lpp_name(value.type).empty());
    for (const double number : value.values) must(std::isfinite(number));
    if (value.values.size() == 3) {
      builder.value(value.channel, value.type, {value.values[0], value.values[1], value.values[2]});
    } else {
      must(value.values.size() == 1);
      builder.value(value.channel, value.type, {value.values[0]});
    }
  }
  // Every value is exact, so the bytes come back.
  must(bytes.starts_with(builder.bytes()));
  return 0;
}
