// See client.h.
#include "core/control/client.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "core/loop/shared_buffer.h"

namespace meshmux {

namespace {

Json error_json(mmx_status code, std::string_view message) {
  return Json{{"code", code}, {"message", message}};
}

// Whether the peer closed both ways: nobody will read what is still to be answered. A peer that
// only ended its own side waits for its answers.
bool peer_is_gone(const Stream &stream) {
  pollfd state{stream.fd(), 0, 0};
  return poll(&state, 1, 0) == 1 && (state.revents & POLLHUP) != 0;
}

}  // namespace

const mmx_stream_events ControlClient::kEvents = {
    sizeof(mmx_stream_events),
    0,
    nullptr,
    [](void *ctx, mmx_stream *, mmx_bytes bytes) {
      static_cast<ControlClient *>(ctx)->on_data(
          std::string_view(reinterpret_cast<const char *>(bytes.data), bytes.size));
    },
    [](void *ctx, mmx_stream *) { static_cast<ControlClient *>(ctx)->on_eof(); },
    nullptr,
    [](void *ctx, mmx_stream *, mmx_status, mmx_text) {
      static_cast<ControlClient *>(ctx)->on_close();
    },
};

ControlReply::Request::~Request() {
  if (!client) return;
  ControlClient &asker = *client;
  asker.close_request(*this);
  asker.send_error(id, MMX_ERROR, "the request was dropped without an answer");
}

void ControlReply::ok(const Json &result) const {
  if (!wanted()) return;
  const std::shared_ptr<Request> request = request_;  // closing may drop the copy we are called on
  ControlClient &client = *request->client;
  client.close_request(*request);
  client.send(Json{{"id", request->id}, {"result", result}});
}

void ControlReply::error(mmx_status code, std::string_view message) const {
  if (!wanted()) return;
  const std::shared_ptr<Request> request = request_;
  ControlClient &client = *request->client;
  client.close_request(*request);
  client.send_error(request->id, code, message);
}

mmx_status ControlReply::event(const Json &event) const {
  if (!wanted()) return MMX_CLOSED;
  return request_->client->send(Json{{"id", request_->id}, {"event", event}});
}

bool ControlReply::wanted() const { return request_ && request_->client; }

void ControlReply::on_gone(std::function<void()> gone) const {
  if (request_) request_->gone = std::move(gone);
}

ControlClient::ControlClient(ControlServer &server, Stream *stream)
    : server_(server), stream_(stream) {
  stream_->set_events(&kEvents, this, nullptr);
}

ControlClient::~ControlClient() {
  detach_requests();
  if (stream_) stream_->abandon();
}

std::shared_ptr<ControlReply::Request> ControlClient::open_request(Json id) {
  if (requests_.size() >= server_.limits_.max_open_requests) return nullptr;
  auto request = std::make_shared<ControlReply::Request>(std::move(id));
  request->client = this;
  requests_.push_back(request.get());
  return request;
}

void ControlClient::close_request(ControlReply::Request &request) {
  std::erase(requests_, &request);
  request.client = nullptr;
  // It may hold the last reference to the request, so it goes after everything else.
  const std::function<void()> gone = std::exchange(request.gone, nullptr);
}

mmx_status ControlClient::send(const Json &line) {
  if (!stream_) return MMX_CLOSED;
  const std::string text = dump_json(line) + "\n";
  const BufferRef buffer = BufferRef::copy_of(text);
  if (!buffer) return MMX_CLOSED;
  const mmx_status status = stream_->write(buffer.get(), 0, text.size());
  close_when_done();
  return status;
}

void ControlClient::send_error(const Json &id, mmx_status code, std::string_view message) {
  send(Json{{"id", id}, {"error", error_json(code, message)}});
}

void ControlClient::shut_down() {
  for (ControlReply::Request *request : std::vector<ControlReply::Request *>(requests_)) {
    std::function<void()> gone = std::move(request->gone);
    const Json id = request->id;
    close_request(*request);
    send_error(id, MMX_CLOSED, "meshmuxd is stopping");
    if (gone) gone();
  }
  closing_ = true;
  if (stream_) stream_->close("meshmuxd is stopping");
}

void ControlClient::on_data(std::string_view bytes) {
  while (!bytes.empty() && !closing_) {
    const size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (line_.size() + part.size() > server_.limits_.max_line) {
      send_error(nullptr, MMX_INVALID, "the line is too long");
      closing_ = true;
      if (stream_) stream_->close("a line was too long");
      return;
    }
    line_ += part;
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    server_.dispatch(*this, std::exchange(line_, {}));
  }
}

void ControlClient::on_eof() {
  if (!line_.empty() && !closing_) server_.dispatch(*this, std::exchange(line_, {}));
  if (!stream_) return;
  eof_ = true;
  if (!requests_.empty() && peer_is_gone(*stream_)) {
    stream_->abort(MMX_CLOSED, "the client has gone");
    return;
  }
  close_when_done();
}

// A client that ended its side still gets what it asked for.
void ControlClient::close_when_done() {
  if (!eof_ || closing_ || !requests_.empty() || !stream_) return;
  closing_ = true;
  stream_->close();
}

void ControlClient::on_close() {
  stream_ = nullptr;
  detach_requests();
  server_.forget(*this);
}

void ControlClient::detach_requests() {
  while (!requests_.empty()) {
    ControlReply::Request &request = *requests_.back();
    std::function<void()> gone = std::move(request.gone);
    close_request(request);
    if (gone) gone();
  }
}

}  // namespace meshmux
