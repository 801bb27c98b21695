// What devices send: every parser bears every frame, what was parsed builds a frame that parses to
// the same, secrets go for good, and packets of the raw feed stay inside their bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "plugins/meshcore/codec/classify.h"
#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/events.h"
#include "plugins/meshcore/codec/lpp.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/packet.h"
#include "plugins/meshcore/codec/redact.h"
#include "plugins/meshcore/codec/settings.h"
#include "plugins/meshcore/codec/state.h"
#include "plugins/meshcore/codec/stats.h"
#include "plugins/meshcore/codec/text.h"

using namespace meshcore;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

// Building what was parsed, and once more, must give the same bytes.
template <class Parse, class Build>
void settles(std::string_view frame, Parse parse, Build build) {
  const auto found = parse(frame);
  if (!found) return;
  const std::string once = build(*found);
  const auto again = parse(once);
  must(again.has_value());
  must(build(*again) == once);
}

void state_frames(std::string_view frame) {
  const uint8_t code = static_cast<uint8_t>(frame[0]);
  settles(frame, parse_contact, [code](const Contact &c) { return build_contact(c, code); });
  settles(frame, parse_self_info, build_self_info);
  settles(frame, parse_device_info, build_device_info);
  settles(frame, parse_channel_info, build_channel_info);
  settles(frame, parse_battery, build_battery);
  settles(frame, parse_tuning, build_tuning);
  settles(frame, parse_auto_add, build_auto_add);
  settles(frame, parse_core_stats, build_core_stats);
  settles(frame, parse_radio_stats, build_radio_stats);
  settles(frame, parse_packet_stats, build_packet_stats);
  settles(frame, parse_default_scope, [](const DefaultScope &s) { return build_default_scope(s); });
  must(build_custom_vars(parse_custom_vars(frame)).size() <= max_frame);
  must(build_repeat_freq(parse_repeat_freq(frame)).size() <= max_frame);
  if (const auto key = key_of(frame)) must(decode_key(encode_key(*key)) == key);
  if (const auto contact = parse_contact(frame)) {
    must(clean_utf8(contact->name) == contact->name);
    must(contact->path().size() <= max_path);
  }
}

void answers_and_pushes(std::string_view frame) {
  const uint8_t code = static_cast<uint8_t>(frame[0]);
  settles(frame, parse_sent, build_sent);
  settles(frame, parse_error, build_error);
  settles(frame, parse_time, build_time);
  settles(frame, parse_contacts_start, build_contacts_start);
  settles(frame, parse_contacts_end, build_contacts_end);
  settles(frame, parse_send_confirmed, build_send_confirmed);
  settles(frame, parse_login_success, build_login_success);
  settles(frame, parse_trace, build_trace);
  settles(frame, parse_path_discovery, build_path_discovery);
  settles(frame, parse_advert_path, build_advert_path);
  settles(frame, parse_radio_data,
          [code](const RadioData &data) { return build_radio_data(code, data); });
  push_key_prefix(frame);
  push_public_key(frame);
  if (const auto tag = frame_tag(frame)) must(with_tag(with_tag(frame, ~*tag), *tag) == frame);
  if (const auto data = push_data(frame)) {
    parse_lpp(*data);
    parse_acl(*data);
    for (const size_t size : {size_t{4}, size_t{6}, key_size}) parse_neighbours(*data, size);
    for (uint8_t type = 0; type <= contact_type::sensor; ++type) {
      const auto stats = parse_server_stats(*data, type);
      if (stats) must(build_server_stats(*stats, type).size() == 60);
    }
  }
}

void messages(std::string_view frame) {
  const auto message = parse_message(frame);
  if (!message) return;
  for (const uint8_t version : {0, 2, 3, 13}) {
    const std::string shown = render_message(*message, version);
    must(!shown.empty() && shown.size() <= max_frame);
    const auto again = parse_message(shown);
    must(again && again->kind == message->kind && again->timestamp == message->timestamp);
    must(render_message(*again, version) == shown);
    must((again->text == message->text) || again->text.size() < message->text.size());
  }
}

void packets(std::string_view frame) {
  const auto logged = parse_log_rx(frame);
  if (!logged) return;
  const auto packet = parse_packet(logged->packet);
  if (!packet) return;
  must(build_packet(*packet) == logged->packet);
  must(packet_hash(*packet).size() == 8);
  must(!packet_type_name(packet->type).empty());
  packet_ack(*packet);
  const auto advert = parse_advert(packet->payload);
  if (!advert) return;
  must(clean_utf8(advert->name) == advert->name);
  must(parse_advert(build_advert(*advert)).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view frame(reinterpret_cast<const char *>(data), size);
  const label::Labels labels = classify_frame(frame);
  must(labels != 0 && (labels & ~label::all) == 0);
  must(describe_frame(frame).size() < 150);
  std::string out;
  const Redaction redaction = redact_frame(frame, label::secrets, out);
  if (redaction == Redaction::changed) {
    must(out.size() <= frame.size());
    must(secrets_in_frame(out) == 0);
    must(redact_frame(out, label::secrets, out) == Redaction::unchanged);
    must(classify_frame(out) == (labels == label::unknown ? labels : labels & ~label::secrets));
  }
  if (frame.empty()) return 0;
  must(redaction == Redaction::invalid || frame_of(frame) != nullptr);
  state_frames(frame);
  answers_and_pushes(frame);
  messages(frame);
  packets(frame);
  return 0;
}
