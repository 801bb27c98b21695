// One client of the control socket and its open requests. Must not know any method.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/control/server.h"
#include "core/loop/stream.h"

namespace meshmux {

// What the copies of a ControlReply share. Outlives its client if need be.
struct ControlReply::Request {
  explicit Request(Json request_id) : id(std::move(request_id)) {}
  // Unanswered: tells the client so.
  ~Request();
  Request(const Request &) = delete;
  Request &operator=(const Request &) = delete;

  ControlClient *client = nullptr;  // nullptr: answered, or the client has gone
  Json id;
  std::function<void()> gone;
};

// [loop-thread]
class ControlClient {
 public:
  // Takes part in the server's list; the stream frees itself.
  ControlClient(ControlServer &server, Stream *stream);
  ~ControlClient();
  ControlClient(const ControlClient &) = delete;
  ControlClient &operator=(const ControlClient &) = delete;

  // A new open request, or nullptr: too many.
  std::shared_ptr<ControlReply::Request> open_request(Json id);
  void close_request(ControlReply::Request &request);
  // One line of JSON. MMX_CLOSED: the client is gone or too slow.
  mmx_status send(const Json &line);
  void send_error(const Json &id, mmx_status code, std::string_view message);
  // Answers every open request with MMX_CLOSED and closes after what is queued.
  void shut_down();

 private:
  static const mmx_stream_events kEvents;

  void on_data(std::string_view bytes);
  void on_eof();
  void on_close();
  void detach_requests();
  void close_when_done();

  ControlServer &server_;
  Stream *stream_;  // nullptr: closed
  std::string line_;
  std::vector<ControlReply::Request *> requests_;
  bool eof_ = false;
  bool closing_ = false;
};

}  // namespace meshmux
