// See redact.h. One table says where secrets stand; finding and removing both read it.
#include "plugins/meshcore/codec/redact.h"

#include <algorithm>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/commands.h"

namespace meshcore {
namespace {

// The bytes of one secret. size 0: up to the end, and cut off there instead of zeroed.
struct Secret {
  uint8_t code;
  size_t at;
  size_t size;
  label::Labels label;
};

constexpr Secret command_secrets[] = {
    {command::import_key, 1, 64, label::secret_key},
    {command::send_login, 1 + key_size, 0, label::secret_password},
    {command::set_channel, 34, channel_secret_size, label::secret_psk},
    {command::set_pin, 1, 4, label::secret_pin},
    {command::set_flood_scope, 2, 16, label::secret_psk},
    {command::set_default_scope, 32, 16, label::secret_psk},
};

constexpr Secret frame_secrets[] = {
    {response::device_info, 4, 4, label::secret_pin},
    {response::private_key, 1, 64, label::secret_key},
    {response::channel_info, 34, channel_secret_size, label::secret_psk},
    {response::default_scope, 32, 16, label::secret_psk},
};

template <class Table>
const Secret *find(const Table &table, std::string_view payload) {
  if (payload.empty()) return nullptr;
  const uint8_t code = bytes::u8(payload, 0);
  const auto found = std::find_if(std::begin(table), std::end(table),
                                  [&](const Secret &secret) { return secret.code == code; });
  if (found == std::end(table) || payload.size() <= found->at) return nullptr;
  const std::string_view field =
      payload.substr(found->at, found->size == 0 ? std::string_view::npos : found->size);
  return bytes::all_zero(field) ? nullptr : &*found;
}

template <class Table, class Info>
Redaction redact(const Table &table, const Info *info, std::string_view payload, label::Labels mask,
                 std::string &out) {
  if (info == nullptr || payload.size() < info->min_size) return Redaction::invalid;
  const Secret *secret = find(table, payload);
  if (secret == nullptr || (secret->label & mask) == 0) return Redaction::unchanged;
  out.assign(payload);
  if (secret->size == 0) {
    out.resize(secret->at);
  } else {
    const size_t size = std::min(secret->size, payload.size() - secret->at);
    out.replace(secret->at, size, size, '\0');
  }
  return Redaction::changed;
}

}  // namespace

label::Labels secrets_in_command(std::string_view payload) {
  const Secret *secret = find(command_secrets, payload);
  return secret == nullptr ? 0 : secret->label;
}

label::Labels secrets_in_frame(std::string_view payload) {
  const Secret *secret = find(frame_secrets, payload);
  return secret == nullptr ? 0 : secret->label;
}

Redaction redact_command(std::string_view payload, label::Labels mask, std::string &out) {
  return redact(command_secrets, command_of(payload), payload, mask, out);
}

Redaction redact_frame(std::string_view payload, label::Labels mask, std::string &out) {
  return redact(frame_secrets, frame_of(payload), payload, mask, out);
}

}  // namespace meshcore
