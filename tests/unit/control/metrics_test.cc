// Counters and gauges and both of their exports.
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/control/metrics.h"

using namespace meshmux;

TEST_CASE("metrics are made once and exported sorted", "[metrics]") {
  Metrics metrics;
  metrics.counter("b", "frames_total", "Frames seen.").add(3);
  metrics.counter("a", "frames_total", "ignored").add(2);
  metrics.counter("a", "meshmux_frames_total", "ignored").add(1);
  metrics.gauge("", "up", "").set(-1);
  CHECK(metrics.to_prometheus() ==
        "# HELP meshmux_frames_total Frames seen.\n"
        "# TYPE meshmux_frames_total counter\n"
        "meshmux_frames_total{instance=\"a\"} 3\n"
        "meshmux_frames_total{instance=\"b\"} 3\n"
        "# TYPE meshmux_up gauge\n"
        "meshmux_up -1\n");
  const Json json = metrics.to_json();
  REQUIRE(json.at("metrics").size() == 2);
  CHECK(json.at("metrics").at(0).at("name") == "meshmux_frames_total");
  CHECK(json.at("metrics").at(0).at("values").at(1) == Json{{"instance", "b"}, {"value", 3}});
}

TEST_CASE("names and texts fit the format whatever a plugin says", "[metrics]") {
  Metrics metrics;
  metrics.counter("a\"\\\n", "bad name-1", "two\nlines \\ \"q\"").add(1);
  CHECK(metrics.to_prometheus() ==
        "# HELP meshmux_bad_name_1 two\\nlines \\\\ \"q\"\n"
        "# TYPE meshmux_bad_name_1 counter\n"
        "meshmux_bad_name_1{instance=\"a\\\"\\\\\\n\"} 1\n");
}

TEST_CASE("an instance's metrics go with it", "[metrics]") {
  Metrics metrics;
  metrics.counter("a", "x", "").add(1);
  metrics.counter("b", "x", "").add(1);
  metrics.counter("a", "y", "").add(1);
  metrics.remove_instance("a");
  CHECK(metrics.to_prometheus() == "# TYPE meshmux_x counter\nmeshmux_x{instance=\"b\"} 1\n");
}

TEST_CASE("adding from many threads loses nothing", "[metrics]") {
  Metrics metrics;
  Metric &metric = metrics.counter("a", "x", "");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10000; ++j) metric.add(1);
    });
  }
  for (std::thread &thread : threads) thread.join();
  CHECK(metric.value() == 40000);
}
