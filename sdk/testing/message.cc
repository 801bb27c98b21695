// Messages as a test writes them. Must not know the bus.
#include "sdk/testing/message.h"

#include <utility>

namespace mmx::testing {

RecordCopy::RecordCopy(const mmx_record *record) { copy_from(record); }

RecordCopy &RecordCopy::operator=(const RecordCopy &other) {
  if (this != &other) copy_from(other.get());
  return *this;
}

void RecordCopy::copy_from(const mmx_record *record) {
  present_ = record != nullptr;
  fields_.clear();
  storage_.clear();
  record_ = {};
  if (record == nullptr) return;
  fields_.assign(record->fields, record->fields + record->count);
  for (mmx_field &field : fields_) {
    if (field.type == MMX_FIELD_TYPE_TEXT)
      field.value.text = mmx::text(storage_.emplace_back(view(field.value.text)));
    else if (field.type == MMX_FIELD_TYPE_BYTES)
      field.value.bytes = mmx::bytes(storage_.emplace_back(view(field.value.bytes)));
  }
  record_ = {record->type, record->count, fields_.data()};
}

HeldMessage::HeldMessage(const MessageSpec &spec, SharedLedger ledger)
    : mmx_message{}, spec_(spec), ledger_(std::move(ledger)) {
  ++ledger_->messages;
  struct_size = sizeof(mmx_message);
  kind = spec_.kind;
  id = spec_.id;
  cause = spec_.cause;
  labels = spec_.labels;
  grants = spec_.grants;
  withheld = spec_.withheld;
  session = spec_.session;
  order = spec_.order;
  deadline_ns = spec_.deadline_ns;
  source = spec_.source;
  origin = spec_.origin;
  flags = spec_.flags;
  epoch = spec_.epoch;
  key = mmx::bytes(spec_.key);
  payload = mmx::bytes(spec_.payload);
  record = spec_.record.get();
  if (spec_.link) {
    link_view_.struct_size = sizeof(mmx_link);
    link_view_.phase = spec_.link->phase;
    link_view_.epoch = spec_.link->epoch;
    link_view_.complete = spec_.link->complete;
    link_view_.stale = spec_.link->stale;
    link_view_.swapping = spec_.link->swapping;
    link_view_.reason = mmx::text(spec_.link->reason);
    link = &link_view_;
  }
}

HeldMessage::~HeldMessage() { --ledger_->messages; }

void HeldMessage::retain(const mmx_message *message) {
  ++static_cast<const HeldMessage *>(message)->references_;
}

void HeldMessage::release(const mmx_message *message) {
  const auto *held = static_cast<const HeldMessage *>(message);
  if (--held->references_ == 0) delete held;
}

}  // namespace mmx::testing
