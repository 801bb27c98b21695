// Counters and gauges of the whole daemon, each with an instance label, exported as Prometheus text
// and as JSON. Must not know what any of them means.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

// What the ABI calls mmx_metric is a meshmux::Metric.
struct mmx_metric {};

namespace meshmux {

class Metric : public mmx_metric {
 public:
  void add(int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }  // [any-thread]
  void set(int64_t value) { value_.store(value, std::memory_order_relaxed); }        // [any-thread]
  int64_t value() const { return value_.load(std::memory_order_relaxed); }           // [any-thread]

  static Metric *from_abi(mmx_metric *metric) { return static_cast<Metric *>(metric); }

 private:
  std::atomic<int64_t> value_{0};
};

// [loop-thread] except for the metrics it hands out, whose add and set are for any thread.
class Metrics {
 public:
  enum class Kind { invalid = 0, counter, gauge };

  Metrics() = default;
  Metrics(const Metrics &) = delete;
  Metrics &operator=(const Metrics &) = delete;

  // The metric of that name and instance ("": the daemon itself), made on first use. The reference
  // is valid until remove_instance(instance). A name is made to fit Prometheus ([a-zA-Z_:][...]*,
  // prefix "meshmux_" added where missing); the kind and help of a name's first use stay.
  Metric &counter(std::string_view instance, std::string_view name, std::string_view help);
  Metric &gauge(std::string_view instance, std::string_view name, std::string_view help);

  // Forgets an instance's metrics; nobody may hold one of them any more.
  void remove_instance(std::string_view instance);

  // Prometheus text exposition format 0.0.4; sorted.
  std::string to_prometheus() const;
  // {"metrics":[{"name","type","help","values":[{"instance","value"}]}]}; "instance" is "" for the
  // daemon.
  Json to_json() const;

 private:
  struct Family {
    Kind kind = Kind::invalid;
    std::string help;
    std::map<std::string, std::unique_ptr<Metric>, std::less<>> values;  // by instance
  };

  Metric &metric(Kind kind, std::string_view instance, std::string_view name,
                 std::string_view help);

  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace meshmux
