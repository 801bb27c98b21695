// Columns for people: aligned, without lines, cut nowhere. Must not know what stands in them.
#pragma once

#include <string>
#include <vector>

namespace meshmux::ctl {

class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.size() == 1; }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "3 min", "2 d 4 h": how long seconds are; "just now" style words are left to the caller.
std::string duration_text(long long seconds);
// "1.4 kB".
std::string size_text(unsigned long long bytes);

}  // namespace meshmux::ctl
