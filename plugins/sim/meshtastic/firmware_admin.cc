// Administration of the simulated radio: reads, writes, edit transactions, and the reboots they
// cause.
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/sim/meshtastic/firmware.h"

namespace sim {
namespace {

namespace pb = meshtastic::pb;
using Admin = pb::AdminMessage;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t reboot_delay = 7 * second;  // after a setting that needs one

}  // namespace

void Firmware::reboot_after(std::int64_t delay_ns) {
  // A further setting restarts the countdown.
  output_.later(delay_ns, [this, mine = ++generation_] {
    if (mine == generation_) restart();
  });
}

bool Firmware::admin_nodes(const Admin &request) {
  Node *node = nullptr;
  switch (request.payload_variant_case()) {
    case Admin::kSetFavoriteNode:
      if ((node = world_.find(request.set_favorite_node())) != nullptr) node->favorite = true;
      return true;
    case Admin::kRemoveFavoriteNode:
      if ((node = world_.find(request.remove_favorite_node())) != nullptr) node->favorite = false;
      return true;
    case Admin::kSetIgnoredNode:
      if ((node = world_.find(request.set_ignored_node())) != nullptr) node->ignored = true;
      return true;
    case Admin::kRemoveIgnoredNode:
      if ((node = world_.find(request.remove_ignored_node())) != nullptr) node->ignored = false;
      return true;
    case Admin::kToggleMutedNode:
      if ((node = world_.find(request.toggle_muted_node())) != nullptr) node->muted = !node->muted;
      return true;
    case Admin::kRemoveByNodenum:
      world_.remove(request.remove_by_nodenum());
      return true;
    default:
      return false;
  }
}

bool Firmware::admin_restarts(const Admin &request) {
  switch (request.payload_variant_case()) {
    case Admin::kRebootSeconds:
      if (request.reboot_seconds() < 0)
        ++generation_;  // cancels what was scheduled
      else
        reboot_after(request.reboot_seconds() * second);
      return true;
    case Admin::kShutdownSeconds:
      reboot_after(request.shutdown_seconds() * second);
      return true;
    case Admin::kNodedbReset:
      world_.clear(request.nodedb_reset() != 0);
      reboot_after(reboot_delay);
      return true;
    case Admin::kFactoryResetDevice:
    case Admin::kFactoryResetConfig:
      world_.clear(false);
      settings_ = Settings(own_, settings_.owner().public_key());
      reboot_after(reboot_delay);
      return true;
    case Admin::kBeginEditSettings:
      editing_ = true;
      return true;
    case Admin::kCommitEditSettings:
      editing_ = false;
      reboot_after(reboot_delay);
      return true;
    default:
      return false;
  }
}

void Firmware::admin(const pb::MeshPacket &packet) {
  Admin request;
  if (!request.ParseFromString(packet.decoded().payload()))
    return routing(own_, packet.id(), meshtastic::routing_error::bad_request);
  if (const auto answer = settings_.read(request)) {
    const std::uint32_t id = world_.random().packet_id();
    queue_status(0, id);
    pb::MeshPacket reply;
    reply.set_from(own_);
    reply.set_to(own_);
    reply.set_id(id);
    reply.set_rx_time(output_.unix_time());
    reply.mutable_decoded()->set_portnum(meshtastic::port::admin);
    reply.mutable_decoded()->set_payload(answer->SerializeAsString());
    reply.mutable_decoded()->set_request_id(packet.id());
    return to_phone(reply);
  }
  bool known = true;
  if (const auto reboots = settings_.write(request)) {
    if (*reboots && !editing_) reboot_after(reboot_delay);
  } else {
    known = admin_nodes(request) || admin_restarts(request);
  }
  if (packet.want_ack() || packet.decoded().want_response())
    routing(own_, packet.id(),
            known ? meshtastic::routing_error::none : meshtastic::routing_error::bad_request);
}

}  // namespace sim
