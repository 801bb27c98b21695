// Messages as a test writes them: plain fields with owned bytes, made into the borrowed view a
// plugin sees. Must not know the bus.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshmux/message.h"
#include "meshmux/record.hpp"
#include "sdk/testing/ledger.h"

namespace mmx::testing {

// A deep copy of a neutral record.
class RecordCopy {
 public:
  RecordCopy() = default;
  explicit RecordCopy(const mmx_record *record);
  RecordCopy(const RecordCopy &other) : RecordCopy(other.get()) {}
  RecordCopy &operator=(const RecordCopy &other);

  // NULL when there is no record; borrowed from this object.
  const mmx_record *get() const { return present_ ? &record_ : nullptr; }
  std::uint32_t type() const { return present_ ? record_.type : std::uint32_t{MMX_RECORD_INVALID}; }
  std::optional<std::int64_t> integer(std::uint16_t key) const { return get_int(get(), key); }
  std::optional<double> number(std::uint16_t key) const { return get_float(get(), key); }
  std::optional<std::string_view> text(std::uint16_t key) const { return get_text(get(), key); }

 private:
  void copy_from(const mmx_record *record);

  bool present_ = false;
  mmx_record record_{};
  std::vector<mmx_field> fields_;
  std::deque<std::string> storage_;
};

// A link message or what a source said of its link.
struct LinkSpec {
  std::uint32_t phase = MMX_LINK_UP;
  std::uint32_t epoch = 1;
  std::uint32_t complete = 1;
  std::uint32_t stale = 0;
  std::uint32_t swapping = 0;
  std::string reason;
};

// One message to deliver. Fields left alone get what the fake host would stamp.
struct MessageSpec {
  std::uint32_t kind = MMX_KIND_RX;
  std::string payload;
  std::string key;
  std::uint64_t id = 0;  // 0: the next one
  std::uint64_t cause = 0;
  std::uint64_t labels = 0;
  std::uint64_t grants = 0;
  std::uint64_t withheld = 0;
  std::uint64_t session = 0;
  std::uint64_t order = 0;
  std::int64_t deadline_ns = 0;
  std::uint32_t source = 0;  // 0: the host's own number for a source, else the bound source
  std::uint32_t origin = 0;
  std::uint32_t flags = 0;
  std::uint32_t epoch = 1;
  RecordCopy record;
  std::optional<LinkSpec> link;

  MessageSpec &with_record(Record &made) {
    record = RecordCopy(made.get());
    return *this;
  }
};

inline MessageSpec rx(std::string payload, std::uint64_t labels = 0) {
  MessageSpec spec;
  spec.payload = std::move(payload);
  spec.labels = labels;
  return spec;
}
// A command of session on frontend number origin.
inline MessageSpec tx(std::string payload, std::uint64_t session, std::uint32_t origin = 7) {
  MessageSpec spec;
  spec.kind = MMX_KIND_TX;
  spec.payload = std::move(payload);
  spec.session = session;
  spec.origin = origin;
  return spec;
}
inline MessageSpec sent(std::uint64_t cause, std::uint64_t session, std::string payload) {
  MessageSpec spec;
  spec.kind = MMX_KIND_SENT;
  spec.cause = cause;
  spec.session = session;
  spec.payload = std::move(payload);
  return spec;
}
inline MessageSpec state(std::string key, std::uint64_t order, std::string payload) {
  MessageSpec spec;
  spec.kind = MMX_KIND_STATE;
  spec.key = std::move(key);
  spec.order = order;
  spec.payload = std::move(payload);
  return spec;
}
inline MessageSpec state_deleted(std::string key, std::uint64_t order) {
  MessageSpec spec = state(std::move(key), order, "");
  spec.flags = MMX_MESSAGE_DELETED;
  return spec;
}
inline MessageSpec link(LinkSpec what) {
  MessageSpec spec;
  spec.kind = MMX_KIND_LINK;
  spec.epoch = what.epoch;
  spec.link = std::move(what);
  return spec;
}
// An answer to the command that publish gave the id cause; flags may be MMX_MESSAGE_FINAL.
inline MessageSpec reply(std::uint64_t cause, std::uint64_t session, std::string payload,
                         std::uint32_t flags = 0) {
  MessageSpec spec;
  spec.kind = MMX_KIND_REPLY;
  spec.cause = cause;
  spec.session = session;
  spec.payload = std::move(payload);
  spec.flags = flags;
  return spec;
}

// The reference-counted message a plugin gets. Made with one reference, freed by the last release.
class HeldMessage : public mmx_message {
 public:
  HeldMessage(const MessageSpec &spec, SharedLedger ledger);
  HeldMessage(const HeldMessage &) = delete;
  HeldMessage &operator=(const HeldMessage &) = delete;

  static void retain(const mmx_message *message);
  static void release(const mmx_message *message);

 private:
  ~HeldMessage();

  MessageSpec spec_;
  mmx_link link_view_{};
  SharedLedger ledger_;
  mutable std::atomic<long> references_{1};
};

}  // namespace mmx::testing
