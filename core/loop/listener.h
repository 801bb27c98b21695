// Listeners: bound TCP and Unix sockets that hand on what they accept, and survive running out of
// descriptors. Must not know limits, allow-lists or sessions; whoever takes the stream does.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/uri.h"
#include "core/loop/loop.h"
#include "core/loop/poll.h"
#include "core/loop/stream.h"
#include "core/loop/timers.h"

namespace meshmux {

// One accepted peer. Ownership of the stream is the stream's own (see Stream); who does not want it
// calls close.
struct Accepted {
  Stream *stream = nullptr;
  std::string address;  // of the peer without port, an IPv4 one in dotted form; "unix" otherwise
  uint16_t port = 0;    // of the peer; 0: unix
  const Uri *local = nullptr;  // what the listener is bound to
};

struct ListenOptions {
  int backlog = 1024;
  mode_t unix_mode = 0660;  // of the socket file
  StreamLimits limits;      // of accepted streams
};

// [loop-thread]. Destroying it closes the socket and touches no accepted stream.
class Listener {
 public:
  using Accept = std::function<void(Accepted accepted)>;

  // Binds uri and listens; a name is resolved now, its first address is taken (IPv4 first). Nobody
  // is accepted before set_accept; connections wait in the backlog. IPv6 sockets take no IPv4
  // peers, so that tcp://[::]:p and tcp://0.0.0.0:p stand side by side. Messages are for people:
  // "port 4404 is already in use ..."; codes: MMX_AGAIN for an address in use, MMX_DENIED for a
  // missing right, MMX_INVALID for an address that is not ours or a wrong URI, MMX_ERROR otherwise.
  static Result<std::unique_ptr<Listener>> bind(Loop &loop, const Uri &uri,
                                                const ListenOptions &options = {});
  ~Listener();
  Listener(const Listener &) = delete;
  Listener &operator=(const Listener &) = delete;

  // Begins accepting. accept is called once for each peer and may destroy the listener.
  void set_accept(Accept accept);
  // Stops accepting and closes the socket; a Unix socket's file is removed.
  void close();
  bool is_open() const { return poll_.is_open(); }

  // What it is bound to, with the real port and the numeric address.
  const Uri &uri() const { return uri_; }
  // Peers accepted since the start.
  uint64_t accepted() const { return accepted_; }

 private:
  Listener(Loop &loop, Uri uri, const ListenOptions &options);

  Result<void> bind_tcp();
  Result<void> bind_unix();
  void on_ready(int status);
  void out_of_descriptors(int error);

  Loop &loop_;
  Uri uri_;
  ListenOptions options_;
  Poll poll_;
  Timer retry_;
  Accept accept_;
  uint64_t accepted_ = 0;
  bool starved_ = false;       // logged that descriptors ran out
  bool *destroyed_ = nullptr;  // set by the destructor while accept_ runs
  bool unlink_ = false;        // the socket file is ours
};

}  // namespace meshmux
