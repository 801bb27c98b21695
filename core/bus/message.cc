// Building messages in one allocation, counting references, keeping variants. Must not know queues,
// gates or codecs.
#include "core/bus/message.h"

#include <cstring>
#include <new>

namespace meshmux {
namespace {

std::atomic<size_t> messages_alive{0};

constexpr size_t aligned(size_t size) {
  return (size + alignof(mmx_field) - 1) & ~(alignof(mmx_field) - 1);
}

bool has_bytes(const mmx_field &field) {
  return field.type == MMX_FIELD_TYPE_TEXT || field.type == MMX_FIELD_TYPE_BYTES;
}

size_t size_of(const mmx_record &record) {
  size_t size = record.count * sizeof(mmx_field);
  for (uint32_t i = 0; i < record.count; ++i) {
    const mmx_field &field = record.fields[i];
    if (field.type == MMX_FIELD_TYPE_TEXT) size += field.value.text.size;
    if (field.type == MMX_FIELD_TYPE_BYTES) size += field.value.bytes.size;
  }
  return size;
}

// Hands out the memory behind a message, front to back.
class Cursor {
 public:
  explicit Cursor(uint8_t *at) : at_(at) {}

  mmx_bytes copy(mmx_bytes bytes) {
    if (bytes.size == 0) return mmx_bytes{nullptr, 0};
    uint8_t *const to = at_;
    std::memcpy(to, bytes.data, bytes.size);
    at_ += bytes.size;
    return mmx_bytes{to, bytes.size};
  }
  mmx_text copy(mmx_text text) {
    const mmx_bytes to = copy(mmx_bytes{reinterpret_cast<const uint8_t *>(text.data), text.size});
    return mmx_text{reinterpret_cast<const char *>(to.data), to.size};
  }
  // Must come first: the memory is aligned only at its beginning.
  mmx_field *fields(const mmx_record &record) {
    auto *const to = reinterpret_cast<mmx_field *>(at_);
    if (record.count > 0) std::memcpy(to, record.fields, record.count * sizeof(mmx_field));
    at_ += record.count * sizeof(mmx_field);
    return to;
  }

 private:
  uint8_t *at_;
};

}  // namespace

struct Message::Variant {
  uint64_t view;
  MessageRef message;
  Variant *next;
};

MessageRef::MessageRef(const MessageRef &other) : message_(other.message_) {
  if (message_ != nullptr) Message::retain(message_);
}

MessageRef::~MessageRef() {
  if (message_ != nullptr) Message::release(message_);
}

MessageRef Message::copy_of(const mmx_message &view) {
  const size_t head = aligned(sizeof(Message));
  size_t total = head + view.key.size + view.payload.size;
  if (view.record != nullptr) total += size_of(*view.record);
  if (view.link != nullptr) total += view.link->reason.size;

  void *const memory = ::operator new(total);
  auto *const message = new (memory) Message(view);
  message->struct_size = sizeof(mmx_message);
  message->footprint_ = uint32_t(total);
  Cursor cursor(static_cast<uint8_t *>(memory) + head);
  if (view.record != nullptr) {
    mmx_field *const fields = cursor.fields(*view.record);
    for (uint32_t i = 0; i < view.record->count; ++i) {
      if (!has_bytes(fields[i])) continue;
      if (fields[i].type == MMX_FIELD_TYPE_TEXT) {
        fields[i].value.text = cursor.copy(fields[i].value.text);
      } else {
        fields[i].value.bytes = cursor.copy(fields[i].value.bytes);
      }
    }
    message->record_ = mmx_record{view.record->type, view.record->count, fields};
    message->record = &message->record_;
  }
  if (view.link != nullptr) {
    message->link_ = *view.link;
    message->link_.struct_size = sizeof(mmx_link);
    message->link_.reason = cursor.copy(view.link->reason);
    message->link = &message->link_;
  }
  message->key = cursor.copy(view.key);
  message->payload = cursor.copy(view.payload);
  messages_alive.fetch_add(1, std::memory_order_relaxed);
  return MessageRef(message);
}

Message::~Message() {
  while (variants_ != nullptr) {
    Variant *const variant = variants_;
    variants_ = variant->next;
    delete variant;
  }
  messages_alive.fetch_sub(1, std::memory_order_relaxed);
}

void Message::retain(const mmx_message *message) {
  static_cast<const Message *>(message)->references_.fetch_add(1, std::memory_order_relaxed);
}

void Message::release(const mmx_message *message) {
  const auto *const self = static_cast<const Message *>(message);
  if (self->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  self->~Message();
  ::operator delete(const_cast<Message *>(self));
}

const MessageRef *Message::variant(uint64_t view) const {
  for (const Variant *variant = variants_; variant != nullptr; variant = variant->next) {
    if (variant->view == view) return &variant->message;
  }
  return nullptr;
}

const MessageRef &Message::add_variant(uint64_t view, MessageRef variant) {
  variants_ = new Variant{view, std::move(variant), variants_};
  return variants_->message;
}

size_t Message::alive() { return messages_alive.load(std::memory_order_relaxed); }

}  // namespace meshmux
