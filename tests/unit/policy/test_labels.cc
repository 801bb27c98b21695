// Label names both ways.
#include <catch2/catch.hpp>

#include <set>

#include "core/policy/labels.h"

using namespace meshmux;

TEST_CASE("every label has one name and one bit") {
  std::set<std::string_view> names;
  uint64_t bits = 0;
  for (const LabelName &label : label_table()) {
    CHECK(__builtin_popcountll(label.bit) == 1);
    CHECK((bits & label.bit) == 0);
    bits |= label.bit;
    CHECK(names.insert(label.name).second);
    const auto parsed = parse_label(label.name);
    REQUIRE(parsed);
    CHECK(*parsed == label.bit);
    CHECK(label_names(label.bit) == label.name);
    CHECK_FALSE(label.help.empty());
  }
  CHECK(bits == known_labels());
  // Bits 0 to 33, unknown and the four secrets.
  CHECK(bits == (((UINT64_C(1) << 34) - 1) | MMX_LABEL_UNKNOWN | MMX_LABEL_SECRETS));
}

TEST_CASE("groups") {
  const auto admin = parse_label("admin.*");
  REQUIRE(admin);
  CHECK(*admin == (MMX_LABEL_ADMIN_READ | MMX_LABEL_ADMIN_WRITE | MMX_LABEL_ADMIN_DESTROY |
                   MMX_LABEL_ADMIN_TIME | MMX_LABEL_ADMIN_CONTACT | MMX_LABEL_ADMIN_FAVORITE |
                   MMX_LABEL_ADMIN_REMOTE));
  CHECK(*parse_label("secret.*") == MMX_LABEL_SECRETS);
  CHECK(label_names(*admin) == "admin.*");
  CHECK(label_names(*admin | MMX_LABEL_TEXT) == "text, admin.*");
}

TEST_CASE("what is no label is told with a suggestion") {
  CHECK(parse_label("admin.wirte").error().message.find("did you mean \"admin.write\"") !=
        std::string::npos);
  CHECK(parse_label("").code() == MMX_INVALID);
  CHECK(parse_label("text.*").code() == MMX_INVALID);
  CHECK(parse_label("*").code() == MMX_INVALID);
  CHECK(parse_label("TEXT").code() == MMX_INVALID);
  CHECK(label_names(0) == "none");
  CHECK(label_names(MMX_LABEL_TEXT | MMX_LABEL(40)) == "text, label-40");
}
