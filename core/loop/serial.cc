// termios, modem lines and locks of a serial device.
#include "core/loop/serial.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace meshmux {
namespace {

struct Baud {
  uint32_t rate;
  speed_t constant;
};

constexpr std::array<Baud, 18> kBauds{{{1200, B1200},
                                       {2400, B2400},
                                       {4800, B4800},
                                       {9600, B9600},
                                       {19200, B19200},
                                       {38400, B38400},
                                       {57600, B57600},
                                       {115200, B115200},
                                       {230400, B230400},
                                       {460800, B460800},
                                       {500000, B500000},
                                       {576000, B576000},
                                       {921600, B921600},
                                       {1000000, B1000000},
                                       {1500000, B1500000},
                                       {2000000, B2000000},
                                       {3000000, B3000000},
                                       {4000000, B4000000}}};

Error open_error(const std::string &path, int error) {
  std::string_view hint;
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      hint = " (is the radio plugged in?)";
      break;
    case EACCES:
    case EPERM:
      hint = " (add the user that runs this to group dialout: usermod -a -G dialout USER)";
      break;
    case EBUSY:
    case EWOULDBLOCK:
      return fail(MMX_ERROR,
                  "cannot open {}: another program has it open (a serial console, ModemManager or "
                  "another gateway?)",
                  path);
    default:
      break;
  }
  return fail(MMX_ERROR, "cannot open {}: {}{}", path, strerror(error), hint);
}

int set_up(int fd, speed_t speed, SerialLines lines) {
  if (!isatty(fd)) return ENOTTY;
  // Advisory, for programs that look; and the kernel's own, for all but root. A pseudo terminal may
  // not know the latter.
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return EBUSY;
  ioctl(fd, TIOCEXCL);

  termios settings{};
  if (tcgetattr(fd, &settings) != 0) return errno;
  cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD | CS8;
  // HUPCL would drop DTR when we close, which resets many boards.
  settings.c_cflag &= ~static_cast<tcflag_t>(HUPCL | CRTSCTS | CSTOPB | PARENB);
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  if (cfsetspeed(&settings, speed) != 0) return errno;
  if (tcsetattr(fd, TCSANOW, &settings) != 0) return errno;

  // Both in one call: the auto-reset circuit of many boards acts whenever the two differ. Devices
  // without modem lines refuse, which is no harm.
  int bits = TIOCM_DTR | TIOCM_RTS;
  if (lines == SerialLines::both) ioctl(fd, TIOCMBIS, &bits);
  if (lines == SerialLines::none) ioctl(fd, TIOCMBIC, &bits);
  return 0;
}

}  // namespace

Result<int> open_serial(const Uri &uri) {
  speed_t speed = 0;
  for (const Baud &baud : kBauds) {
    if (baud.rate == uri.baud) speed = baud.constant;
  }
  if (speed == 0) {
    return fail(MMX_INVALID, "cannot open {}: {} baud is not a speed serial lines have", uri.path,
                uri.baud);
  }
  const int fd = open(uri.path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return open_error(uri.path, errno);
  const int error = set_up(fd, speed, uri.lines);
  if (error == 0) return fd;
  ::close(fd);
  if (error == ENOTTY) return fail(MMX_ERROR, "{} is no serial line", uri.path);
  return open_error(uri.path, error);
}

int serial_unsent(int fd) {
  int bytes = 0;
  return ioctl(fd, TIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

}  // namespace meshmux
