// See report.h.
#include "tests/bench/report.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace bench {

namespace {
bool all_kept = true;
}

bool promises_kept() { return all_kept; }

void promise(const char *name, double value, double limit, bool below, const char *unit) {
  const bool kept = below ? value <= limit : value >= limit;
  std::printf("%-52s %12.2f %-9s %s %.2f  %s\n", name, value, unit, below ? "at most" : "at least",
              limit, kept ? "kept" : "BROKEN");
  std::fflush(stdout);
  if (!kept) all_kept = false;
}

void report(const char *name, double value, const char *unit) {
  std::printf("%-52s %12.2f %s\n", name, value, unit);
  std::fflush(stdout);
}

void give_up(const char *why) {
  std::fprintf(stderr, "bench: %s\n", why);
  std::exit(1);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double percentile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

}  // namespace bench
