// See records.h. Here what is retained, what is received and what was sent; records_air.cc has what
// came back over the air to requests.
#include "plugins/meshcore/driver/records.h"

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/packet.h"
#include "plugins/meshcore/codec/stats.h"
#include "plugins/meshcore/codec/text.h"
#include "plugins/meshcore/driver/records_parts.h"
#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

namespace {

namespace bytes = meshcore::bytes;
namespace push = meshcore::push;
namespace response = meshcore::response;

std::int64_t nanoseconds(std::uint32_t seconds) { return std::int64_t{seconds} * kSecondNs; }

void add_place(std::int32_t latitude_e6, std::int32_t longitude_e6, NeutralRecord &out) {
  if (latitude_e6 == 0 && longitude_e6 == 0) return;
  out.fields()
      .add_float(MMX_FIELD_LATITUDE, latitude_e6 * 1e-6)
      .add_float(MMX_FIELD_LONGITUDE, longitude_e6 * 1e-6);
}

void describe_contact(const meshcore::Contact &contact, NeutralRecord &out) {
  out.begin(MMX_RECORD_NODE);
  out.text(MMX_FIELD_FROM, address(contact.public_key));
  out.text(MMX_FIELD_LONG_NAME, contact.name);
  out.bytes(MMX_FIELD_PUBLIC_KEY, contact.public_key);
  mmx::Record &fields = out.fields();
  fields.add(MMX_FIELD_ROLE, contact.type).add(MMX_FIELD_FAVORITE, contact.favourite() ? 1 : 0);
  if (contact.last_advert != 0) fields.add(MMX_FIELD_LAST_HEARD, nanoseconds(contact.last_advert));
  if (contact.out_path_len != meshcore::path_unknown) fields.add(MMX_FIELD_HOPS, contact.hops());
  add_place(contact.latitude_e6, contact.longitude_e6, out);
}

void describe_self(const meshcore::SelfInfo &self, NeutralRecord &out) {
  out.begin(MMX_RECORD_NODE);
  out.text(MMX_FIELD_FROM, address(self.public_key));
  out.text(MMX_FIELD_LONG_NAME, self.name);
  out.bytes(MMX_FIELD_PUBLIC_KEY, self.public_key);
  out.fields().add(MMX_FIELD_ROLE, self.type).add(MMX_FIELD_HOPS, 0);
  add_place(self.latitude_e6, self.longitude_e6, out);
}

void describe_stats(std::string_view frame, NeutralRecord &out) {
  if (const auto core = meshcore::parse_core_stats(frame)) {
    out.begin(MMX_RECORD_TELEMETRY);
    out.fields()
        .add_float(MMX_FIELD_VOLTAGE_V, core->battery_mv / 1000.0)
        .add(MMX_FIELD_UPTIME_S, core->uptime_s);
  } else if (const auto radio = meshcore::parse_radio_stats(frame)) {
    out.begin(MMX_RECORD_TELEMETRY);
    out.fields()
        .add(MMX_FIELD_RSSI_DBM, radio->last_rssi)
        .add_float(MMX_FIELD_SNR_DB, radio->last_snr_x4 / 4.0);
  }
}

// "name: text" is all that says who spoke in a channel; nobody vouches for it.
void add_channel_text(std::string_view text, NeutralRecord &out) {
  const std::size_t colon = text.find(": ");
  if (colon != std::string_view::npos && colon > 0 && colon < meshcore::name_size) {
    out.text(MMX_FIELD_LONG_NAME, text.substr(0, colon));
    text.remove_prefix(colon + 2);
  }
  out.text(MMX_FIELD_TEXT, text);
}

void describe_message(const meshcore::ReceivedMessage &message, std::string_view own_key,
                      NeutralRecord &out) {
  using Kind = meshcore::ReceivedMessage::Kind;
  out.begin(message.kind == Kind::data ? MMX_RECORD_PACKET : MMX_RECORD_TEXT);
  mmx::Record &fields = out.fields();
  if (message.kind == Kind::direct) {
    // In a room the author is known by four bytes; the room itself is the place it was said in.
    const bool post = message.text_type == meshcore::text_type::signed_plain;
    out.text(MMX_FIELD_FROM, meshcore::hex(post ? message.author : message.key_prefix));
    out.text(MMX_FIELD_TO, post ? meshcore::hex(message.key_prefix) : address(own_key));
    out.text(MMX_FIELD_TEXT, meshcore::cut_nul(message.text));
    fields.add(MMX_FIELD_PORT, message.text_type);
  } else {
    out.text(MMX_FIELD_TO, "broadcast");
    fields.add(MMX_FIELD_CHANNEL, message.channel);
    if (message.kind == Kind::channel) {
      add_channel_text(meshcore::cut_nul(message.text), out);
    } else {
      fields.add(MMX_FIELD_PORT, message.data_type);
    }
  }
  if (message.timestamp != 0) fields.add(MMX_FIELD_TIME, nanoseconds(message.timestamp));
  if (message.snr_x4 != 0) fields.add_float(MMX_FIELD_SNR_DB, message.snr_x4 / 4.0);
  if (message.path_len != meshcore::path_unknown) {
    fields.add(MMX_FIELD_HOPS, message.path_len & 63U);
  }
}

void describe_raw(std::string_view frame, std::size_t header, NeutralRecord &out) {
  out.begin(MMX_RECORD_PACKET);
  out.fields()
      .add_float(MMX_FIELD_SNR_DB, bytes::i8(frame, 1) / 4.0)
      .add(MMX_FIELD_RSSI_DBM, bytes::i8(frame, 2));
  if (bytes::u8(frame, 0) != push::log_rx_data) return;
  const auto packet = meshcore::parse_packet(frame.substr(header));
  if (!packet) return;
  out.fields().add(MMX_FIELD_PORT, packet->type);
  if (packet->route <= 1) out.fields().add(MMX_FIELD_HOPS, packet->hops);
}

}  // namespace

