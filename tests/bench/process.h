// Starts and stops the servers under test and reads their memory. Knows how meshmuxd says its port.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bench {

class Process {
 public:
  Process() = default;
  ~Process() { stop(); }
  Process(const Process &) = delete;
  Process &operator=(const Process &) = delete;
  // Runs arguments with its standard output and error readable through lines().
  bool start(const std::vector<std::string> &arguments);
  // Reads output until a line holds text; gives that line, empty at the end of output.
  std::string wait_line(const std::string &text);
  void stop();
  // Kilobytes of resident memory.
  long resident_kb() const;

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffer_;
};

}  // namespace bench
