// See rig.h.
#include "rig.h"

#include <chrono>
#include <cstdio>
#include <utility>

namespace meshcore_console_test {

namespace {

OptionTexts with_default(OptionTexts options) {
  for (const auto &[name, value] : options) {
    if (name == "connect") return options;
  }
  options.emplace_back("connect", "tcp://192.0.2.7:23");
  return options;
}

std::string clock_text(std::int64_t seconds) {
  const std::chrono::sys_seconds when{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(when - day).count();
  char text[64];
  std::snprintf(text, sizeof text, "%02d:%02d - %u/%u/%d UTC", static_cast<int>(minutes / 60),
                static_cast<int>(minutes % 60), static_cast<unsigned>(date.day()),
                static_cast<unsigned>(date.month()), static_cast<int>(date.year()));
  return text;
}

}  // namespace

Rig::Rig(const std::string &device, OptionTexts options)
    : runner(host, &meshcore_console::console_type(), with_default(std::move(options))) {
  for (const Exchange &each : transcript(device)) {
    if (each.typed.ends_with('\r')) {
      answers.emplace(each.typed.substr(0, each.typed.size() - 1), each.printed);
    }
  }
  runner.start();
}

void Rig::accept() {
  host.net().connecting().at(0)->accept();
  host.end_turn();
  serve();
}

void Rig::give(std::string_view bytes) {
  link().inject(bytes);
  host.end_turn();
  serve();
}

std::string Rig::print(const std::string &line) {
  if (special) {
    if (auto text = special(line)) return *text;
  }
  if (mute.contains(line)) return line + '\r';
  if (line == "clock" && clock) return line + "\r\n  -> " + clock_text(*clock) + "\r\n";
  if (line.starts_with("time ") && clock) {
    const std::int64_t wanted = std::stoll(line.substr(5));
    if (wanted <= *clock) return line + "\r\n  -> (ERR: clock cannot go backwards)\r\n";
    clock = wanted;
    return line + "\r\n  -> OK - clock set: " + clock_text(wanted) + "\r\n";
  }
  const auto found = answers.find(line);
  return found != answers.end() ? found->second : line + "\r\n  -> Unknown command\r\n";
}

void Rig::serve() {
  for (;;) {
    const std::string now = link().take_written();
    if (now.empty()) return;
    written_.push_back(now);
    buffer += now;
    const std::size_t end = buffer.find('\r');
    if (end == std::string::npos) continue;
    // As the room does: what waits behind the first line is lost.
    const std::string line = std::exchange(buffer, std::string()).substr(0, end);
    std::string out = print(line);
    if (!echoes) out.erase(0, out.find_first_of("\r\n"));
    if (link().is_open() && !out.empty()) link().inject(out);
    host.end_turn();
  }
}

void Rig::run(std::int64_t ns) {
  for (std::int64_t passed = 0; passed < ns; passed += 50 * kMillisecond) {
    host.advance(50 * kMillisecond);
    if (host.net().connects() > 0) serve();
  }
}

void Rig::up() {
  accept();
  for (int i = 0; i < 200 && phase() != MMX_LINK_UP; ++i) run(50 * kMillisecond);
}

std::size_t Rig::asked(std::string_view line) const {
  std::size_t count = 0;
  for (const std::string &each : written_) count += each == std::string(line) + '\r' ? 1 : 0;
  return count;
}

const Published *Rig::console(std::uint8_t number) {
  const auto &state = host.bus().state();
  const auto found = state.find(meshcore::encode_key({meshcore::Section::console, number, ""}));
  return found == state.end() ? nullptr : &found->second;
}

std::string Rig::stats(std::uint8_t subtype) {
  const auto &state = host.bus().state();
  const auto found = state.find(meshcore::encode_key({meshcore::Section::stats, subtype, ""}));
  return found == state.end() ? std::string() : found->second.payload;
}

}  // namespace meshcore_console_test
