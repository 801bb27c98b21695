// Computable identifiers against recorded SENT frames and the published constants.
#include <catch2/catch.hpp>

#include "captures.h"
#include "plugins/meshcore/codec/crypto.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/model.h"

using namespace meshcore;

namespace {

std::string secret_hex(const ChannelSecret &secret) { return hex({secret.data(), secret.size()}); }

}  // namespace

TEST_CASE("the expected ack is the one the device announced, for every recorded text") {
  unsigned compared = 0;
  for (const auto &[name, key] :
       {std::pair("dm-v3-A.txt", captures::key_a), std::pair("dm-v3-B.txt", captures::key_b)}) {
    std::optional<TextCommand> asked;
    for (const auto &line : captures::transcript(name)) {
      if (line.to_device) {
        asked = parse_text_command(line.payload);
        continue;
      }
      const auto sent = parse_sent(line.payload);
      if (!sent || !asked) continue;
      INFO(hex(line.payload));
      CHECK(expected_ack(asked->timestamp, asked->attempt, asked->text_type, asked->text, key) ==
            sent->tag);
      asked.reset();
      ++compared;
    }
  }
  CHECK(compared >= 6);
}

TEST_CASE("attempts count modulo four") {
  const auto ack = [](uint8_t attempt) {
    return expected_ack(1795230924, attempt, 0, "retry me", captures::key_a);
  };
  CHECK(ack(0) == ack(4));
  CHECK(ack(1) == ack(5));
  CHECK(ack(0) != ack(1));
  CHECK(ack(0) != expected_ack(1795230924, 0, 1, "retry me", captures::key_a));
}

TEST_CASE("channel keys and hashes") {
  CHECK(secret_hex(public_channel_secret()) == "8b3387e9c5cdea6ac9e5edbaa115cd72");
  CHECK(channel_hash(public_channel_secret()) == 0x11);
  CHECK(secret_hex(hashtag_secret("#test")).starts_with("9cd8fcf2"));
  CHECK(secret_hex(hashtag_secret("#captures")) == "31a92e97c1fcd6b0a2157b09be0ddd0f");
}

TEST_CASE("SHA-256 of the standard's example") {
  const auto digest = sha256("abc");
  CHECK(hex({reinterpret_cast<const char *>(digest.data()), digest.size()}) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
