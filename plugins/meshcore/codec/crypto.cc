// See crypto.h.
#include "plugins/meshcore/codec/crypto.h"

#include <openssl/evp.h>

#include <algorithm>

#include "plugins/meshcore/codec/bytes.h"

namespace meshcore {

std::array<uint8_t, 32> sha256(std::string_view bytes) {
  std::array<uint8_t, 32> digest{};
  unsigned size = digest.size();
  // It can fail only for want of memory; zeros match nothing then.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    digest.fill(0);
  }
  return digest;
}

uint32_t expected_ack(uint32_t timestamp, uint8_t attempt, uint8_t text_type, std::string_view text,
                      std::string_view sender_public_key) {
  std::string covered;
  covered.reserve(5 + text.size() + sender_public_key.size());
  bytes::put32(covered, timestamp);
  bytes::put8(covered, (attempt & 3U) | static_cast<unsigned>(text_type) << 2);
  covered += text;
  covered += sender_public_key;
  const auto digest = sha256(covered);
  return uint32_t{digest[0]} | uint32_t{digest[1]} << 8 | uint32_t{digest[2]} << 16 |
         uint32_t{digest[3]} << 24;
}

ChannelSecret hashtag_secret(std::string_view name_with_hash) {
  const auto digest = sha256(name_with_hash);
  ChannelSecret secret{};
  std::copy_n(digest.begin(), secret.size(), secret.begin());
  return secret;
}

ChannelSecret public_channel_secret() {
  constexpr std::array<uint8_t, channel_secret_size> known = {0x8b, 0x33, 0x87, 0xe9, 0xc5, 0xcd,
                                                              0xea, 0x6a, 0xc9, 0xe5, 0xed, 0xba,
                                                              0xa1, 0x15, 0xcd, 0x72};
  ChannelSecret secret{};
  std::copy(known.begin(), known.end(), secret.begin());
  return secret;
}

uint8_t channel_hash(const ChannelSecret &secret) {
  return sha256(std::string_view(secret.data(), secret.size()))[0];
}

}  // namespace meshcore
