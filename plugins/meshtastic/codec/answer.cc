// See answer.h.
#include "plugins/meshtastic/codec/answer.h"

#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"

namespace meshtastic {

namespace {

using Admin = pb::AdminMessage;

// Types in requests count from 0, tags in Config and ModuleConfig from 1.
constexpr uint32_t tag_of_type(uint32_t type) { return type + 1; }

// The record of a settings section by its tag; the screen's settings have a frame of their own, the
// section of that name is only an empty place in the dump.
std::optional<StateKey> config_record(uint32_t tag) {
  if (tag == 0 || tag >= empty_slot) return std::nullopt;
  if (tag == pb::Config::kDeviceUi) return StateKey{Section::device_ui, 0};
  return StateKey{Section::config, tag};
}

// An AdminMessage with one bytes-typed member.
std::string member(uint32_t tag, std::string_view body) {
  std::string payload;
  wire::append_bytes(payload, tag, body);
  return payload;
}

std::string_view body_at(std::string_view record, std::initializer_list<uint32_t> path) {
  const auto field = wire::at(record, path);
  return field && field->type == wire::Type::bytes ? field->body : std::string_view();
}

// The body for the answer's member as the record's own bytes hold it.
std::string_view section_body(Section section, std::string_view record) {
  switch (section) {
    case Section::channel:
      return body_at(record, {from_radio::channel});
    case Section::config:
      return body_at(record, {from_radio::config});
    case Section::module_config:
      return body_at(record, {from_radio::module_config});
    case Section::own_node:
      return body_at(record, {from_radio::node_info, pb::NodeInfo::kUserFieldNumber});
    case Section::metadata:
      return body_at(record, {from_radio::metadata});
    case Section::device_ui:
      return body_at(record, {from_radio::device_ui});
    case Section::answer:
      return body_at(record, {from_radio::packet, pb::MeshPacket::kDecodedFieldNumber,
                              pb::Data::kPayloadFieldNumber});
    default:
      return {};
  }
}

// An empty section is a member of its own in Config; without it an app cannot tell what is empty.
std::string empty_section(uint32_t tag) {
  std::string body;
  wire::append_bytes(body, tag, {});
  return body;
}

SectionRecord record_of(StateKey key, uint32_t frame_tag, const google::protobuf::MessageLite &m) {
  SectionRecord record{key, {}};
  wire::append_bytes(record.payload, frame_tag, m.SerializeAsString());
  return record;
}

}  // namespace

std::optional<StateKey> record_read(const pb::AdminMessage &message) {
  switch (message.payload_variant_case()) {
    case Admin::kGetChannelRequest: {
      const uint32_t number = message.get_channel_request();
      if (number == 0 || number > max_channels) return std::nullopt;
      return StateKey{Section::channel, number - 1};
    }
    case Admin::kGetOwnerRequest:
      return StateKey{Section::own_node, 0};
    case Admin::kGetConfigRequest:
      return config_record(tag_of_type(message.get_config_request()));
    case Admin::kGetModuleConfigRequest: {
      const uint32_t tag = tag_of_type(message.get_module_config_request());
      if (tag == 0 || tag >= empty_slot) return std::nullopt;
      return StateKey{Section::module_config, tag};
    }
    case Admin::kGetDeviceMetadataRequest:
      return StateKey{Section::metadata, 0};
    case Admin::kGetUiConfigRequest:
      return StateKey{Section::device_ui, 0};
    default:
      break;
  }
  const AdminInfo info = admin_info(admin_member(message));
  if (info.kind != AdminKind::request) return std::nullopt;
  return StateKey{Section::answer, info.response};
}

std::optional<StateKey> record_written(const pb::AdminMessage &message) {
  switch (message.payload_variant_case()) {
    case Admin::kSetOwner:
    case Admin::kSetFixedPosition:
      return StateKey{Section::own_node, 0};
    case Admin::kRemoveFixedPosition:
      return StateKey{Section::config, pb::Config::kPosition};
    case Admin::kSetChannel: {
      const int32_t index = message.set_channel().index();
      if (index < 0 || index >= static_cast<int32_t>(max_channels)) return std::nullopt;
      return StateKey{Section::channel, static_cast<uint32_t>(index)};
    }
    case Admin::kSetConfig:
      return config_record(static_cast<uint32_t>(message.set_config().payload_variant_case()));
    case Admin::kSetModuleConfig: {
      const auto tag = static_cast<uint32_t>(message.set_module_config().payload_variant_case());
      if (tag == 0) return std::nullopt;
      return StateKey{Section::module_config, tag};
    }
    case Admin::kStoreUiConfig:
      return StateKey{Section::device_ui, 0};
    case Admin::kSetCannedMessageModuleMessages:
      return StateKey{Section::answer, Admin::kGetCannedMessageModuleMessagesResponse};
    case Admin::kSetRingtoneMessage:
      return StateKey{Section::answer, Admin::kGetRingtoneResponse};
    default:
      return std::nullopt;
  }
}

std::optional<pb::AdminMessage> request_for(StateKey key) {
  pb::AdminMessage message;
  switch (key.section) {
    case Section::channel:
      if (key.sub >= max_channels) return std::nullopt;
      message.set_get_channel_request(key.sub + 1);
      return message;
    case Section::config:
    case Section::module_config:
      if (key.sub == 0 || key.sub >= empty_slot) return std::nullopt;
      if (key.section == Section::config) {
        message.set_get_config_request(key.sub - 1);
      } else {
        message.set_get_module_config_request(key.sub - 1);
      }
      return message;
    case Section::own_node:
      message.set_get_owner_request(true);
      return message;
    case Section::metadata:
      message.set_get_device_metadata_request(true);
      return message;
    case Section::device_ui:
      message.set_get_ui_config_request(true);
      return message;
    case Section::answer:
      break;
    default:
      return std::nullopt;
  }
  switch (key.sub) {
    case Admin::kGetOwnerResponse:
      message.set_get_owner_request(true);
      return message;
    case Admin::kGetCannedMessageModuleMessagesResponse:
      message.set_get_canned_message_module_messages_request(true);
      return message;
    case Admin::kGetDeviceMetadataResponse:
      message.set_get_device_metadata_request(true);
      return message;
    case Admin::kGetRingtoneResponse:
      message.set_get_ringtone_request(true);
      return message;
    case Admin::kGetDeviceConnectionStatusResponse:
      message.set_get_device_connection_status_request(true);
      return message;
    case Admin::kGetNodeRemoteHardwarePinsResponse:
      message.set_get_node_remote_hardware_pins_request(true);
      return message;
    default:
      return std::nullopt;
  }
}

std::optional<SectionRecord> record_from_answer(const pb::AdminMessage &message) {
  switch (message.payload_variant_case()) {
    case Admin::kGetChannelResponse: {
      const pb::Channel &channel = message.get_channel_response();
      if (channel.index() < 0 || channel.index() >= static_cast<int32_t>(max_channels)) {
        return std::nullopt;
      }
      return record_of({Section::channel, static_cast<uint32_t>(channel.index())},
                       from_radio::channel, channel);
    }
    case Admin::kGetConfigResponse: {
      const pb::Config &config = message.get_config_response();
      if (config.payload_variant_case() == pb::Config::PAYLOAD_VARIANT_NOT_SET) {
        return std::nullopt;
      }
      return record_of({Section::config, static_cast<uint32_t>(config.payload_variant_case())},
                       from_radio::config, config);
    }
    case Admin::kGetModuleConfigResponse: {
      const pb::ModuleConfig &module = message.get_module_config_response();
      const auto tag = static_cast<uint32_t>(module.payload_variant_case());
      if (tag == 0) return std::nullopt;
      return record_of({Section::module_config, tag}, from_radio::module_config, module);
    }
    case Admin::kGetDeviceMetadataResponse:
      return record_of({Section::metadata, 0}, from_radio::metadata,
                       message.get_device_metadata_response());
    case Admin::kGetUiConfigResponse:
      return record_of({Section::device_ui, 0}, from_radio::device_ui,
                       message.get_ui_config_response());
    default:
      return std::nullopt;
  }
}

std::optional<std::string> answer_from_record(const pb::AdminMessage &message,
                                              std::optional<std::string_view> record) {
  const AdminInfo info = admin_info(admin_member(message));
  if (info.kind != AdminKind::request) return std::nullopt;
  const auto key = record_read(message);
  const Section section = key && record ? key->section : Section::invalid;
  const std::string_view body = record ? section_body(section, *record) : std::string_view();
  if (message.has_get_config_request()) {
    const uint32_t tag = tag_of_type(message.get_config_request());
    if (section == Section::config && !body.empty()) return member(info.response, body);
    if (tag == 0 || tag >= empty_slot) return member(info.response, {});
    std::string wrapped = empty_section(tag);
    if (section == Section::device_ui) {
      wrapped.clear();
      wire::append_bytes(wrapped, tag, body);
    }
    return member(info.response, wrapped);
  }
  if (section == Section::answer) {
    const auto field = wire::last(body, info.response);
    return member(info.response, field ? field->body : std::string_view());
  }
  return member(info.response, body);
}

std::optional<pb::AdminMessage> admin_in(const pb::MeshPacket &packet) {
  if (!packet.has_decoded() || packet.decoded().portnum() != port::admin) return std::nullopt;
  pb::AdminMessage message;
  if (!message.ParseFromString(packet.decoded().payload())) return std::nullopt;
  return message;
}

uint32_t telemetry_variant(const pb::Data &data) {
  pb::Telemetry telemetry;
  if (data.portnum() == port::telemetry && telemetry.ParseFromString(data.payload()) &&
      telemetry.variant_case() != pb::Telemetry::VARIANT_NOT_SET) {
    return static_cast<uint32_t>(telemetry.variant_case());
  }
  return pb::Telemetry::kDeviceMetrics;
}

}  // namespace meshtastic
