// See publisher.h.
#include "plugins/meshtastic/driver/publisher.h"

#include "plugins/meshtastic/codec/classify.h"
#include "plugins/meshtastic/driver/records.h"

namespace meshtastic_driver {

void Publisher::state_put(meshtastic::StateKey key, std::uint64_t order, std::string_view payload) {
  const std::string bytes = meshtastic::encode_key(key);
  NeutralRecord record;
  describe_state(payload, record);
  mmx_publish what = mmx::make_publish(MMX_KIND_STATE);
  what.key = mmx::bytes(bytes);
  what.order = order;
  what.payload = mmx::bytes(payload);
  what.record = record.get();
  host_.publish(what);
}

void Publisher::state_removed(meshtastic::StateKey key, std::uint64_t order) {
  const std::string bytes = meshtastic::encode_key(key);
  mmx_publish what = mmx::make_publish(MMX_KIND_STATE);
  what.flags = MMX_MESSAGE_DELETED;
  what.key = mmx::bytes(bytes);
  what.order = order;
  host_.publish(what);
}

void Publisher::event(std::string_view payload, const mmx_record *record, Visibility visibility) {
  mmx_publish what = mmx::make_publish(MMX_KIND_RX);
  if (visibility == Visibility::quiet) what.flags = MMX_MESSAGE_QUIET;
  what.payload = mmx::bytes(payload);
  what.record = record;
  host_.publish(what);
}

void Publisher::sent(const Command &command, std::string_view payload, const mmx_record *record) {
  mmx_publish what = mmx::make_publish(MMX_KIND_SENT);
  what.cause = command.id;
  what.payload = mmx::bytes(payload);
  what.record = record;
  host_.publish(what);
}

void Publisher::receipt(const Command &command, const Receipt &receipt, Last last) {
  if (command.own()) return;
  mmx::Record record(MMX_RECORD_RECEIPT);
  record.add(MMX_FIELD_STATUS, receipt.status)
      .add(MMX_FIELD_NATIVE_STATUS, receipt.native_status)
      .add(MMX_FIELD_QUEUE_FREE, receipt.free)
      .add(MMX_FIELD_QUEUE_MAX, receipt.max);
  if (command.is_packet) {
    record.add(MMX_FIELD_NATIVE_ID, command.wire_id);
    if (command.original_id != command.wire_id) {
      record.add(MMX_FIELD_ORIGINAL_ID, command.original_id);
    }
  }
  reply(command, {}, record.get(), last);
}

void Publisher::reply(const Command &command, std::string_view payload, const mmx_record *record,
                      Last last) {
  if (command.own()) return;
  mmx_publish what = mmx::make_publish(MMX_KIND_REPLY);
  what.cause = command.id;
  if (last == Last::yes) what.flags = MMX_MESSAGE_FINAL;
  what.payload = mmx::bytes(payload);
  what.record = record;
  host_.publish(what);
}

void Publisher::identity(std::uint32_t own) {
  const std::string bytes = meshtastic::identity_from_node(own);
  host_.source()->set_identity(host_.raw(), mmx::bytes(bytes));
}

void Publisher::link(const LinkState &state) {
  mmx_link link{};
  link.struct_size = sizeof link;
  link.phase = state.phase;
  link.complete = state.complete ? 1 : 0;
  link.stale = state.stale ? 1 : 0;
  link.swapping = state.swapping ? 1 : 0;
  link.reason = mmx::text(state.reason);
  host_.source()->set_link(host_.raw(), &link);
}

}  // namespace meshtastic_driver
