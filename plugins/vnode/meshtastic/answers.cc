// Implements the answers in the radio's name. Must not decide what is allowed.
#include "plugins/vnode/meshtastic/answers.h"

#include "meshmux/units.hpp"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/vnode/meshtastic/local_reads.h"

namespace meshtastic_vnode {

namespace {

using meshtastic::pb::MeshPacket;
namespace routing_error = meshtastic::routing_error;

}  // namespace

void Answers::tell(AppSession &session, std::string_view payload) {
  if (session.closing || payload.size() > meshtastic::max_payload_size) return;
  const auto header = meshtastic::frame_header(payload.size());
  fanout_.send(session, std::string_view(header.data(), header.size()), payload);
}

void Answers::frame(AppSession &session, std::string_view payload) {
  give(session, {Answer::Kind::frame, 0, 0, 0, std::string(payload)});
}

void Answers::routing(AppSession &session, const MeshPacket &request, std::uint32_t error) {
  give(session, {Answer::Kind::routing, request.id(), request.channel(), error, {}});
}

void Answers::local(AppSession &session, const MeshPacket &request) {
  counters_.local_answers.add();
  give(session, {Answer::Kind::local, request.id(), request.channel(), routing_error::none,
                 request.SerializeAsString()});
}

void Answers::release(AppSession &session) {
  if (!session.kept) return;
  const auto kept = std::move(session.kept);
  for (Answer &answer : *kept) give(session, std::move(answer));
}

std::uint32_t Answers::new_packet_id() const {
  const auto id = static_cast<std::uint32_t>(host_.random());
  return id != 0 ? id : 1;
}

void Answers::give(AppSession &session, Answer answer) {
  if (session.closing) return;
  const auto own = mirror_.own();
  if (session.configured() && (own || answer.kind == Answer::Kind::frame)) {
    if (const auto payload = make(answer, own.value_or(0))) tell(session, *payload);
    return;
  }
  if (!session.kept) session.kept = std::make_unique<std::deque<Answer>>();
  if (session.kept->size() == kKeptLimit) {
    session.kept->pop_front();
    counters_.dropped.add();
  }
  session.kept->push_back(std::move(answer));
}

std::optional<std::string> Answers::make(const Answer &answer, std::uint32_t own) const {
  switch (answer.kind) {
    case Answer::Kind::frame:
      return answer.bytes;
    case Answer::Kind::routing:
      return make_routing(answer, own, answer.error);
    case Answer::Kind::local:
      return make_local(answer, own);
    case Answer::Kind::invalid:
      break;
  }
  return std::nullopt;
}

std::string Answers::make_routing(const Answer &answer, std::uint32_t own,
                                  std::uint32_t error) const {
  meshtastic::RoutingReply reply;
  reply.own = own;
  reply.packet_id = new_packet_id();
  reply.request_id = answer.request_id;
  reply.channel = answer.channel;
  reply.error = error;
  reply.rx_time = now_s();
  return meshtastic::build_routing(reply);
}

std::optional<std::string> Answers::make_local(const Answer &answer, std::uint32_t own) const {
  MeshPacket request;
  if (!request.ParseFromString(answer.bytes)) return std::nullopt;
  const LocalAnswer found = read_locally(mirror_, own, request);
  switch (found.kind) {
    case LocalAnswer::Kind::data:
      if (found.portnum == meshtastic::port::admin)
        return meshtastic::build_admin_response(own, new_packet_id(), answer.request_id,
                                                found.payload, now_s());
      return meshtastic::build_data_response(own, new_packet_id(), answer.request_id, found.portnum,
                                             found.payload, now_s());
    case LocalAnswer::Kind::routing:
      return make_routing(answer, own, found.error);
    case LocalAnswer::Kind::invalid:
    case LocalAnswer::Kind::silence:
      break;
  }
  return std::nullopt;
}

std::uint32_t Answers::now_s() const {
  return host_.wall_synchronised() ? mmx::unix_seconds(host_.wall_ns()) : 0;
}

}  // namespace meshtastic_vnode
