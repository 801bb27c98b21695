// Two pseudo terminals with their insides joined, as a null modem cable joins two serial ports:
// what is written to one comes out at the other. Lets a simulated radio offer a serial line that
// looks like a plugged-in device. Must not know what is said over it.
#pragma once

#include <memory>
#include <string>

namespace sim {

// Pumps bytes in a thread of its own. What the inner side writes while nobody has the outer side
// open is thrown away, as a line that nobody listens to does. [loop-thread]
class NullModem {
 public:
  // Nothing, and why in error, if the system has no pseudo terminals left.
  static std::unique_ptr<NullModem> open(std::string &error);
  // Both sides hang up.
  ~NullModem();
  NullModem(const NullModem &) = delete;
  NullModem &operator=(const NullModem &) = delete;

  // "/dev/pts/N". The outer side is the app's, the inner one the simulator's.
  const std::string &outer() const;
  const std::string &inner() const;

 private:
  struct Cable;
  explicit NullModem(std::unique_ptr<Cable> cable);

  std::unique_ptr<Cable> cable_;
};

// A symbolic link while the object lives. It replaces an old link at path, never anything else.
class LinkFile {
 public:
  ~LinkFile() { remove(); }
  LinkFile() = default;
  LinkFile(const LinkFile &) = delete;
  LinkFile &operator=(const LinkFile &) = delete;

  // False, and why in error, if it cannot be made.
  bool make(const std::string &path, const std::string &target, std::string &error);
  void remove();

 private:
  std::string path_;
  std::string target_;
};

}  // namespace sim
