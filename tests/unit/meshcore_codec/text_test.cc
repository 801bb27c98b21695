// Hostile text: cut characters, controls, overlong forms, bytes behind the NUL.
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/text.h"

using namespace meshcore;
using namespace std::string_literals;

TEST_CASE("cleaned text is valid UTF-8 and says what it can") {
  CHECK(clean_utf8("Grüße 👋") == "Grüße 👋");
  CHECK(clean_utf8("Gr\xC3") == "Gr");
  CHECK(clean_utf8("wave \xF0\x9F\x91") == "wave ");
  CHECK(clean_utf8("a\xFF\x80z") == "a\uFFFD\uFFFDz");
  CHECK(clean_utf8("\xC0\x80") == "\uFFFD\uFFFD");            // NUL in two bytes
  CHECK(clean_utf8("\xE0\x80\xAF") == "\uFFFD\uFFFD\uFFFD");  // overlong
  CHECK(clean_utf8("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");  // surrogate
  CHECK(clean_utf8("\xF4\x90\x80\x80x").ends_with("x"));      // beyond Unicode
  CHECK(clean_utf8("a\0b\x1B[0m\r\n\t\x7F"s) == "a b [0m \n\t ");
  CHECK(clean_utf8("\xC2\x85") == " ");
  CHECK(clean_utf8("") == "");
  for (int byte = 0; byte < 256; ++byte) {
    const std::string cleaned = clean_utf8("x"s + static_cast<char>(byte) + "y");
    CHECK(clean_utf8(cleaned) == cleaned);
  }
}

TEST_CASE("text ends at the first NUL") {
  CHECK(cut_nul("name\0secret"s) == "name");
  CHECK(cut_nul("name") == "name");
  CHECK(cut_nul("\0x"s).empty());
}

TEST_CASE("text is fitted between characters") {
  CHECK(fit_utf8("Grüße", 3) == "Gr");
  CHECK(fit_utf8("Grüße", 4) == "Grü");
  CHECK(fit_utf8("a👋b", 4) == "a");
  CHECK(fit_utf8("a👋b", 5) == "a👋");
  CHECK(fit_utf8("abc", 10) == "abc");
  CHECK(fit_utf8("abc\xC3", 4) == "abc\xC3");
  // Fitting again changes nothing, however odd the bytes are.
  CHECK(fit_utf8("abc\xC9\xC9\xC9", 5) == "abc\xC9");
  CHECK(fit_utf8("abc\xC9", 5) == "abc\xC9");
  CHECK(fit_utf8("abc", 0).empty());
  CHECK(fit_utf8("\x80\x80\x80\x80", 4) == "\x80\x80\x80\x80");
}
