// See settings.h.
#include "plugins/meshcore/console/settings.h"

namespace meshcore_console {

std::optional<Settings> read_settings(const mmx::Options &options, std::string &wrong) {
  Settings settings;
  settings.uri = options.string("connect");
  settings.serial = settings.uri.rfind("serial:", 0) == 0;
  const bool said = settings.uri.find("?lines=") != std::string::npos ||
                    settings.uri.find("&lines=") != std::string::npos;
  if (settings.serial && !said) {
    settings.lines = options.string("lines");
    settings.choose_lines = settings.lines == "auto";
    if (settings.choose_lines) settings.lines = "both";
  }
  settings.interval_ns = options.integer("interval");
  settings.set_clock = options.flag("set_clock");
  for (const std::string &text : options.list("commands")) {
    const Question *const question = find_question(text);
    if (question == nullptr) {
      wrong = text;
      return std::nullopt;
    }
    settings.questions.push_back(question);
  }
  return settings;
}

std::string uri_with_lines(const std::string &uri, const std::string &lines) {
  if (lines.empty()) return uri;
  const char separator = uri.find('?') == std::string::npos ? '?' : '&';
  return uri + separator + "lines=" + lines;
}

}  // namespace meshcore_console
