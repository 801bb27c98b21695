// See metrics.h.
#include "core/control/metrics.h"

#include <fmt/format.h>

#include <iterator>

namespace meshmux {

namespace {

constexpr std::string_view kPrefix = "meshmux_";

std::string fit_name(std::string_view name) {
  std::string out(name.starts_with(kPrefix) ? "" : kPrefix);
  for (const char c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == ':';
    out += fits ? c : '_';
  }
  return out;
}

// Escapes as the text format wants them: backslash and newline, in labels the quote as well.
std::string escaped(std::string_view text, std::string_view quote) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || quote.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

const char *kind_word(Metrics::Kind kind) {
  return kind == Metrics::Kind::counter ? "counter" : "gauge";
}

}  // namespace

Metric &Metrics::metric(Kind kind, std::string_view instance, std::string_view name,
                        std::string_view help) {
  Family &family = families_[fit_name(name)];
  if (family.kind == Kind::invalid) {
    family.kind = kind;
    family.help = help;
  }
  std::unique_ptr<Metric> &slot = family.values[std::string(instance)];
  if (!slot) slot = std::make_unique<Metric>();
  return *slot;
}

Metric &Metrics::counter(std::string_view instance, std::string_view name, std::string_view help) {
  return metric(Kind::counter, instance, name, help);
}

Metric &Metrics::gauge(std::string_view instance, std::string_view name, std::string_view help) {
  return metric(Kind::gauge, instance, name, help);
}

void Metrics::remove_instance(std::string_view instance) {
  for (auto family = families_.begin(); family != families_.end();) {
    auto &values = family->second.values;
    if (const auto found = values.find(instance); found != values.end()) values.erase(found);
    family = values.empty() ? families_.erase(family) : std::next(family);
  }
}

std::string Metrics::to_prometheus() const {
  std::string out;
  for (const auto &[name, family] : families_) {
    if (!family.help.empty()) {
      out += fmt::format("# HELP {} {}\n", name, escaped(family.help, ""));
    }
    out += fmt::format("# TYPE {} {}\n", name, kind_word(family.kind));
    for (const auto &[instance, metric] : family.values) {
      out += instance.empty() ? fmt::format("{} {}\n", name, metric->value())
                              : fmt::format("{}{{instance=\"{}\"}} {}\n", name,
                                            escaped(instance, "\""), metric->value());
    }
  }
  return out;
}

Json Metrics::to_json() const {
  Json metrics = Json::array();
  for (const auto &[name, family] : families_) {
    Json values = Json::array();
    for (const auto &[instance, metric] : family.values) {
      values.push_back(Json{{"instance", instance}, {"value", metric->value()}});
    }
    metrics.push_back(Json{{"name", name},
                           {"type", kind_word(family.kind)},
                           {"help", family.help},
                           {"values", std::move(values)}});
  }
  return Json{{"metrics", std::move(metrics)}};
}

}  // namespace meshmux
