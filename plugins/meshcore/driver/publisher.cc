// See publisher.h.
#include "plugins/meshcore/driver/publisher.h"

#include "plugins/meshcore/driver/records.h"

namespace meshcore_driver {

void Publisher::state_put(const meshcore::StateKey &key, std::uint64_t order,
                          std::string_view payload) {
  const std::string bytes = meshcore::encode_key(key);
  NeutralRecord record;
  describe_state(payload, record);
  mmx_publish what = mmx::make_publish(MMX_KIND_STATE);
  what.key = mmx::bytes(bytes);
  what.order = order;
  what.payload = mmx::bytes(payload);
  what.record = record.get();
  host_.publish(what);
}

void Publisher::state_removed(const meshcore::StateKey &key, std::uint64_t order) {
  const std::string bytes = meshcore::encode_key(key);
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

void Publisher::sent(std::uint64_t command, std::string_view payload, const mmx_record *record) {
  mmx_publish what = mmx::make_publish(MMX_KIND_SENT);
  what.cause = command;
  what.payload = mmx::bytes(payload);
  what.record = record;
  host_.publish(what);
}

void Publisher::reply(std::uint64_t command, std::string_view payload, const mmx_record *record,
                      Last last) {
  mmx_publish what = mmx::make_publish(MMX_KIND_REPLY);
  what.cause = command;
  if (last == Last::yes) what.flags = MMX_MESSAGE_FINAL;
  what.payload = mmx::bytes(payload);
  what.record = record;
  host_.publish(what);
}

void Publisher::identity(std::string_view public_key) {
  host_.source()->set_identity(host_.raw(), mmx::bytes(public_key));
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

}  // namespace meshcore_driver
