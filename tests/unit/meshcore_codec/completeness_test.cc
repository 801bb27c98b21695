// Every code of the notes 2.3 to 2.5 has an entry, a label, a treatment and a case; every other
// code is refused. Adding a command to the codec without adding it to samples.cc fails here.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "captures.h"
#include "plugins/meshcore/codec/classify.h"
#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/redact.h"
#include "samples.h"

using namespace meshcore;

TEST_CASE("every command is known, labelled, treated and handled") {
  const auto samples = samples::commands();
  CHECK(samples.size() == 58);
  REQUIRE(all_commands().size() == samples.size());
  size_t place = 0;
  for (const auto &sample : samples) {
    INFO(sample.name);
    const CommandInfo *info = find_command(sample.code);
    REQUIRE(info != nullptr);
    CHECK(info == &all_commands()[place++]);
    CHECK(info->name == sample.name);
    CHECK(info->min_size == sample.min);
    CHECK(info->treatment == sample.treatment);
    CHECK(info->treatment != Treatment::invalid);
    const ClassifiedCommand result = classify_command(sample.payload);
    REQUIRE(result.ok);
    CHECK(result.canonical == sample.payload);
    CHECK(result.labels == sample.labels);
    CHECK((result.labels & ~label::all) == 0);
    CHECK((result.labels & label::unknown) == 0);
    CHECK(describe_command(sample.payload).starts_with(sample.name));
    // Too short is refused at every length.
    for (size_t size = 0; size < sample.min; ++size) {
      CHECK_FALSE(classify_command(std::string_view(sample.payload).substr(0, size)).ok);
    }
    CHECK_FALSE(classify_command(sample.payload + std::string(max_frame, 'x')).ok);
    // An answer is possible unless the radio goes away, and answers are frames that exist.
    if (info->treatment != Treatment::fatal) CHECK(info->answers[0] != 0xFF);
    for (const uint8_t code : info->answers) CHECK((code == 0xFF || find_frame(code) != nullptr));
    CHECK(answers(sample.payload, "\x01\x02"));
    CHECK_FALSE(answers(sample.payload, ""));
    CHECK_FALSE(answers(sample.payload, "\x88xxxx"));
    // Only what goes on the air can be subject to a flood scope.
    CHECK((info->transmits || !info->floods));
    std::string out;
    CHECK(redact_command(sample.payload, label::secrets, out) != Redaction::invalid);
  }
}

TEST_CASE("every code that is no command is refused") {
  std::set<unsigned> known;
  for (const auto &sample : samples::commands()) known.insert(sample.code);
  for (unsigned code = 0; code < 256; ++code) {
    if (known.contains(code)) continue;
    INFO(code);
    CHECK(find_command(static_cast<uint8_t>(code)) == nullptr);
    for (const size_t size : {0, 1, 60, 175}) {
      CHECK_FALSE(classify_command(static_cast<char>(code) + std::string(size, '\1')).ok);
    }
  }
  CHECK_FALSE(classify_command("").ok);
  for (const uint8_t code : {44, 45, 46, 47, 48, 49, 53}) CHECK_FALSE(known.contains(code));
}

TEST_CASE("every frame is known, labelled and handled") {
  const auto samples = samples::frames();
  CHECK(samples.size() == 29 + 17);
  REQUIRE(all_frames().size() == samples.size());
  size_t place = 0;
  std::set<unsigned> known;
  for (const auto &sample : samples) {
    INFO(sample.name);
    known.insert(sample.code);
    const FrameInfo *info = find_frame(sample.code);
    REQUIRE(info != nullptr);
    CHECK(info == &all_frames()[place++]);
    CHECK(info->name == sample.name);
    CHECK(info->min_size == sample.payload.size());
    CHECK(classify_frame(sample.payload) == sample.labels);
    CHECK((sample.labels & ~label::all) == 0);
    CHECK(describe_frame(sample.payload).starts_with(sample.name));
    std::string out;
    CHECK(redact_frame(sample.payload, label::secrets, out) != Redaction::invalid);
    const auto cut = std::string_view(sample.payload).substr(0, sample.payload.size() - 1);
    CHECK(classify_frame(cut) == label::unknown);
    CHECK(redact_frame(cut, label::secrets, out) == Redaction::invalid);
    CHECK(classify_frame(sample.payload + std::string(max_frame, 'x')) == label::unknown);
  }
  for (unsigned code = 0; code < 256; ++code) {
    if (known.contains(code)) continue;
    CHECK(find_frame(static_cast<uint8_t>(code)) == nullptr);
    CHECK(classify_frame(std::string(100, static_cast<char>(code))) == label::unknown);
  }
}

TEST_CASE("what goes on the air and what obeys the flood scope") {
  std::set<unsigned> transmitting, flooding;
  for (const CommandInfo &info : all_commands()) {
    if (info.transmits) transmitting.insert(info.code);
    if (info.floods) flooding.insert(info.code);
  }
  CHECK(transmitting ==
        std::set<unsigned>{2, 3, 7, 16, 25, 26, 27, 36, 39, 50, 52, 55, 57, 62, 65});
  CHECK(flooding == std::set<unsigned>{2, 3, 7, 26, 27, 39, 50, 52, 57, 62});
  CHECK_FALSE(transmits(std::string("\x27\0\0\0", 4)));
  CHECK(treatment_of(std::string("\x27\0\0\0", 4)) == Treatment::cached);
  CHECK(transmits(samples::commands()[1].payload));
  CHECK(treatment_of("\xFF") == Treatment::invalid);
  CHECK_FALSE(transmits(""));
}

TEST_CASE("recorded answers fit the command before them") {
  for (const char *name :
       {"dm-v3-A.txt", "dm-v3-B.txt", "settings.txt", "errors.txt", "requests.txt"}) {
    std::string asked;
    unsigned answered = 0;
    for (const auto &line : captures::transcript(name)) {
      INFO(name << " " << hex(line.payload));
      if (line.to_device) {
        asked = line.payload;
        continue;
      }
      const bool pushed = static_cast<uint8_t>(line.payload[0]) >= push::first;
      if (asked.empty() || (pushed && !answers(asked, line.payload))) continue;
      if (find_command(static_cast<uint8_t>(asked[0])) == nullptr) continue;
      CHECK((answers(asked, line.payload) || line.name == "CONTACT" ||
             line.name == "END_OF_CONTACTS"));
      ++answered;
    }
    CHECK(answered > 10);
  }
}

TEST_CASE("the codec calls frames as the recordings do") {
  std::set<std::string> seen;
  for (const char *name :
       {"dm-v3-A.txt", "dm-v3-B.txt", "settings.txt", "errors.txt", "requests.txt"}) {
    for (const auto &line : captures::transcript(name)) {
      if (line.name == "?") continue;
      const auto code = static_cast<uint8_t>(line.payload[0]);
      INFO(name << " " << line.name);
      if (line.to_device) {
        REQUIRE(find_command(code) != nullptr);
        CHECK(find_command(code)->name == line.name);
      } else {
        REQUIRE(find_frame(code) != nullptr);
        const std::string prefix = code >= push::first ? "PUSH_" : "";
        CHECK(prefix + find_frame(code)->name == line.name);
      }
      seen.insert(line.name);
    }
  }
  CHECK(seen.size() > 60);
}
