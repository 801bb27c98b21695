// Opening a connection: resolves the host, tries its addresses one after another without waiting
// for a dead one to give up, or opens a Unix socket or serial line. Must not know what the stream
// is for.
#pragma once

#include <sys/socket.h>
#include <uv.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/uri.h"
#include "core/loop/loop.h"
#include "core/loop/poll.h"
#include "core/loop/timers.h"

namespace meshmux {

class Stream;

// Sets what every TCP socket of ours has: no Nagle delay, and keepalive and user timeout such that
// a peer that vanished without a word is noticed within 60 s. On a listening socket: for all it
// accepts.
void tune_tcp(int fd);

// Text for people about a failed connection to uri.
std::string connect_error(const Uri &uri, int error);

// Belongs to its stream and reports to it, once: opened(fd) or open_failed. Either destroys it.
class Connector {
 public:
  Connector(Loop &loop, Stream &stream, Uri uri);
  ~Connector();
  Connector(const Connector &) = delete;
  Connector &operator=(const Connector &) = delete;

  // Begins. May report at once; the stream defers what it tells its user.
  void start();
  const Uri &uri() const { return uri_; }

 private:
  struct Address {
    sockaddr_storage storage;
    socklen_t size;
  };
  struct Attempt {
    Connector *owner = nullptr;
    Poll poll;
  };
  struct Lookup;

  void resolve();
  void resolved(int status, const addrinfo *list);
  void try_next();
  void begin(const Address &address);
  void attempt_ready(Attempt &attempt);
  void attempt_failed(int error);

  Loop &loop_;
  Stream &stream_;
  Uri uri_;
  Timer stagger_;
  Lookup *lookup_ = nullptr;
  std::vector<Address> addresses_;
  size_t next_ = 0;
  std::vector<std::unique_ptr<Attempt>> attempts_;
  int first_error_ = 0;
};

}  // namespace meshmux
