// What every virtual node does with its connected apps: the table of sessions, who is told what
// they hear, and how much noise is borne. Must not know a protocol.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace vnode {

// What an app may send outside any frame before it is taken for something else (a browser, a wrong
// port); far more than any wake-up.
inline constexpr std::uint64_t kJunkLimit = 64 * 1024;

// Who acts on what sessions hear. Calls come from the stream's callbacks. [loop-thread]
template <class App>
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  virtual void session_data(App &session, std::string_view bytes) = 0;
  virtual void session_eof(App &session) = 0;
  // The kernel has taken everything, after some of it had to wait.
  virtual void session_drained(App & /*session*/) {}
  // The owner destroys the session in this call.
  virtual void session_closed(App &session) = 0;
};

// All sessions of one virtual node by their number. App has id() and closing. [loop-thread]
template <class App>
class SessionTable {
 public:
  App &add(std::unique_ptr<App> session) {
    const std::uint64_t id = session->id();
    return *(sessions_[id] = std::move(session));
  }
  void remove(const App &session) { sessions_.erase(session.id()); }
  // NULL if it is gone or going.
  App *find(std::uint64_t id) const {
    const auto found = sessions_.find(id);
    return found == sessions_.end() || found->second->closing ? nullptr : found->second.get();
  }
  std::size_t size() const { return sessions_.size(); }

  // Calls visit for each; visit may end sessions but must not add or remove any.
  template <class Visit>
  void each(Visit &&visit) const {
    for (const auto &[id, session] : sessions_) visit(*session);
  }

 private:
  std::unordered_map<std::uint64_t, std::unique_ptr<App>> sessions_;
};

}  // namespace vnode
