// A whole plugin in C++ with one idea: a frontend that shows every app one line for each change of
// the link and for each text message (its channel, not its words). Must not know any protocol: it
// reads links and neutral records only.
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "meshmux/plugin.hpp"
#include "meshmux/record.hpp"
#include "meshmux/stream.hpp"

namespace {

class Ticker;

// One app. Leaves the ticker's table when its connection ends, and so destroys itself.
class Session : public mmx::Stream {
 public:
  Session(const mmx::Host &host, Ticker &ticker, std::uint64_t id)
      : Stream(host), ticker_(ticker), id_(id) {}
  void on_eof() override { close(); }
  void on_close(mmx_status, std::string_view) override;

 private:
  Ticker &ticker_;
  std::uint64_t id_;
};

const char *name_of(std::uint32_t phase) {
  switch (phase) {
    case MMX_LINK_CONNECTING:
      return "connecting";
    case MMX_LINK_SYNCING:
      return "syncing";
    case MMX_LINK_UP:
      return "up";
    default:
      return "down";
  }
}

class Ticker : public mmx::Instance {
 public:
  static constexpr mmx_option option_table[] = {
      {MMX_OPTION_LISTEN, MMX_OPTION_REQUIRED, "listen", nullptr, nullptr, 0, 0,
       "Where apps connect, e.g. tcp://127.0.0.1:4500."},
      {MMX_OPTION_SIZE, 0, "backlog", "64k", nullptr, 1024, 1024 * 1024,
       "An app that leaves more than this unread is closed."}};

  Ticker(const mmx_host *host, const mmx::Options &options)
      : Instance(host), backlog_(static_cast<std::size_t>(options.integer("backlog"))) {}

  mmx_status start() override {
    const mmx_status status =
        host().subscribe(host().bus()->bound_source(host().raw()), MMX_KIND_RX | MMX_KIND_LINK);
    if (status == MMX_OK) host().healthy();
    return status;
  }

  void stop() override {
    stopping_ = true;
    for (const auto &[id, session] : sessions_) session->close();
    if (sessions_.empty()) host().stopped();
  }

  mmx_status deliver(const mmx_message &message) override {
    if (message.link != nullptr) {
      link_line_ = std::string("link ") + name_of(message.link->phase) + "\n";
      news_ += link_line_;
    } else if (message.record != nullptr && message.record->type == MMX_RECORD_TEXT) {
      const auto channel = mmx::get_int(message.record, MMX_FIELD_CHANNEL).value_or(0);
      news_ += "text on channel " + std::to_string(channel) + "\n";
    }
    return MMX_OK;
  }

  // What the turn gathered goes into one buffer, and that one buffer to every app.
  void turn_end() override {
    if (news_.empty()) return;
    const mmx::SharedBuffer buffer = buffer_of(news_);
    news_.clear();
    if (!buffer) return;
    for (const auto &[id, session] : sessions_) {
      if (session->pending() + buffer.capacity() > backlog_)
        host().sessions()->close(host().raw(), id, mmx::text("reads too slowly"));
      else
        static_cast<void>(session->write(buffer, 0, buffer.capacity()));
    }
  }

  mmx_status session_opened(const mmx_session &session, mmx_stream *stream) override {
    const mmx::SharedBuffer greeting = buffer_of(link_line_);
    if (!greeting) return MMX_ERROR;
    auto opened = std::make_unique<Session>(host(), *this, session.id);
    opened->adopt(stream);
    static_cast<void>(opened->write(greeting, 0, greeting.capacity()));
    sessions_[session.id] = std::move(opened);
    return MMX_OK;
  }

  std::string status() override {
    return "{\"sessions\":" + std::to_string(sessions_.size()) + "}";
  }

  void session_closed(std::uint64_t id) {
    sessions_.erase(id);
    if (stopping_ && sessions_.empty()) host().stopped();
  }

 private:
  mmx::SharedBuffer buffer_of(std::string_view content) const {
    mmx::SharedBuffer buffer = host().new_buffer(content.size());
    if (buffer) std::memcpy(buffer.data(), content.data(), content.size());
    return buffer;
  }

  std::size_t backlog_;
  std::string link_line_ = "link down\n";
  std::string news_;
  std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;
  bool stopping_ = false;
};

void Session::on_close(mmx_status, std::string_view) { ticker_.session_closed(id_); }

constexpr mmx_type kTicker = mmx::define_type<Ticker>(
    MMX_ROLE_FRONTEND, "ticker", "Shows link changes and text messages as lines.", nullptr);
constexpr const mmx_type *kTypes[] = {&kTicker};

}  // namespace

MMX_PLUGIN("ticker", "1.0.0", "Apache-2.0", kTypes, 1, nullptr, 0)
