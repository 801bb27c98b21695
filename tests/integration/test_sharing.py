"""Several apps on one radio: each sees the others, none disturbs another."""

from meshtastic.protobuf import mesh_pb2, portnums_pb2, telemetry_pb2

from tests.conftest import Bench
from tests.harness.meshtastic_peer import is_queue_status, is_routing, is_text, routing_error

OWN = 1003


def variant(message):
    return message.WhichOneof("payload_variant")


def test_text_of_one_app_is_shown_to_the_others_as_from_the_own_node(bench):
    a, b, c = bench.client(), bench.client(), bench.client()
    packet_id = a.send_text("hello from a", want_ack=True)
    status = a.expect(is_queue_status(packet_id))
    assert status.queueStatus.res == 0
    assert status.queueStatus.free > 0
    for other in (b, c):
        seen = other.expect(is_text("hello from a")).packet
        assert getattr(seen, "from") == OWN and seen.to == 0xFFFFFFFF and seen.id == packet_id
    bench.radio.wait(lambda r: r.packets(portnums_pb2.TEXT_MESSAGE_APP))
    sent = bench.radio.packets(portnums_pb2.TEXT_MESSAGE_APP)[0]
    assert getattr(sent, "from") == 0 and sent.id == packet_id


def test_live_packets_reach_every_app_once_and_acks_only_the_asker(bench):
    a, b = bench.client(), bench.client()
    packet_id = a.send_text("to be acked", want_ack=True)
    bench.radio.wait(lambda r: r.packets(portnums_pb2.TEXT_MESSAGE_APP))
    bench.radio.send(bench.radio.routing(packet_id, 0, sender=1004))
    bench.radio.send(bench.radio.text("from the mesh", 1004, 77))
    ack = a.expect(is_routing(packet_id))
    assert routing_error(ack) == 0
    a.expect(is_text("from the mesh"))
    # b: the echo of a's text, then the live text, and nothing in between.
    b.expect(is_text("to be acked"))
    following = b.receive_message()
    assert is_text("from the mesh")(following), following


def test_live_packets_wait_for_config_complete(bench):
    early = bench.client(handshake=False)
    other = bench.client()
    bench.radio.send(bench.radio.text("before asking", 1004, 78))
    other.expect(is_text("before asking"))
    payloads = early.handshake(5)
    for payload in payloads:
        message = mesh_pb2.FromRadio()
        message.ParseFromString(payload)
        assert variant(message) != "packet"


def test_two_phones_texting_in_the_same_second_both_get_through(bench):
    a, b = bench.client(), bench.client()
    first, second = a.send_text("one"), b.send_text("two")
    assert first == second, "both clients chose the same id, which is part of this test"
    assert a.expect(is_queue_status(first)).queueStatus.res == 0
    assert b.expect(is_queue_status(second)).queueStatus.res == 0
    bench.radio.wait(lambda r: len(r.packets(portnums_pb2.TEXT_MESSAGE_APP)) == 2)
    one, two = bench.radio.packets(portnums_pb2.TEXT_MESSAGE_APP)
    assert one.id != two.id
    assert {one.decoded.payload, two.decoded.payload} == {b"one", b"two"}
    # An ack for the renamed packet comes back under the name its app knows.
    renamed = one if one.id != first else two
    owner = a if renamed.decoded.payload == b"one" else b
    bench.radio.send(bench.radio.routing(renamed.id, 0, sender=1004))
    assert owner.expect(is_routing(first))


def test_heartbeats_are_answered_and_never_forwarded(bench):
    client = bench.client()
    for nonce in (0, 1, 7):
        client.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat(nonce=nonce)))
        status = client.expect(is_queue_status(0)).queueStatus
        assert status.res == 0 and status.free > 0 and status.maxlen >= status.free
    assert all(m.heartbeat.nonce == 0 for m in bench.radio.received if variant(m) == "heartbeat")


def test_disconnect_ends_only_that_session(bench):
    a, b = bench.client(), bench.client()
    a.send(mesh_pb2.ToRadio(disconnect=True))
    assert a.receive() is None
    bench.radio.send(bench.radio.text("still here", 1004, 79))
    b.expect(is_text("still here"))
    assert not any(variant(m) == "disconnect" for m in bench.radio.received)


def test_what_was_sent_before_the_end_is_processed(bench):
    client = bench.client()
    client.send_text("sent and gone")
    client.socket.close()
    bench.radio.wait(lambda r: r.packets(portnums_pb2.TEXT_MESSAGE_APP))


def test_id_zero_gets_an_id(bench):
    client = bench.client()
    client.send(client.packet(portnums_pb2.TEXT_MESSAGE_APP, b"nameless", id=0))
    bench.radio.wait(lambda r: r.packets(portnums_pb2.TEXT_MESSAGE_APP))
    wire_id = bench.radio.packets(portnums_pb2.TEXT_MESSAGE_APP)[0].id
    assert wire_id != 0
    assert client.expect(lambda m: variant(m) == "queueStatus").queueStatus.mesh_packet_id == wire_id


def test_own_telemetry_is_answered_from_state(bench):
    client = bench.client()
    out = mesh_pb2.FromRadio()
    out.packet.CopyFrom(mesh_pb2.MeshPacket(**{"from": OWN}, to=0xFFFFFFFF, id=4242))
    metrics = telemetry_pb2.Telemetry(time=1, device_metrics=telemetry_pb2.DeviceMetrics(battery_level=88))
    out.packet.decoded.CopyFrom(mesh_pb2.Data(portnum=portnums_pb2.TELEMETRY_APP,
                                              payload=metrics.SerializeToString()))
    bench.radio.send(out.SerializeToString())
    client.expect(lambda m: variant(m) == "packet" and m.packet.id == 4242)
    request = client.packet(portnums_pb2.TELEMETRY_APP,
                            telemetry_pb2.Telemetry(device_metrics=telemetry_pb2.DeviceMetrics()).SerializeToString(),
                            to=OWN, want_response=True)
    client.send(request)
    answer = client.expect(lambda m: variant(m) == "packet"
                           and m.packet.decoded.request_id == request.packet.id).packet
    seen = telemetry_pb2.Telemetry()
    seen.ParseFromString(answer.decoded.payload)
    assert seen.device_metrics.battery_level == 88
    assert not bench.radio.packets(portnums_pb2.TELEMETRY_APP)


def test_several_virtual_nodes_with_different_policies():
    with Bench(family={"policy": {"admin": "deny"}}, operator={"policy": {"admin": "allow"}},
               readonly={"policy": {"rules": [{"deny": ["text", "position", "waypoint"]}]}}) as bench:
        family, operator, readonly = (bench.client(n) for n in ("family", "operator", "readonly"))
        refused = readonly.send_text("may not")
        assert readonly.expect(is_queue_status(refused)).queueStatus.res == 0
        assert routing_error(readonly.expect(is_routing(refused))) == 33
        operator.send_text("may")
        family.expect(is_text("may"))
        readonly.expect(is_text("may"))
        assert [p.decoded.payload for p in bench.radio.packets(portnums_pb2.TEXT_MESSAGE_APP)] == [b"may"]
