// Codecs that misbehave in every way, and two for one family.
#include <catch2/catch.hpp>

#include <cstring>
#include <stdexcept>
#include <string>

#include "core/base/log.h"
#include "core/bus/codec_registry.h"
#include "tests/unit/bus/bench.h"

using namespace meshmux;
using namespace meshmux::test;

namespace {

mmx_status big(mmx_bytes, uint32_t, mmx_bytes payload, uint64_t *labels, mmx_buffer *out) {
  *labels = MMX_LABEL_TEXT;
  const size_t wanted = std::stoul(text_of(payload));
  out->size = wanted;
  if (wanted > out->capacity) return MMX_NO_SPACE;
  std::memset(out->data, 'x', wanted);
  return MMX_OK;
}

mmx_status bad(mmx_bytes, uint32_t, mmx_bytes payload, uint64_t *labels, mmx_buffer *out) {
  const std::string how = text_of(payload);
  *labels = MMX_LABEL_TEXT;
  if (how == "undeclared") *labels |= MMX_LABEL_RAW;
  if (how == "throws") throw std::runtime_error("no\nway");
  if (how == "throws int") throw 5;
  if (how == "no size") return MMX_NO_SPACE;
  if (how == "lies") out->size = out->capacity + 1;
  if (how == "error") return MMX_ERROR;
  if (how == "invalid") return MMX_INVALID;
  if (how == "none") *labels = MMX_LABEL_SECRET_PIN;
  if (how == "always more") {
    out->size = out->capacity + 1;
    return MMX_NO_SPACE;
  }
  return MMX_OK;
}

mmx_status redact(mmx_bytes, uint32_t, mmx_bytes, uint64_t, mmx_buffer *) { return MMX_ERROR; }

const mmx_codec kBig = {sizeof(mmx_codec), 0, "big", MMX_LABEL_TEXT, big, redact, nullptr};
const mmx_codec kBad = {
    sizeof(mmx_codec), 0, "bad", MMX_LABEL_TEXT | MMX_LABEL_SECRET_PIN, bad, redact, nullptr};

}  // namespace

TEST_CASE("buffers grow up to the cap") {
  log::Capture quiet;
  Codec codec(kBig, "p");
  for (const size_t size : {size_t{1}, size_t{1024}, size_t{1025}, Codec::kLargestOutput}) {
    const auto result = codec.classify({}, MMX_KIND_TX, bytes_of(std::to_string(size)));
    CHECK(result.status == MMX_OK);
    CHECK(result.labels == MMX_LABEL_TEXT);
    CHECK(result.canonical.size == size);
  }
  CHECK(codec.faults() == 0);
  const std::string more = std::to_string(Codec::kLargestOutput + 1);
  const auto result = codec.classify({}, MMX_KIND_TX, bytes_of(more));
  CHECK(result.status == MMX_ERROR);
  CHECK(result.labels == MMX_LABEL_UNKNOWN);
  CHECK(result.canonical.size == 0);
  CHECK(codec.faults() == 1);
}

TEST_CASE("whatever a codec does, the answer is safe, and said once") {
  log::Capture lines;
  Codec codec(kBad, "p");
  for (const char *how : {"undeclared", "throws", "throws int", "no size", "lies", "always more"}) {
    CAPTURE(how);
    const uint64_t faults = codec.faults();
    for (const uint32_t kind : {MMX_KIND_TX, MMX_KIND_RX}) {
      const auto result = codec.classify({}, kind, bytes_of(how));
      CHECK(result.status == MMX_ERROR);
      CHECK(result.labels == MMX_LABEL_UNKNOWN);
    }
    CHECK(codec.faults() == faults + 2);
  }
  CHECK(lines.count("codec 'bad' of plugin p") == 1);
  // Not at fault: it may say so.
  const uint64_t faults = codec.faults();
  CHECK(codec.classify({}, MMX_KIND_RX, bytes_of("invalid")).status == MMX_INVALID);
  CHECK(codec.classify({}, MMX_KIND_RX, bytes_of("error")).labels == MMX_LABEL_UNKNOWN);
  // A command must be told apart, an event may say nothing.
  CHECK(codec.classify({}, MMX_KIND_TX, bytes_of("none")).labels ==
        (MMX_LABEL_SECRET_PIN | MMX_LABEL_UNKNOWN));
  CHECK(codec.classify({}, MMX_KIND_RX, bytes_of("none")).labels == MMX_LABEL_SECRET_PIN);
  CHECK(codec.faults() == faults);
  CHECK(codec.describe({}, MMX_KIND_RX, bytes_of("x")).empty());
  mmx_bytes out{};
  CHECK(codec.redact({}, MMX_KIND_RX, bytes_of("x"), MMX_LABEL_SECRET_PIN, &out) == MMX_ERROR);
}

TEST_CASE("describe is one safe line") {
  Codec codec(kToyCodec, "toys");
  CHECK(codec.describe({}, MMX_KIND_RX, bytes_of("abc")) == "3 bytes\\n");
}

TEST_CASE("two providers of one family are an error unless one is chosen") {
  CodecRegistry registry;
  CHECK(registry.add(kToyCodec, "one"));
  const auto second = registry.add(kToyCodec, "two");
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("one and two") != std::string::npos);
  CHECK(second.error().message.find("codecs: { toy: one }") != std::string::npos);
  CHECK(registry.find("toy")->provider() == "one");
  CHECK(registry.find("none") == nullptr);

  CodecRegistry chosen;
  chosen.choose({{"toy", "two"}});
  CHECK(chosen.add(kToyCodec, "one"));
  CHECK(chosen.find("toy") == nullptr);
  CHECK(chosen.add(kToyCodec, "two"));
  CHECK(chosen.find("toy")->provider() == "two");
}