std::string address(std::string_view public_key) {
  return meshcore::hex(public_key.substr(0, meshcore::key_prefix_size));
}

void NeutralRecord::text(std::uint16_t key, std::string_view value) {
  record_.add_text(key, texts_.emplace_back(meshcore::clean_utf8(value)));
}

void NeutralRecord::bytes(std::uint16_t key, std::string_view value) {
  record_.add_bytes(key, texts_.emplace_back(value));
}

void describe_state(std::string_view frame, NeutralRecord &out) {
  if (frame.empty()) return;
  switch (bytes::u8(frame, 0)) {
    case response::contact:
      if (const auto contact = meshcore::parse_contact(frame)) describe_contact(*contact, out);
      return;
    case response::self_info:
      if (const auto self = meshcore::parse_self_info(frame)) describe_self(*self, out);
      return;
    case response::channel_info:
      if (const auto channel = meshcore::parse_channel_info(frame)) {
        if (channel->empty()) return;
        out.begin(MMX_RECORD_CHANNEL);
        out.fields().add(MMX_FIELD_INDEX, channel->index);
        out.text(MMX_FIELD_NAME, channel->name);
      }
      return;
    case response::battery:
      if (const auto battery = meshcore::parse_battery(frame)) {
        out.begin(MMX_RECORD_TELEMETRY);
        out.fields().add_float(MMX_FIELD_VOLTAGE_V, battery->millivolts / 1000.0);
      }
      return;
    case response::stats:
      describe_stats(frame, out);
      return;
    case push::telemetry_response:
      describe_telemetry(frame, out);
      return;
    default:
      return;
  }
}

void describe_event(std::string_view frame, std::string_view own_key, NeutralRecord &out) {
  if (frame.empty()) return;
  switch (bytes::u8(frame, 0)) {
    case push::new_advert:
      if (const auto contact = meshcore::parse_contact(frame)) describe_contact(*contact, out);
      return;
    case push::advert:
    case push::path_updated:
      if (const auto key = meshcore::push_public_key(frame)) {
        out.begin(MMX_RECORD_NODE);
        out.text(MMX_FIELD_FROM, address(*key));
        out.bytes(MMX_FIELD_PUBLIC_KEY, *key);
      }
      return;
    case push::trace_data:
      describe_trace(frame, out);
      return;
    case push::path_discovery:
      describe_discovery(frame, out);
      return;
    case push::telemetry_response:
      describe_telemetry(frame, out);
      return;
    case push::log_rx_data:
    case push::control_data:
      if (frame.size() > 3) describe_raw(frame, 3, out);
      return;
    case push::raw_data:
      if (frame.size() > 4) describe_raw(frame, 4, out);
      return;
    default:
      if (const auto message = meshcore::parse_message(frame)) {
        describe_message(*message, own_key, out);
      }
      return;
  }
}

void describe_sent_text(const meshcore::TextCommand &text, std::string_view own_key,
                        std::string_view key, std::uint32_t ack, NeutralRecord &out) {
  out.begin(MMX_RECORD_TEXT);
  out.text(MMX_FIELD_FROM, address(own_key));
  out.text(MMX_FIELD_TO, address(key));
  out.text(MMX_FIELD_TEXT, text.text);
  out.fields().add(MMX_FIELD_TIME, nanoseconds(text.timestamp)).add(MMX_FIELD_PORT, text.text_type);
  if (ack != 0) out.fields().add(MMX_FIELD_NATIVE_ID, ack).add(MMX_FIELD_WANT_ACK, 1);
}

void describe_sent_channel_text(std::uint8_t channel, std::uint32_t timestamp,
                                std::string_view text, std::string_view own_key,
                                NeutralRecord &out) {
  out.begin(MMX_RECORD_TEXT);
  out.text(MMX_FIELD_FROM, address(own_key));
  out.text(MMX_FIELD_TO, "broadcast");
  out.text(MMX_FIELD_TEXT, text);
  out.fields().add(MMX_FIELD_CHANNEL, channel).add(MMX_FIELD_TIME, nanoseconds(timestamp));
}

void describe_fate(std::uint32_t ack, std::int64_t status, std::string_view reason,
                   NeutralRecord &out) {
  out.begin(MMX_RECORD_ACK);
  out.fields().add(MMX_FIELD_NATIVE_ID, ack).add(MMX_FIELD_STATUS, status);
  if (!reason.empty()) out.text(MMX_FIELD_REASON, reason);
}

}  // namespace meshcore_driver
