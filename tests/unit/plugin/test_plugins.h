// A source, a frontend and a codec of a made-up family, written with the C++ glue as any plugin is,
// but linked into the test. A payload's first letter says what it is: t text, a admin.write, s
// contains a password; anything else is no legal payload. Must not know the core.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "meshmux/plugin.hpp"
#include "meshmux/record.hpp"
#include "meshmux/stream.hpp"

namespace test_plugins {

// What instances did, in order: "radio created", "phones stop" ...
inline std::vector<std::string> &journal() {
  static std::vector<std::string> lines;
  return lines;
}
inline std::size_t journal_count(std::string_view line) {
  return static_cast<std::size_t>(std::count(journal().begin(), journal().end(), line));
}

class Source : public mmx::Instance {
 public:
  static constexpr mmx_option option_table[] = {
      {MMX_OPTION_URI, MMX_OPTION_REQUIRED, "connect", nullptr, nullptr, 0, 0, "The radio"},
      {MMX_OPTION_STRING, 0, "identity", "one", nullptr, 0, 0, "Which radio it finds"},
      {MMX_OPTION_BOOL, 0, "stops", "true", nullptr, 0, 0, "Whether it says that it has stopped"},
  };

  Source(const mmx_host *raw, const mmx::Options &options)
      : Instance(raw), identity_(options.string("identity")), stops_(options.flag("stops")) {
    note("created");
  }
  ~Source() override { note("destroyed"); }

  mmx_status start() override {
    note("start");
    const auto *source = host().source();
    source->set_identity(host().raw(), mmx::bytes(identity_));
    mmx_link link{};
    link.struct_size = sizeof link;
    link.phase = MMX_LINK_UP;
    link.complete = 1;
    source->set_link(host().raw(), &link);
    mmx_publish state = mmx::make_publish(MMX_KIND_STATE);
    state.key = mmx::bytes("name");
    state.payload = mmx::bytes(payload_);
    host().publish(state);
    host().healthy();
    return MMX_OK;
  }
  void stop() override {
    note("stop");
    if (stops_) host().stopped();
  }
  mmx_status deliver(const mmx_message &message) override {
    note("got " + std::string(mmx::view(message.payload)));
    mmx_publish reply = mmx::make_publish(MMX_KIND_REPLY);
    reply.cause = message.id;
    reply.flags = MMX_MESSAGE_FINAL;
    const std::string text = "t reply to " + std::string(mmx::view(message.payload));
    reply.payload = mmx::bytes(text);
    host().publish(reply);
    return MMX_OK;
  }
  void session_ended(std::uint32_t, std::uint64_t) override { note("session ended"); }
  mmx_status call(std::string_view verb, std::string_view args, std::string &reply) override {
    if (verb != "echo") return MMX_UNSUPPORTED;
    reply = args.empty() ? "null" : std::string(args);
    return MMX_OK;
  }

 private:
  void note(const std::string &what) const {
    journal().push_back(std::string(host().id()) + " " + what);
  }

  std::string identity_;
  std::string payload_ = "t the radio's name";
  bool stops_;
};

class Frontend : public mmx::Instance {
 public:
  static constexpr mmx_option option_table[] = {
      {MMX_OPTION_LISTEN, MMX_OPTION_REQUIRED, "listen", nullptr, nullptr, 0, 0,
       "Where apps connect"},
      {MMX_OPTION_STRING, MMX_OPTION_HOT, "greeting", "hello", nullptr, 0, 0, "Said to who comes"},
      {MMX_OPTION_STRING, 0, "colour", "red", nullptr, 0, 0, "A change of it needs a new instance"},
  };

  Frontend(const mmx_host *raw, const mmx::Options &options)
      : Instance(raw), greeting_(options.string("greeting")) {
    note("created");
  }
  ~Frontend() override { note("destroyed"); }

