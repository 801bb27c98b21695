// The control socket: JSON lines over a Unix socket, methods by name, answers now, later or as a
// stream. Must not know what any method does; the daemon registers them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/loop/listener.h"
#include "core/loop/loop.h"

namespace meshmux {

class ControlClient;

// The one way to answer a request. Copies share one request; the first ok() or error() ends it,
// later calls and calls after the client has gone do nothing. If every copy is dropped unanswered,
// the client gets an error. [loop-thread]
class ControlReply {
 public:
  ControlReply() = default;

  void ok(const Json &result) const;
  // code as in mmx_status; message for people.
  void error(mmx_status code, std::string_view message) const;
  void error(const Error &error) const { this->error(error.code, error.message); }
  // One event of a stream: {"id":n,"event":...}. MMX_CLOSED: the client is gone or was too slow,
  // stop; ok() or error() still ends the stream.
  mmx_status event(const Json &event) const;
  // Whether anybody still waits.
  bool wanted() const;
  // Called once when the client goes before the end; replaces the one before. Not called from
  // inside ok, error or event.
  void on_gone(std::function<void()> gone) const;

  struct Request;
  explicit ControlReply(std::shared_ptr<Request> request) : request_(std::move(request)) {}

 private:
  std::shared_ptr<Request> request_;
};

// Bounds of the server.
struct ControlLimits {
  size_t max_line = 1024 * 1024;  // bytes of one request
  size_t max_clients = 32;
  size_t max_pending = 8 * 1024 * 1024;  // bytes a client may leave unread
  size_t max_open_requests = 64;         // of one client
  int64_t no_progress_ns = 30 * kSecond;
};

// [loop-thread]
class ControlServer {
 public:
  // params is an object, perhaps empty; borrowed for the call. Methods must not throw; a
  // nlohmann::json exception (a parameter of the wrong type) is caught and answered with
  // MMX_INVALID.
  using Handler = std::function<void(const Json &params, ControlReply reply)>;

  explicit ControlServer(Loop &loop, ControlLimits limits = {});
  ~ControlServer();
  ControlServer(const ControlServer &) = delete;
  ControlServer &operator=(const ControlServer &) = delete;

  void add(std::string method, Handler handler);

  // Binds path with mode 0660; group ("": leave it) becomes its group. Makes the socket's folder if
  // it is missing (0750). A socket nobody answers on is replaced; one that is answered is MMX_AGAIN
  // ("another meshmuxd is running").
  Result<void> listen(const std::string &path, const std::string &group = {});
  // Stops listening, ends every request with MMX_CLOSED, closes the clients after what is queued.
  void close();

  size_t client_count() const { return clients_.size(); }
  const std::string &path() const { return path_; }

 private:
  friend class ControlClient;

  void accept(Accepted accepted);
  void dispatch(ControlClient &client, std::string_view line);
  void forget(ControlClient &client);

  Loop &loop_;
  ControlLimits limits_;
  std::map<std::string, Handler, std::less<>> handlers_;
  std::unique_ptr<Listener> listener_;
  std::vector<std::unique_ptr<ControlClient>> clients_;
  std::string path_;
};

}  // namespace meshmux
