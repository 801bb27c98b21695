// Ways around a filter that looks at the first field only: concatenated encodings, two members of a
// oneof, repeated payloads. What is judged must be what goes on.
#include <catch2/catch.hpp>

#include "messages.h"

using namespace meshtastic;
using messages::admin_command;
using messages::admin_payload;
using messages::classify;
using messages::own;
using messages::text_command;

namespace {

// The ways an administration payload can hide behind a text.
std::vector<std::string> disguises(const std::string &admin, uint32_t to) {
  std::vector<std::string> found;
  const std::string command = admin_command(admin, to);
  found.push_back(text_command() + command);

  // One packet whose Data comes twice: a parser merges both, the later port and payload win.
  pb::Data text;
  text.set_portnum(1);
  text.set_payload("hello");
  pb::Data second;
  second.set_portnum(port::admin);
  second.set_payload(admin);
  pb::MeshPacket head;
  head.set_to(to);
  std::string packet = head.SerializeAsString();
  wire::append_bytes(packet, 4, text.SerializeAsString());
  wire::append_bytes(packet, 4, second.SerializeAsString());
  found.emplace_back();
  wire::append_bytes(found.back(), 1, packet);

  // One Data with both fields twice.
  packet = head.SerializeAsString();
  wire::append_bytes(packet, 4, text.SerializeAsString() + second.SerializeAsString());
  found.emplace_back();
  wire::append_bytes(found.back(), 1, packet);

  // Ciphertext first, administration behind it in the same packet.
  packet = head.SerializeAsString();
  wire::append_bytes(packet, 5, "noise");
  wire::append_bytes(packet, 4, second.SerializeAsString());
  found.emplace_back();
  wire::append_bytes(found.back(), 1, packet);

  // A want_config in front, and a port number written with needless bytes.
  found.push_back(std::string("\x18\x01") + command);
  packet = head.SerializeAsString();
  std::string sparse("\x08\x86\x80\x80\x00", 5);
  wire::append_bytes(sparse, 2, admin);
  wire::append_bytes(packet, 4, sparse);
  found.emplace_back();
  wire::append_bytes(found.back(), 1, packet);
  return found;
}

void check_one_member_each(const std::string &canonical) {
  unsigned members = 0;
  wire::Reader outer(canonical);
  while (outer.next()) ++members;
  CHECK(members == 1);
  const auto packet = wire::at(canonical, {1});
  REQUIRE(packet);
  unsigned contents = 0;
  wire::Reader inner(packet->body);
  while (const auto field = inner.next()) contents += field->number == 4 || field->number == 5;
  CHECK(contents == 1);
}

}  // namespace

TEST_CASE("no administration hides behind anything, to whomever it goes") {
  for (const AdminInfo &info : known_admin()) {
    for (const uint32_t to : {own, broadcast_node, broadcast_no_lora_node, messages::other}) {
      const std::string admin = admin_payload(info.number);
      const auto plain = classify(admin_command(admin, to));
      for (const std::string &disguise : disguises(admin, to)) {
        INFO(info.name << " to " << to);
        const auto result = classify(disguise);
        REQUIRE(result.ok);
        CHECK((result.labels & ~label::secrets) == (plain.labels & ~label::secrets));
        check_one_member_each(result.canonical);
      }
    }
  }
}

TEST_CASE("behind an administration a text is only a text, and that is all that goes on") {
  const auto result = classify(admin_command(admin_payload(94), own) + text_command());
  CHECK(result.labels == label::text);
  CHECK(result.canonical.find(admin_payload(94)) == std::string::npos);
  check_one_member_each(result.canonical);
}

TEST_CASE("of two administrations in one message only the judged one goes on") {
  const std::string read = admin_payload(3);
  const std::string wipe = admin_payload(94);
  auto result = classify(admin_command(read + wipe, own));
  CHECK(result.labels == label::admin_destroy);
  CHECK(result.canonical.find(read) == std::string::npos);
  result = classify(admin_command(wipe + read, own));
  CHECK(result.labels == label::admin_read);
  CHECK(result.canonical.find(wipe) == std::string::npos);
}

TEST_CASE("ciphertext behind a text is ciphertext, and the text is gone") {
  std::string packet = messages::packet(1, "hello", own).SerializeAsString();
  wire::append_bytes(packet, 5, "noise");
  std::string command;
  wire::append_bytes(command, 1, packet);
  const auto result = classify(command);
  CHECK(result.labels == label::raw);
  CHECK(result.canonical.find("hello") == std::string::npos);
}

TEST_CASE("unknown fields do not travel inside packets and are unknown outside") {
  auto packet = messages::packet(1, "hello", own);
  const auto plain = classify(messages::to_radio(packet));
  std::string data = packet.decoded().SerializeAsString();
  wire::append_bytes(data, 90, "hidden");
  packet.clear_payload_variant();
  std::string bytes = packet.SerializeAsString();
  wire::append_bytes(bytes, 4, data);
  wire::append_bytes(bytes, 91, "hidden");
  // A known field in another wire type is an unknown field too.
  wire::append_bytes(bytes, 9, "hidden");
  std::string command;
  wire::append_bytes(command, 1, bytes);
  auto result = classify(command);
  CHECK(result.labels == label::text);
  CHECK(result.canonical == plain.canonical);

  wire::append_bytes(command, 8, "a member of newer firmware");
  result = classify(command);
  CHECK(result.labels == (label::text | label::unknown));
}

TEST_CASE("unknown fields inside a settings section are kept") {
  pb::AdminMessage message;
  message.mutable_set_module_config()->mutable_serial()->set_enabled(true);
  std::string serial = message.set_module_config().serial().SerializeAsString();
  wire::append_bytes(serial, 9, "newer");
  std::string module;
  wire::append_bytes(module, 2, serial);
  std::string admin;
  wire::append_bytes(admin, 35, module);
  const auto result = classify(admin_command(admin, own));
  CHECK(result.labels == label::admin_write);
  CHECK(result.canonical.find("newer") != std::string::npos);
}

TEST_CASE("a history request hides no server's answer") {
  pb::StoreAndForward ask;
  ask.set_rr(65);
  pb::StoreAndForward pose;
  pose.set_rr(2);
  const auto labels = [](const std::string &payload) {
    return classify(messages::to_radio(messages::packet(port::store_forward, payload, own))).labels;
  };
  CHECK(labels(ask.SerializeAsString() + pose.SerializeAsString()) == label::unknown);
  CHECK(labels(pose.SerializeAsString() + ask.SerializeAsString()) == label::history);
}
