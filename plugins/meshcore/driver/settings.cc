// See settings.h.
#include "plugins/meshcore/driver/settings.h"

namespace meshcore_driver {

namespace {

bool says_lines(const std::string &uri) {
  return uri.find("?lines=") != std::string::npos || uri.find("&lines=") != std::string::npos;
}

const char *word(Lines lines) {
  switch (lines) {
    case Lines::both:
      return "both";
    case Lines::none:
      return "none";
    default:
      return "keep";
  }
}

Lines lines_of(const std::string &text) {
  if (text == "both") return Lines::both;
  if (text == "none") return Lines::none;
  if (text == "keep") return Lines::keep;
  return Lines::automatic;
}

}  // namespace

Settings read_settings(const mmx::Options &options) {
  Settings settings;
  settings.uri = options.string("connect");
  settings.serial = settings.uri.rfind("serial:", 0) == 0;
  settings.lines = lines_of(options.string("lines"));
  // What stands in the URI was chosen with care; there is nothing left to try.
  if (settings.serial && says_lines(settings.uri)) settings.lines = Lines::keep;
  settings.poll_ns = options.integer("poll");
  settings.refresh_ns = options.integer("refresh_interval");
  return settings;
}

std::string uri_with_lines(const Settings &settings, Lines lines) {
  if (!settings.serial || says_lines(settings.uri)) return settings.uri;
  const char separator = settings.uri.find('?') == std::string::npos ? '?' : '&';
  return settings.uri + separator + "lines=" + word(lines);
}

}  // namespace meshcore_driver
