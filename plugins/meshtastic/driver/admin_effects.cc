// See admin_effects.h.
#include "plugins/meshtastic/driver/admin_effects.h"

#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/tables.h"

namespace meshtastic_driver {

namespace {

using Admin = pb::AdminMessage;

// Changes after which the firmware does not restart (docs/protocol notes 2.8).
bool keeps_running(const Admin &message) {
  switch (message.payload_variant_case()) {
    case Admin::kSetChannel:
    case Admin::kSetCannedMessageModuleMessages:
    case Admin::kSetRingtoneMessage:
    case Admin::kRemoveByNodenum:
    case Admin::kSetFavoriteNode:
    case Admin::kRemoveFavoriteNode:
    case Admin::kSetIgnoredNode:
    case Admin::kRemoveIgnoredNode:
    case Admin::kToggleMutedNode:
    case Admin::kSetFixedPosition:
    case Admin::kRemoveFixedPosition:
    case Admin::kSetTimeOnly:
    case Admin::kStoreUiConfig:
    case Admin::kBeginEditSettings:
    case Admin::kAddContact:
    case Admin::kSetScale:
    case Admin::kSendInputEvent:
    case Admin::kKeyVerification:
      return true;
    default:
      return false;
  }
}

// The node list cannot be read by administration, so the firmware's effect is repeated here.
void apply_to_nodes(const Admin &message, Mirror &mirror) {
  switch (message.payload_variant_case()) {
    case Admin::kRemoveByNodenum:
      mirror.remove_node(message.remove_by_nodenum());
      break;
    case Admin::kNodedbReset:
      mirror.remove_other_nodes(message.nodedb_reset() != 0 ? Favorites::keep : Favorites::drop);
      break;
    case Admin::kFactoryResetDevice:
    case Admin::kFactoryResetConfig:
      mirror.remove_other_nodes(Favorites::drop);
      break;
    case Admin::kSetFavoriteNode:
      mirror.edit_node(message.set_favorite_node(),
                       [](pb::NodeInfo &node) { node.set_is_favorite(true); });
      break;
    case Admin::kRemoveFavoriteNode:
      mirror.edit_node(message.remove_favorite_node(),
                       [](pb::NodeInfo &node) { node.set_is_favorite(false); });
      break;
    case Admin::kSetIgnoredNode:
      mirror.edit_node(message.set_ignored_node(),
                       [](pb::NodeInfo &node) { node.set_is_ignored(true); });
      break;
    case Admin::kRemoveIgnoredNode:
      mirror.edit_node(message.remove_ignored_node(),
                       [](pb::NodeInfo &node) { node.set_is_ignored(false); });
      break;
    case Admin::kToggleMutedNode:
      mirror.edit_node(message.toggle_muted_node(),
                       [](pb::NodeInfo &node) { node.set_is_muted(!node.is_muted()); });
      break;
    case Admin::kAddContact:
      mirror.edit_node(message.add_contact().node_num(), [&](pb::NodeInfo &node) {
        *node.mutable_user() = message.add_contact().user();
      });
      mirror.radio_holds(message.add_contact().node_num());
      break;
    case Admin::kSetFixedPosition:
      mirror.edit_node(mirror.own(), [&](pb::NodeInfo &node) {
        *node.mutable_position() = message.set_fixed_position();
      });
      break;
    default:
      break;
  }
}

}  // namespace

bool is_read(const Admin &message) {
  const auto kind = meshtastic::admin_info(meshtastic::admin_member(message)).kind;
  return kind == meshtastic::AdminKind::request || kind == meshtastic::AdminKind::response;
}

AdminEffects apply_admin(const Admin &message, Mirror &mirror) {
  AdminEffects effects;
  if (is_read(message)) return effects;
  effects.changes = !message.has_set_time_only() && !message.has_begin_edit_settings();
  effects.may_restart = !keeps_running(message);
  apply_to_nodes(message, mirror);
  if (const auto key = meshtastic::record_written(message)) effects.read_again.push_back(*key);
  // These settle more than the record they are named for.
  if (message.has_set_fixed_position()) {
    effects.read_again = {{meshtastic::Section::config, pb::Config::kPosition}};
  }
  return effects;
}

}  // namespace meshtastic_driver
