// All streams of one fake host: connects that wait for the test's decision, sessions the test
// opens, what the plugin said of its sessions. Must not know framing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "meshmux/ext/sessions.h"
#include "sdk/testing/fake_stream.h"

namespace mmx::testing {

class FakeHost;

// An app that connects.
struct SessionSpec {
  std::string address = "192.0.2.1";
  std::string local = "tcp://127.0.0.1:4404";
  std::uint32_t listener = 0;  // index of the listen option
};

class FakeNetwork {
 public:
  explicit FakeNetwork(FakeHost &host) : host_(host) {}

  // Every stream there ever was, oldest first; they stay readable until the host is gone.
  std::size_t count() const { return streams_.size(); }
  FakeStream &at(std::size_t index) { return *streams_.at(index); }
  // The newest stream the plugin connected; the test is wrong if there is none (std::logic_error).
  FakeStream &last_connect();
  // Connects that the test has not decided yet, oldest first.
  std::vector<FakeStream *> connecting();
  // How many connects there were.
  std::size_t connects() const;

  // Opens a session and hands it to the plugin's meshmux.sessions/1 handler. If that refuses it,
  // the stream is closed.
  FakeStream &open_session(const SessionSpec &spec = {});
  // What the plugin called the session's client; empty if it did not.
  std::string client_of(std::uint64_t session) const;

  // The host's side.
  static const mmx_sessions &sessions_api();
  FakeHost &host() { return host_; }
  bool run_deferred();
  bool flush();
  void drop_all();
  mmx_status connect(std::string_view uri, std::int64_t timeout_ns, const mmx_stream_events *events,
                     void *ctx, mmx_stream **stream);
  void describe(std::uint64_t session, std::string_view client);
  void close_session(std::uint64_t session, std::string_view reason);
  mmx_shared_buffer *buffer_new(std::size_t capacity);
  static void buffer_release(mmx_shared_buffer *buffer);

 private:
  FakeStream &add(std::string uri, std::uint64_t session, FakeStream::State state);

  FakeHost &host_;
  std::vector<std::unique_ptr<FakeStream>> streams_;
  std::map<std::uint64_t, std::string> clients_;
  std::uint64_t next_session_ = 1;
};

}  // namespace mmx::testing
