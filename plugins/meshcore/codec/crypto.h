// The few computable identifiers of the protocol (docs/protocol notes 2.8, 4.1, 4.4): expected
// acks, channel keys and hashes, packet hashes. Uses libcrypto's digests; must not hold keys.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/meshcore/codec/codes.h"

namespace meshcore {

std::array<uint8_t, 32> sha256(std::string_view bytes);
// First 4 bytes of SHA-256(timestamp, flags, text, sender key), little-endian as SENT and 0x82 show
// it. attempt counts modulo 4; flags carry the text type as on the air. For a post that a room
// pushed to us text begins with the four author bytes and the sender is we ourselves.
uint32_t expected_ack(uint32_t timestamp, uint8_t attempt, uint8_t text_type, std::string_view text,
                      std::string_view sender_public_key);
using ChannelSecret = std::array<char, channel_secret_size>;
ChannelSecret hashtag_secret(std::string_view name_with_hash);  // "#test"
ChannelSecret public_channel_secret();
uint8_t channel_hash(const ChannelSecret &secret);

}  // namespace meshcore
