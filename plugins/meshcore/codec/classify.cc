// See classify.h. A command is first brought into the one form the firmware reads, then labelled by
// that form, so that what was judged is what goes on.
#include "plugins/meshcore/codec/classify.h"

#include <optional>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/redact.h"
#include "plugins/meshcore/codec/text.h"

namespace meshcore {
namespace {

using namespace bytes;
namespace c = command;
namespace r = response;

constexpr size_t contact_sizes[] = {136, 144, 148};  // without position, without lastmod, whole
constexpr size_t scope_name_size = 31;
constexpr size_t scope_key_size = 16;

std::string head(std::string_view p, size_t size) { return std::string(p.substr(0, size)); }

// p up to the first NUL at or behind from.
std::string text_behind(std::string_view p, size_t from) {
  return head(p, from + cut_nul(p.substr(from)).size());
}

// Zeros behind the NUL of a name field; one that fills the field loses its last byte, because the
// firmware reads on to a NUL.
void zero_behind_nul(std::string &p, size_t at, size_t size) {
  const size_t used = cut_nul(std::string_view(p).substr(at, size - 1)).size();
  p.replace(at + used, size - used, size - used, '\0');
}

std::string contact(std::string_view p) {
  size_t size = contact_sizes[0];
  for (const size_t known : contact_sizes) {
    if (p.size() >= known) size = known;
  }
  std::string out = head(p, size);
  out.resize(size, '\0');
  zero_behind_nul(out, 100, name_size);
  return out;
}

// Nothing if the firmware would refuse the form, or would read what is not there.
std::optional<std::string> canonical(std::string_view p, const CommandInfo &info) {
  switch (info.code) {
    case c::app_start:
      return text_behind(p, 8);
    case c::send_text:
      // The firmware refuses other types; so they can hide nothing here.
      if (u8(p, 1) != text_type::plain && u8(p, 1) != text_type::cli) return std::nullopt;
      return text_behind(p, 13);
    case c::send_channel_text:
      if (u8(p, 1) != text_type::plain) return std::nullopt;
      return text_behind(p, 7);
    case c::get_contacts:
      return head(p, p.size() >= 5 ? 5 : 1);
    case c::send_advert:
      return head(p, p.size() > 1 && u8(p, 1) == 1 ? 2 : 1);
    case c::set_name:
      return std::string(fit_utf8(text_behind(p, 1), name_size));
    case c::set_contact:
      return contact(p);
    case c::set_radio:
      return head(p, 12);
    case c::export_contact:
      return head(p, p.size() >= 1 + key_size ? 1 + key_size : 1);
    case c::reboot:
      if (p.substr(1, 6) != "reboot") return std::nullopt;
      return head(p, 7);
    case c::factory_reset:
      if (p.substr(1, 5) != "reset") return std::nullopt;
      return head(p, 6);
    case c::send_raw:
      if (i8(p, 1) < 0 || p.size() < 2U + u8(p, 1) + 4U) return std::nullopt;
      return std::string(p);
    case c::send_login:
      return head(text_behind(p, 1 + key_size), 1 + key_size + max_password);
    case c::set_channel: {
      if (p.size() != info.min_size) return std::nullopt;
      std::string out(p);
      zero_behind_nul(out, 2, name_size);
      return out;
    }
    case c::set_other:
      return head(p, 5);
    case c::send_telemetry: {
      if (p.size() != 4 && p.size() < 4 + key_size) return std::nullopt;
      std::string out = head(p, 4 + key_size);
      out.replace(1, 3, 3, '\0');
      return out;
    }
    case c::set_custom_var:
      return text_behind(p, 1);
    case c::get_advert_path: {
      std::string out = head(p, info.min_size);
      out[1] = '\0';
      return out;
    }
    case c::send_path_discovery:
    case c::set_path_hash_mode:
      if (u8(p, 1) != 0) return std::nullopt;
      return head(p, info.min_size);
    case c::set_flood_scope:
      if (u8(p, 1) > 1) return std::nullopt;
      // Less than a key clears the scope, as no key does.
      return head(p, u8(p, 1) == 0 && p.size() >= 2 + scope_key_size ? 2 + scope_key_size : 2);
    case c::send_control:
      if (u8(p, 1) < 0x80) return std::nullopt;
      return std::string(p);
    case c::set_auto_add:
      return head(p, 3);
    case c::send_channel_data:
      if (!parse_channel_data_command(p)) return std::nullopt;
      return std::string(p);
    case c::set_default_scope: {
      if (p.size() < 1 + scope_name_size + scope_key_size) return head(p, 1);
      std::string out = head(p, 1 + scope_name_size + scope_key_size);
      zero_behind_nul(out, 1, scope_name_size);
      return out;
    }
    case c::import_contact:
    case c::sign_data:
    case c::send_trace:
    case c::send_binary:
    case c::send_anonymous:
    case c::send_packet:
      return std::string(p);
    default:
      return head(p, info.min_size);
  }
}

label::Labels command_labels(std::string_view p) {
  using namespace label;
  switch (u8(p, 0)) {
    case c::app_start:
    case c::sync_next:
    case c::device_query:
      return control;
    case c::send_text:
      return u8(p, 1) == text_type::cli ? remote_exec | admin_remote : label::text;
    case c::send_channel_text:
      return label::text;
    case c::get_contacts:
    case c::get_time:
    case c::get_contact:
    case c::get_channel:
    case c::get_custom_vars:
    case c::get_tuning:
    case c::get_auto_add:
    case c::get_repeat_freq:
    case c::get_default_scope:
      return self_query;
    case c::set_time:
      return admin_time;
    case c::send_advert:
    case c::share_contact:
      return advert;
    case c::set_name:
    case c::set_radio:
    case c::set_tx_power:
    case c::set_location:
    case c::set_tuning:
    case c::set_pin:
    case c::set_other:
    case c::set_custom_var:
    case c::set_auto_add:
    case c::set_path_hash_mode:
    case c::set_default_scope:
      return admin_write;
    case c::set_contact:
    case c::remove_contact:
    case c::import_contact:
      return contacts;
    case c::reset_path:
    case c::send_trace:
    case c::send_path_discovery:
      return traceroute;
    case c::export_contact:
    case c::get_advert_path:
      return contacts_read;
    case c::reboot:
    case c::factory_reset:
    case c::import_key:
      return admin_destroy;
    case c::get_battery:
    case c::get_stats:
    case c::send_status:
    case c::send_telemetry:
    case c::send_binary:
    case c::send_anonymous:
      return telemetry;
    case c::export_key:
      return key_export;
    case c::send_raw:
    case c::send_control:
    case c::send_packet:
      return raw;
    case c::send_login:
    case c::has_connection:
    case c::logout:
      return login;
    case c::set_channel:
      return admin_write | config;
    case c::sign_start:
    case c::sign_data:
    case c::sign_finish:
      return sign;
    case c::set_flood_scope:
    case c::send_channel_data:
      return app_data;
    default:
      return unknown;
  }
}

label::Labels frame_labels(uint8_t code) {
  using namespace label;
  switch (code) {
    case r::ok:
    case r::error:
    case r::contacts_start:
    case r::contacts_end:
    case r::sent:
    case r::no_more_messages:
    case r::disabled:
    case push::message_waiting:
      return control;
    case r::contact:
    case r::exported_contact:
    case r::advert_path:
    case push::advert:
    case push::path_updated:
    case push::new_advert:
    case push::contact_deleted:
      return node;
    case push::contacts_full:
      return notice;
    case r::self_info:
    case r::time:
    case r::device_info:
    case r::channel_info:
    case r::custom_vars:
    case r::tuning:
    case r::auto_add:
    case r::repeat_freq:
    case r::default_scope:
      return config;
    case r::contact_message:
    case r::channel_message:
    case r::contact_message_v3:
    case r::channel_message_v3:
      return label::text;
    case r::channel_data:
      return app_data;
    case r::battery:
    case r::stats:
    case push::status_response:
    case push::telemetry_response:
    case push::binary_response:
      return telemetry;
    case r::private_key:
      return key_export;
    case r::sign_start:
    case r::signature:
      return sign;
    case push::send_confirmed:
      return routing;
    case push::raw_data:
    case push::log_rx_data:
    case push::control_data:
      return raw;
    case push::login_success:
    case push::login_fail:
      return login;
    case push::trace_data:
    case push::path_discovery:
      return traceroute;
    default:
      return unknown;
  }
}

}  // namespace

ClassifiedCommand classify_command(std::string_view payload) {
  const CommandInfo *info = command_of(payload);
  if (info == nullptr || payload.size() < info->min_size || payload.size() > max_frame) return {};
  auto form = canonical(payload, *info);
  // A text may be empty once it is cut.
  if (!form || form->size() < info->min_size) return {};
  const label::Labels labels = command_labels(*form) | secrets_in_command(*form);
  return {true, labels, *std::move(form)};
}

label::Labels classify_frame(std::string_view payload) {
  const FrameInfo *info = frame_of(payload);
  if (info == nullptr || payload.size() < info->min_size || payload.size() > max_frame) {
    return label::unknown;
  }
  return frame_labels(info->code) | secrets_in_frame(payload);
}

label::Labels classify_sent(std::string_view payload) {
  if (is(payload, command::send_text, 14)) {
    const ClassifiedCommand sent = classify_command(payload);
    return sent.ok ? sent.labels : label::unknown;
  }
  return classify_frame(payload);
}

}  // namespace meshcore
