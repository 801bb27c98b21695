// Recorded frames against schema and codec: everything is understood and nothing is lost.
#include <catch2/catch.hpp>

#include "admin.pb.h"
#include "captures.h"
#include "mesh.pb.h"
#include "plugins/meshtastic/codec/classify.h"
#include "plugins/meshtastic/codec/describe.h"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"

using namespace meshtastic;

TEST_CASE("every recorded frame of a radio parses and is written again as it was") {
  for (const auto &name : captures::names(".recv.bin")) {
    INFO(name);
    for (const auto &payload : captures::frames(name)) {
      pb::FromRadio message;
      REQUIRE(message.ParseFromString(payload));
      CHECK(message.ByteSizeLong() == payload.size());
      CHECK(wire::well_formed(payload));
      CHECK(static_cast<uint32_t>(message.payload_variant_case()) == from_radio_member(payload));
      // Sections of which only some fields are declared keep the others, in another order.
      const auto member = message.payload_variant_case();
      if (member == pb::FromRadio::kPacket || member == pb::FromRadio::kNodeInfo ||
          member == pb::FromRadio::kChannel || member == pb::FromRadio::kMyInfo ||
          member == pb::FromRadio::kMetadata || member == pb::FromRadio::kQueueStatus) {
        CHECK(message.SerializeAsString() == payload);
      }
    }
  }
}

TEST_CASE("the whole dump of 200 nodes is written again byte for byte") {
  std::string again;
  for (const auto &payload : captures::frames("n1_full.recv.bin")) {
    pb::FromRadio message;
    REQUIRE(message.ParseFromString(payload));
    REQUIRE(append_frame(again, message.SerializeAsString()));
  }
  CHECK(again == captures::load("n1_full.recv.bin"));
}

TEST_CASE("every recorded frame of a client is classified, and its canonical bytes are stable") {
  for (const auto &name : captures::names(".sent.bin")) {
    INFO(name);
    for (const auto &payload : captures::frames(name)) {
      const auto result = classify_to_radio(1003, payload);
      REQUIRE(result.ok);
      CHECK(result.labels != 0);
      CHECK((result.labels & label::unknown) == 0);
      pb::ToRadio sent;
      REQUIRE(sent.ParseFromString(payload));
      if (sent.has_packet()) sent.mutable_packet()->clear_from();
      CHECK(result.canonical == sent.SerializeAsString());
      CHECK_FALSE(describe_to_radio(payload).starts_with("un"));
    }
  }
}

TEST_CASE("every recorded frame of a radio has a label that is known") {
  for (const auto &name : captures::names(".recv.bin")) {
    INFO(name);
    for (const auto &payload : captures::frames(name)) {
      const auto labels = classify_from_radio(1003, payload);
      CHECK(labels != 0);
      CHECK((labels & label::unknown) == 0);
      CHECK_FALSE(describe_from_radio(payload).starts_with("un"));
    }
  }
}

TEST_CASE("a frame cut at any byte is never taken for more than it is") {
  for (const auto &payload : captures::frames("us_f_admin_self.recv.bin")) {
    for (size_t cut = 0; cut < payload.size(); ++cut) {
      const std::string piece = payload.substr(0, cut);
      const auto labels = classify_from_radio(1003, piece);
      const bool readable = pb::FromRadio().ParseFromString(piece);
      if (!readable) CHECK((labels & label::unknown) != 0);
      DumpOrder order;
      if (!readable) CHECK_FALSE(order.place(piece));
      CHECK_FALSE(describe_from_radio(piece).empty());
    }
  }
  for (const auto &payload : captures::frames("us_f_admin_self.sent.bin")) {
    for (size_t cut = 0; cut < payload.size(); ++cut) {
      const auto result = classify_to_radio(1003, payload.substr(0, cut));
      CHECK(result.ok == pb::ToRadio().ParseFromString(payload.substr(0, cut)));
    }
  }
}