  mmx_status start() override {
    note("start");
    host().subscribe(0, MMX_KIND_RX | MMX_KIND_STATE | MMX_KIND_LINK);
    host().healthy();
    return MMX_OK;
  }
  void stop() override {
    note("stop");
    host().stopped();
  }
  mmx_status reconfigure(const mmx::Options &options) override {
    note("reconfigure");
    greeting_ = options.string("greeting");
    return MMX_OK;
  }
  mmx_status deliver(const mmx_message &message) override {
    if (message.kind == MMX_KIND_STATE) {
      note(std::string((message.flags & MMX_MESSAGE_DELETED) != 0 ? "lost " : "sees ") +
           std::string(mmx::view(message.key)));
    }
    if (message.kind != MMX_KIND_REPLY) return MMX_OK;
    const auto found = sessions_.find(message.session);
    if (found != sessions_.end()) found->second->say(mmx::view(message.payload));
    return MMX_OK;
  }
  mmx_status session_opened(const mmx_session &session, mmx_stream *stream) override {
    auto made = std::make_unique<Session>(*this, session.id);
    made->adopt(stream);
    made->say(greeting_);
    sessions_[session.id] = std::move(made);
    return MMX_OK;
  }

 private:
  struct Session : mmx::Stream {
    Session(Frontend &of, std::uint64_t number) : Stream(of.host()), owner(of), id(number) {}

    void say(std::string_view text) {
      const mmx::SharedBuffer buffer = owner.host().new_buffer(text.size());
      std::copy(text.begin(), text.end(), buffer.data());
      write(buffer, 0, text.size());
    }
    void on_data(mmx_bytes bytes) override {
      const std::string_view text = mmx::view(bytes);
      if (text == "who")
        return owner.host().sessions()->describe(owner.host().raw(), id, mmx::text("tester"));
      mmx_publish command = mmx::make_publish(MMX_KIND_TX);
      command.session = id;
      command.payload = bytes;
      mmx_published answer{};
      answer.struct_size = sizeof answer;
      owner.host().publish(command, &answer);
      if (answer.verdict != MMX_VERDICT_ACCEPTED) {
        say("verdict " + std::to_string(answer.verdict));
      }
    }
    void on_eof() override { close(); }
    void on_close(mmx_status, std::string_view) override { owner.sessions_.erase(id); }

    Frontend &owner;
    std::uint64_t id;
  };

  void note(const std::string &what) const {
    journal().push_back(std::string(host().id()) + " " + what);
  }

  std::string greeting_;
  std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;
};

inline mmx_status classify(mmx_bytes, std::uint32_t kind, mmx_bytes payload, std::uint64_t *labels,
                           mmx_buffer *canonical) {
  const std::string_view text = mmx::view(payload);
  if (text.empty()) return MMX_INVALID;
  if (text[0] == 't') {
    *labels = MMX_LABEL_TEXT;
  } else if (text[0] == 'a') {
    *labels = MMX_LABEL_ADMIN_WRITE;
  } else if (text[0] == 's') {
    *labels = MMX_LABEL_TEXT | MMX_LABEL_SECRET_PASSWORD;
  } else {
    return MMX_INVALID;
  }
  return kind == MMX_KIND_TX ? mmx::fill(canonical, text) : mmx_status{MMX_OK};
}

inline mmx_status redact(mmx_bytes, std::uint32_t, mmx_bytes, std::uint64_t, mmx_buffer *out) {
  return mmx::fill(out, "s");
}

inline mmx_status describe(mmx_bytes, std::uint32_t, mmx_bytes, mmx_buffer *out) {
  return mmx::fill(out, "a test payload");
}

inline const mmx_codec codec = {sizeof(mmx_codec),
                                0,
                                "test",
                                MMX_LABEL_TEXT | MMX_LABEL_ADMIN_WRITE | MMX_LABEL_SECRET_PASSWORD,
                                &classify,
                                &redact,
                                &describe};

inline const mmx_type source_type =
    mmx::define_type<Source>(MMX_ROLE_SOURCE, "test-source", "A radio for tests", "test");
inline const mmx_type sender_type =
    mmx::define_type<Source>(MMX_ROLE_SOURCE, "test-sender", "Another radio for tests", "test");
inline const mmx_type frontend_type =
    mmx::define_type<Frontend>(MMX_ROLE_FRONTEND, "test-frontend", "A frontend for tests", "test");

inline const mmx_entry *entry() {
  static const mmx_type *const types[] = {&source_type, &sender_type, &frontend_type};
  static const mmx_codec *const codecs[] = {&codec};
  static const mmx_entry made = {MMX_ENTRY_MAGIC,
                                 MMX_ABI_MAJOR,
                                 MMX_ABI_MINOR,
                                 sizeof(mmx_entry),
                                 0,
                                 "test",
                                 "1.0",
                                 "Apache-2.0",
                                 types,
                                 codecs,
                                 3,
                                 1};
  return &made;
}

}  // namespace test_plugins
