// Building blocks for the codec's tests: commands, and one instance of every administration.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "admin.pb.h"
#include "mesh.pb.h"
#include "plugins/meshtastic/codec/classify.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"

namespace messages {

inline constexpr uint32_t own = 0x7D1;
inline constexpr uint32_t other = 0x7D2;

inline meshtastic::pb::MeshPacket packet(uint32_t portnum, const std::string &payload,
                                         uint32_t to) {
  meshtastic::pb::MeshPacket result;
  result.set_to(to);
  result.set_id(77);
  result.mutable_decoded()->set_portnum(portnum);
  result.mutable_decoded()->set_payload(payload);
  return result;
}

inline std::string to_radio(const meshtastic::pb::MeshPacket &content) {
  meshtastic::pb::ToRadio message;
  *message.mutable_packet() = content;
  return message.SerializeAsString();
}

inline std::string text_command() {
  return to_radio(packet(1, "hello", meshtastic::broadcast_node));
}

inline std::string admin_command(const std::string &payload, uint32_t to) {
  return to_radio(packet(meshtastic::port::admin, payload, to));
}

// An AdminMessage payload with that member, whatever its wire type is: the first that is declared.
inline std::string admin_payload(uint32_t member) {
  for (const unsigned type : {0u, 2u, 5u}) {
    std::string bytes;
    meshtastic::wire::append_varint(bytes, (member << 3) | type);
    if (type == 0) bytes.push_back(1);
    if (type == 2) bytes.push_back(0);
    if (type == 5) bytes.append("\x01\x02\x03\x04");
    meshtastic::pb::AdminMessage message;
    if (message.ParseFromString(bytes) && message.payload_variant_case() != 0) return bytes;
  }
  FAIL("no such administration: " << member);
  return {};
}

// Classifies, and checks what must hold for every command: canonical bytes are stable.
inline meshtastic::ClassifiedCommand classify(const std::string &payload,
                                              meshtastic::OwnNode node = own) {
  const auto result = meshtastic::classify_to_radio(node, payload);
  if (!result.ok) return result;
  const auto again = meshtastic::classify_to_radio(node, result.canonical);
  CHECK(again.ok);
  CHECK(again.labels == result.labels);
  CHECK(again.canonical == result.canonical);
  return result;
}

}  // namespace messages
