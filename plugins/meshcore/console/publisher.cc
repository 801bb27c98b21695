// See publisher.h.
#include "plugins/meshcore/console/publisher.h"

#include "meshmux/units.hpp"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/state.h"
#include "plugins/meshcore/codec/text.h"

namespace meshcore_console {

namespace {

// A node as this family names it.
std::string address(std::string_view public_key) {
  return meshcore::hex(public_key.substr(0, meshcore::key_prefix_size));
}

}  // namespace

void Publisher::link(std::uint32_t phase, bool complete, std::string_view reason) {
  mmx_link link{};
  link.struct_size = sizeof link;
  link.phase = phase;
  link.complete = complete ? 1 : 0;
  link.stale = complete && phase != MMX_LINK_UP ? 1 : 0;
  link.reason = mmx::text(reason);
  host_.source()->set_link(host_.raw(), &link);
}

void Publisher::identity(std::string_view public_key) {
  host_.source()->set_identity(host_.raw(), mmx::bytes(public_key));
}

void Publisher::line(const Question &question, mmx::Record &record) {
  const std::string key =
      meshcore::encode_key({meshcore::Section::console, question.number, std::string()});
  mmx_publish what = mmx::make_publish(MMX_KIND_STATE);
  what.key = mmx::bytes(key);
  what.order = meshcore::state_order(meshcore::Section::console, question.number);
  what.record = record.get();
  host_.publish(what);
}

void Publisher::frame(std::uint8_t subtype, std::string_view payload, const mmx_record *record) {
  const std::string key = meshcore::encode_key({meshcore::Section::stats, subtype, std::string()});
  mmx_publish what = mmx::make_publish(MMX_KIND_STATE);
  what.key = mmx::bytes(key);
  what.order = meshcore::state_order(meshcore::Section::stats, subtype);
  what.payload = mmx::bytes(payload);
  what.record = record;
  host_.publish(what);
}

void Publisher::value(const Question &question, std::string_view text) {
  const std::string clean = meshcore::clean_utf8(text);
  mmx::Record record(MMX_RECORD_NOTICE);
  record.add_text(MMX_FIELD_NAME, question.text).add_text(MMX_FIELD_TEXT, clean);
  line(question, record);
}

void Publisher::node(const NodeFacts &facts) {
  const Question *const question = find_question("get name");
  if (facts.public_key.empty() && facts.name.empty()) return;
  const std::string own = address(facts.public_key);
  const std::string name = meshcore::clean_utf8(facts.name);
  mmx::Record record(MMX_RECORD_NODE);
  if (!own.empty()) {
    record.add_text(MMX_FIELD_FROM, own).add_bytes(MMX_FIELD_PUBLIC_KEY, facts.public_key);
  }
  record.add_text(MMX_FIELD_LONG_NAME, name).add(MMX_FIELD_HOPS, 0);
  const std::uint8_t type = contact_type_of(facts.role);
  if (type != meshcore::contact_type::none) record.add(MMX_FIELD_ROLE, type);
  line(*question, record);
}

void Publisher::clock(const Question &question, std::string_view text, std::int64_t seconds) {
  const std::string clean = meshcore::clean_utf8(text);
  mmx::Record record(MMX_RECORD_NOTICE);
  record.add_text(MMX_FIELD_NAME, question.text)
      .add_text(MMX_FIELD_TEXT, clean)
      .add(MMX_FIELD_TIME, seconds * mmx::kSecondNs);
  line(question, record);
}

void Publisher::core(const meshcore::CoreStats &stats) {
  mmx::Record record(MMX_RECORD_TELEMETRY);
  record.add_float(MMX_FIELD_VOLTAGE_V, stats.battery_mv / 1000.0)
      .add(MMX_FIELD_UPTIME_S, stats.uptime_s);
  frame(0, meshcore::build_core_stats(stats), record.get());
}

void Publisher::radio(const meshcore::RadioStats &stats) {
  mmx::Record record(MMX_RECORD_TELEMETRY);
  record.add(MMX_FIELD_RSSI_DBM, stats.last_rssi)
      .add_float(MMX_FIELD_SNR_DB, stats.last_snr_x4 / 4.0);
  frame(1, meshcore::build_radio_stats(stats), record.get());
}

void Publisher::packets(const meshcore::PacketStats &stats) {
  frame(2, meshcore::build_packet_stats(stats), nullptr);
}

void Publisher::neighbours(const Question &question, std::string_view own_key,
                           const std::vector<NeighbourLine> &entries) {
  std::string route;
  std::string text;
  for (const NeighbourLine &each : entries) {
    const std::string prefix = meshcore::hex(each.prefix);
    if (!route.empty()) route += ' ';
    route += prefix;
    if (!text.empty()) text += '\n';
    text += prefix + ':' + std::to_string(each.heard_s_ago) + ':' + std::to_string(each.snr_x4);
  }
  const std::string own = address(own_key);
  mmx::Record record(MMX_RECORD_NEIGHBORS);
  if (!own.empty()) record.add_text(MMX_FIELD_FROM, own);
  record.add_text(MMX_FIELD_NAME, question.text)
      .add_text(MMX_FIELD_ROUTE, route)
      .add_text(MMX_FIELD_TEXT, text);
  line(question, record);
}

void Publisher::refuse(std::uint64_t command) {
  const std::string payload = meshcore::build_error(meshcore::error::unsupported);
  mmx_publish what = mmx::make_publish(MMX_KIND_REPLY);
  what.cause = command;
  what.flags = MMX_MESSAGE_FINAL;
  what.payload = mmx::bytes(payload);
  host_.publish(what);
}

}  // namespace meshcore_console
