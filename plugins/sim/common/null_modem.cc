// Implementation of null_modem.h: one thread, two masters, two small buffers.
#include "plugins/sim/common/null_modem.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace sim {
namespace {

// How often an unopened outer side is looked at; the kernel tells of the opening in no other way.
constexpr int look_again_ms = 20;

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Side {
  Descriptor master;
  std::string name;  // of the slave
};

bool open_side(Side &side) {
  side.master = Descriptor(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  std::array<char, 64> name{};
  if (side.master.get() < 0 || ::grantpt(side.master.get()) != 0 ||
      ::unlockpt(side.master.get()) != 0 ||
      ::ptsname_r(side.master.get(), name.data(), name.size()) != 0)
    return false;
  side.name = name.data();
  // Raw, so that nothing is echoed or translated; and once opened and closed, so that the master
  // tells whether anybody has it open now.
  const Descriptor slave(::open(side.name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios settings{};
  if (slave.get() < 0 || ::tcgetattr(slave.get(), &settings) != 0) return false;
  ::cfmakeraw(&settings);
  return ::tcsetattr(slave.get(), TCSANOW, &settings) == 0;
}

// One direction of the cable.
class Lane {
 public:
  Lane(int from, int to) : from_(from), to_(to) {}

  bool full() const { return size_ == bytes_.size(); }
  bool empty() const { return size_ == 0; }
  void drop() { size_ = 0; }
  void fill() {
    const ssize_t got = ::read(from_, bytes_.data() + size_, bytes_.size() - size_);
    if (got > 0) size_ += static_cast<std::size_t>(got);
  }
  void drain() {
    const ssize_t put = ::write(to_, bytes_.data(), size_);
    if (put <= 0) return;
    size_ -= static_cast<std::size_t>(put);
    std::memmove(bytes_.data(), bytes_.data() + put, size_);
  }

 private:
  int from_;
  int to_;
  std::array<char, 4096> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace

struct NullModem::Cable {
  Side outer;
  Side inner;
  Descriptor wake_read;
  Descriptor wake_write;
  std::thread pump;

  void run();
};

void NullModem::Cable::run() {
  Lane outwards(inner.master.get(), outer.master.get());
  Lane inwards(outer.master.get(), inner.master.get());
  bool outer_open = false;
  bool inner_open = false;
  for (;;) {
    // A side that is not open would report that without end: it is looked at from time to time.
    const auto events = [](const Lane &in, const Lane &out) {
      return static_cast<short>((in.full() ? 0 : POLLIN) | (out.empty() ? 0 : POLLOUT));
    };
    std::array<pollfd, 3> polled{{{wake_read.get(), POLLIN, 0},
                                  {outer.master.get(), events(inwards, outwards), 0},
                                  {inner.master.get(), events(outwards, inwards), 0}}};
    if (!outer_open) polled[1].fd = -1;
    if (!inner_open) polled[2].fd = -1;
    const bool all_open = outer_open && inner_open;
    if (::poll(polled.data(), polled.size(), all_open ? -1 : look_again_ms) < 0 && errno != EINTR)
      return;
    if (polled[0].revents != 0) return;
    const auto is_open = [](const Side &side, bool before, short seen) {
      if (before) return (seen & (POLLHUP | POLLERR)) == 0;
      pollfd now{side.master.get(), 0, 0};
      ::poll(&now, 1, 0);
      return (now.revents & (POLLHUP | POLLERR)) == 0;
    };
    // What was still in the line when a side hung up is read first.
    if ((polled[1].revents & POLLIN) != 0) inwards.fill();
    if ((polled[2].revents & POLLIN) != 0) outwards.fill();
    outer_open = is_open(outer, outer_open, polled[1].revents);
    inner_open = is_open(inner, inner_open, polled[2].revents);
    if (!outer_open) outwards.drop();
    if (!inner_open) inwards.drop();
    if (!outwards.empty()) outwards.drain();
    if (!inwards.empty()) inwards.drain();
  }
}

NullModem::NullModem(std::unique_ptr<Cable> cable) : cable_(std::move(cable)) {}

std::unique_ptr<NullModem> NullModem::open(std::string &error) {
  auto cable = std::make_unique<Cable>();
  int wake[2] = {-1, -1};
  if (!open_side(cable->outer) || !open_side(cable->inner) || ::pipe(wake) != 0) {
    error = std::string("no pseudo terminal: ") + std::strerror(errno);
    return nullptr;
  }
  cable->wake_read = Descriptor(wake[0]);
  cable->wake_write = Descriptor(wake[1]);
  // The one place that may throw for want of a thread; the caller's barrier would catch it too.
  cable->pump = std::thread([raw = cable.get()] { raw->run(); });
  return std::unique_ptr<NullModem>(new NullModem(std::move(cable)));
}

NullModem::~NullModem() {
  cable_->wake_write = Descriptor();
  cable_->pump.join();
}

const std::string &NullModem::outer() const { return cable_->outer.name; }
const std::string &NullModem::inner() const { return cable_->inner.name; }

bool LinkFile::make(const std::string &path, const std::string &target, std::string &error) {
  remove();
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0) {
    if (!S_ISLNK(there.st_mode)) {
      error = path + " exists and is no symbolic link";
      return false;
    }
    ::unlink(path.c_str());
  }
  if (::symlink(target.c_str(), path.c_str()) != 0) {
    error = "cannot make " + path + ": " + std::strerror(errno);
    return false;
  }
  path_ = path;
  target_ = target;
  return true;
}

void LinkFile::remove() {
  if (path_.empty()) return;
  // Another instance may have put its own link there meanwhile.
  std::array<char, 256> now{};
  const ssize_t size = ::readlink(path_.c_str(), now.data(), now.size());
  if (size > 0 && std::string_view(now.data(), static_cast<std::size_t>(size)) == target_)
    ::unlink(path_.c_str());
  path_.clear();
}

}  // namespace sim
