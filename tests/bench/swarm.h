// Many clients in one epoll loop, counting bytes, and the scripted radio beside them. They do as
// little as possible per byte so that the server under test is what is measured. Knows no server.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

// Nanoseconds on the monotonic clock.
std::int64_t now_ns();

// A file descriptor's handler in the bench's loop.
using Handler = std::function<void()>;

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller &) = delete;
  Poller &operator=(const Poller &) = delete;
  // Handlers are called when fd is readable, until it is removed.
  void add(int fd, Handler handler);
  void remove(int fd);
  // Handles events until done() holds; gives up (false) after 20 s.
  bool run_until(const std::function<bool()> &done);

 private:
  int epoll_;
  std::vector<Handler> handlers_;  // by fd
};

// A radio with one connection at a time that answers as far as a driver needs.
class Radio {
 public:
  Radio(Poller &poller, std::string dump);  // dump: framed, with its config_complete last
  ~Radio();
  int port() const { return port_; }
  bool served() const { return handshakes_ > 0; }
  int handshakes() const { return handshakes_; }
  // While held back, a want_config is noted and answered by release().
  void hold() { hold_ = true; }
  bool holding_one() const { return pending_nonce_ >= 0; }
  void release();
  void send(std::string_view bytes);

 private:
  void accepted();
  void readable();
  void handle(std::string_view payload);
  void answer_handshake(std::uint32_t nonce);

  Poller &poller_;
  std::string dump_;
  std::string buffer_;
  int server_ = -1;
  int connection_ = -1;
  int port_ = 0;
  int handshakes_ = 0;
  bool hold_ = false;
  std::int64_t pending_nonce_ = -1;
};

class Swarm {
 public:
  explicit Swarm(Poller &poller) : poller_(poller) {}
  ~Swarm();
  // Opens count connections to a local port.
  bool connect(int port, std::size_t count);
  void send_all(std::string_view bytes);
  // Forgets what was counted.
  void reset();
  // Whether every client received at least size bytes since reset.
  bool all_have(std::size_t size) const { return complete_ == clients_.size() && wanted_ == size; }
  void want(std::size_t size);
  std::size_t size() const { return clients_.size(); }
  // Bytes of client 0 since reset.
  const std::string &first_bytes() const { return first_; }
  void keep_first() { keep_first_ = true; }
  bool lost_one() const { return lost_ > 0; }

 private:
  struct Client {
    int fd;
    std::size_t received;
  };
  void readable(std::size_t index);

  Poller &poller_;
  std::vector<Client> clients_;
  std::string first_;
  std::size_t wanted_ = 0;
  std::size_t complete_ = 0;
  std::size_t lost_ = 0;
  bool keep_first_ = false;
};

}  // namespace bench
