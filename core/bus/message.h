// The message: one allocation with an atomic reference count that owns copies of key, payload,
// record and link and shows them as the ABI's mmx_message. Must not know queues, gates or codecs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "meshmux/message.h"

namespace meshmux {

class Message;

// Owns one reference. Copies are for any thread, one MessageRef is not.
class MessageRef {
 public:
  MessageRef() = default;
  // Takes the reference over.
  explicit MessageRef(Message *message) : message_(message) {}
  MessageRef(const MessageRef &other);
  MessageRef(MessageRef &&other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  MessageRef &operator=(MessageRef other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessageRef();

  Message *get() const { return message_; }
  Message &operator*() const { return *message_; }
  Message *operator->() const { return message_; }
  explicit operator bool() const { return message_ != nullptr; }

 private:
  Message *message_ = nullptr;
};

// What others make of a message for one viewer: without some secrets, or as a deletion. Kept with
// the original, so that it is made once for all who see it the same way.
class Message final : public mmx_message {
 public:
  // Copies everything view points to. Memory comes in one piece.
  static MessageRef copy_of(const mmx_message &view);

  // Of what the bus handed out. [any-thread]
  static void retain(const mmx_message *message);
  static void release(const mmx_message *message);

  // No codec could read its payload, so nobody knows what secrets it holds. Set before it is
  // shared.
  bool unreadable = false;

  // Bytes it occupies.
  size_t footprint() const { return footprint_; }

  // The variant for that view (a mask of secrets, or kDeletion), nullptr: none yet. [loop-thread]
  const MessageRef *variant(uint64_t view) const;
  // Stores it and returns the stored one. [loop-thread]
  const MessageRef &add_variant(uint64_t view, MessageRef variant);
  static constexpr uint64_t kDeletion = 1;

  // Messages alive in the process, for leak tests and metrics. [any-thread]
  static size_t alive();

 private:
  struct Variant;

  explicit Message(const mmx_message &view) : mmx_message(view) {}
  ~Message();

  mutable std::atomic<uint32_t> references_{1};
  uint32_t footprint_ = 0;
  Variant *variants_ = nullptr;
  mmx_record record_{};
  mmx_link link_{};
};

// 64-bit ids that rise strictly, over restarts too: they begin at the wall clock's microseconds,
// and nobody publishes a million messages a second for long. [loop-thread]
class MessageIds {
 public:
  explicit MessageIds(int64_t wall_ns) : last_(wall_ns > 0 ? uint64_t(wall_ns) / 1000 : 0) {}
  uint64_t next() { return ++last_; }
  // For a storage that holds ids of a time when the clock was ahead.
  void ensure_above(uint64_t id) { last_ = id > last_ ? id : last_; }

 private:
  uint64_t last_;
};

}  // namespace meshmux
