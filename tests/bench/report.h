// What a benchmark says: numbers, promises and whether they were kept. Must not measure.
#pragma once

#include <vector>

namespace bench {

// Prints value beside its limit and remembers a broken promise.
void promise(const char *name, double value, double limit, bool below, const char *unit);
void report(const char *name, double value, const char *unit);
bool promises_kept();
[[noreturn]] void give_up(const char *why);

double median(std::vector<double> values);
// part from 0 to 1.
double percentile(std::vector<double> values, double part);

}  // namespace bench
