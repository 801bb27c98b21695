"""The radio goes away, comes back, becomes another one, stalls, talks nonsense; the apps stay."""

import pytest
from meshtastic.protobuf import mesh_pb2, portnums_pb2

from tests.conftest import Bench
from tests.integration.test_replay import comparable
from tests.harness.meshtastic_peer import (frame, is_queue_status, is_routing, is_text, routing_error)

OWN = 1003


def same(received, expected):
    return [comparable(p) for p in received] == [comparable(p) for p in expected]


def test_an_outage_is_told_at_once_and_survived(bench):
    client = bench.client()
    state = client.handshake(1)
    bench.radio.go_away()
    bench.daemon.wait_log("lost the radio")
    packet_id = client.send_text("nobody there")
    assert client.expect(is_queue_status(packet_id)).queueStatus.res == 33
    assert routing_error(client.expect(is_routing(packet_id))) == 4  # NO_INTERFACE
    # The mirror still serves, the same session and new ones.
    assert same(client.handshake(2)[:-1], state[:-1])
    assert same(bench.client(handshake=False).handshake(3)[:-1], state[:-1])
    # Back on the same port: the very session goes on.
    bench.radio.listen()
    bench.radio.wait(lambda r: r.handshakes == 2)
    bench.radio.send(bench.radio.text("back again", 1004, 501))
    client.expect(is_text("back again"))


def test_first_retry_comes_within_a_second(bench):
    import time
    bench.client()
    begun = time.monotonic()
    bench.radio.drop()
    bench.radio.wait(lambda r: r.connections == 2, timeout=10)
    # Generous for a slow machine; the peer's 60 s and a 5 s pause would both be seen.
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("garbage", [
    b"\x94\xc3\x00\x40half a frame", b"ets Jun  8 2016 00:22:57\r\nrst:0x1 (POWERON)\r\n",
    b"\x94\xc3\xff\xff", b"\x94\xc3\x02\x01" + b"x" * 513, b"\x94\xc3\x00\x00", b"\x94\x94\x94",
    frame(b"\xff\xff\xff\xff"), b"\x00" * 5000], ids=range(8))
def test_nonsense_from_the_radio_reaches_nobody(bench, garbage):
    client = bench.client()
    bench.radio.send_raw(garbage)
    bench.radio.drop()
    bench.radio.wait(lambda r: r.handshakes == 2)
    bench.radio.send(bench.radio.text("sane", 1004, 601))
    # Client asserts that every byte it gets belongs to a whole frame.
    seen = client.expect(is_text("sane"))
    assert seen.packet.id == 601


def test_another_radio_behind_the_same_address_closes_the_sessions(bench):
    client = bench.client()
    renumbered = []
    for payload in bench.radio.dump:
        message = mesh_pb2.FromRadio()
        message.ParseFromString(payload)
        if message.HasField("my_info"):
            message.my_info.my_node_num = 77777
        elif message.HasField("node_info") and message.node_info.num == OWN:
            message.node_info.num = 77777
            message.node_info.user.id = "!00012fd1"
        renumbered.append(message.SerializeToString())
    bench.radio.dump = renumbered
    bench.radio.own_number = 77777
    bench.radio.drop()
    while client.receive() is not None:
        pass
    fresh = bench.client(handshake=False).handshake(1)
    message = mesh_pb2.FromRadio()
    message.ParseFromString(fresh[0])
    assert message.my_info.my_node_num == 77777


def test_a_recapture_in_progress_serves_the_old_state(bench):
    client = bench.client()
    before = client.handshake(1)
    bench.radio.answer_handshake = False
    bench.radio.drop()
    bench.radio.wait(lambda r: any(m.want_config_id for m in r.received[-3:]) and r.connections == 2)
    assert same(bench.client(handshake=False).handshake(1), before)


def test_before_the_first_capture_an_app_is_held_and_then_let_go():
    with Bench() as bench:
        pass  # The recording is fine; now the same with a radio that stays silent.
    silent = Bench()
    silent.radio.answer_handshake = False
    with silent as bench:
        client = bench.client(handshake=False)
        client.send(mesh_pb2.ToRadio(want_config_id=5))
        client.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
        client.expect(is_queue_status(0))
        waiting = bench.daemon.call("status")
        assert "waiting for radio" in str(waiting) or "waiting for radio" in str(bench.daemon.call("instances"))
        assert client.receive() is None


def test_goodbye_on_stop(bench):
    bench.client()
    bench.daemon.stop()
    bench.radio.wait(lambda r: any(m.WhichOneof("payload_variant") == "disconnect" for m in r.received))


def test_reboot_is_never_passed_on(bench):
    client = bench.client()
    bench.radio.send(mesh_pb2.FromRadio(rebooted=True).SerializeToString())
    log = mesh_pb2.FromRadio()
    log.log_record.message = "secret of the radio"
    bench.radio.send(log.SerializeToString())
    bench.radio.wait(lambda r: r.handshakes >= 2)
    bench.radio.send(bench.radio.text("after", 1004, 701))
    following = client.receive_message()
    while following.WhichOneof("payload_variant") == "queueStatus":
        following = client.receive_message()
    assert is_text("after")(following), following


def test_settings_of_the_driver_are_not_seen_by_apps(bench):
    client = bench.client()
    bench.radio.wait(lambda r: len(r.packets(portnums_pb2.ADMIN_APP)) >= 4)
    bench.radio.send(bench.radio.text("marker", 1004, 801))
    following = client.receive_message()
    assert is_text("marker")(following), following
