// Fuzzes the configuration loader: any text gives a configuration or errors with a place, and never
// both or neither. Must not read the machine's environment.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/load.h"
#include "meshmux/instance.h"

namespace {

constexpr const char *words[] = {"calm", "lively", nullptr};
constexpr mmx_option source_options[] = {
    {MMX_OPTION_URI, MMX_OPTION_REQUIRED, "connect", nullptr, nullptr, 0, 0, "where"},
    {MMX_OPTION_DURATION, 0, "pacing", "10ms", nullptr, 0.001, 5, "how fast"},
    {MMX_OPTION_SIZE, 0, "spool", "8M", nullptr, 0, 1e9, "how much"},
    {MMX_OPTION_ENUM, 0, "traffic", "calm", words, 0, 0, "which"},
    {MMX_OPTION_STRING, MMX_OPTION_SECRET, "password", nullptr, nullptr, 0, 0, "secret"},
    {MMX_OPTION_LIST, 0, "topics", nullptr, nullptr, 0, 0, "several"},
    {MMX_OPTION_FLOAT, 0, "share", "0.5", nullptr, 0, 1, "part"},
};
constexpr mmx_option frontend_options[] = {
    {MMX_OPTION_LISTEN, 0, "listen", "tcp://127.0.0.1:4404", nullptr, 0, 0, "where"},
    {MMX_OPTION_BOOL, 0, "quiet", "false", nullptr, 0, 0, "whether"},
};

mmx_type make_type(std::uint32_t role, const char *name, const mmx_option *options,
                   std::uint32_t count) {
  mmx_type type{};
  type.struct_size = sizeof type;
  type.role = role;
  type.name = name;
  type.summary = "for fuzzing";
  type.family = "toy";
  type.options = options;
  type.option_count = count;
  type.option_size = sizeof(mmx_option);
  return type;
}

const mmx_type radio = make_type(MMX_ROLE_SOURCE, "radio", source_options, 7);
const mmx_type node = make_type(MMX_ROLE_FRONTEND, "node", frontend_options, 2);

class Catalog final : public meshmux::TypeCatalog {
 public:
  const mmx_type *find(std::string_view name) override {
    if (name == radio.name) return &radio;
    return name == node.name ? &node : nullptr;
  }
  std::string why_not(std::string_view) override { return {}; }
  std::vector<meshmux::CatalogType> types() override {
    return {{&node, "toys", "1", ""}, {&radio, "toys", "1", ""}};
  }
  std::vector<meshmux::CatalogCodec> codecs() override { return {}; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  Catalog catalog;
  meshmux::ConfigSystem system;
  system.environment = [](const std::string &name) -> std::optional<std::string> {
    return name == "SET" ? std::optional<std::string>("true") : std::nullopt;
  };
  system.local_addresses = [] { return std::vector<std::string>{"127.0.0.1", "192.0.2.7"}; };
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  // Other files of this machine are not part of the input.
  if (text.find("include") != std::string_view::npos ||
      text.find("_file") != std::string_view::npos)
    return 0;
  const meshmux::ConfigOutcome outcome = meshmux::load_from_text(text, catalog, system);
  if (outcome.config.has_value() == !outcome.errors.empty()) std::abort();
  return 0;
}
