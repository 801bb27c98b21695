"""Clients that stall, flood, cut or send garbage: closed with a reason, and nobody else notices."""

import os
import socket
import struct

import pytest
from meshtastic.protobuf import mesh_pb2

from tests.conftest import Bench
from tests.harness.meshtastic_peer import is_text


def marker(bench, client, number):
    bench.radio.send(bench.radio.text(f"marker {number}", 1004, 9000 + number))
    client.expect(is_text(f"marker {number}"))


def test_a_client_that_stops_reading_is_closed_and_nobody_notices():
    with Bench(phones={"session_outbox": "256k"}) as bench:
        staller, reader = bench.client(), bench.client()
        staller.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert len(bench.daemon.call("sessions")["sessions"]) == 2
        number = 0
        while len(bench.daemon.call("sessions")["sessions"]) == 2:
            burst = b"".join(
                b"\x94\xc3" + struct.pack(">H", len(p)) + p
                for p in (bench.radio.text("x" * 200, 1004, 20000 + number * 500 + i) for i in range(500)))
            bench.radio.send_raw(burst)
            marker(bench, reader, number)
            number += 1
            assert number < 200, "the staller was never closed"
        bench.daemon.wait_log("reads too slowly")
        marker(bench, reader, number)


@pytest.mark.parametrize("garbage", [os.urandom(70000), b"\x94\xc3\x02\x01" * 20000, b"\x94" * 100000,
                                     b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"], ids=range(4))
def test_garbage(bench, garbage):
    reader = bench.client()
    rude = bench.client(handshake=False)
    try:
        rude.send_raw(garbage)
    except OSError:
        pass  # closed while still sending is a fine answer
    marker(bench, reader, 1)
    bench.client().handshake(4)
    assert not bench.radio.packets(1)


def test_cut_in_the_middle_of_a_frame(bench):
    reader = bench.client()
    for cut in range(1, 12):
        rude = bench.client(handshake=False)
        rude.send_raw(b"\x94\xc3\x00\x20\x0a\x1e\x15\xff\xff\xff\xff"[:cut])
        rude.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        rude.socket.close()
    marker(bench, reader, 2)
    assert not bench.radio.packets(1)


def test_a_flood_of_handshakes_and_texts(bench):
    reader = bench.client()
    rude = bench.client(handshake=False)
    want = b"\x94\xc3\x00\x03\x18\xe7\x24"
    for _ in range(20):
        rude.send_raw(want * 50)
    for i in range(300):
        rude.send_text(f"flood {i}")
    fair = reader.send_text("a fair word")
    bench.radio.wait(lambda r: any(p.decoded.payload == b"a fair word" for p in r.packets(1)), timeout=60)
    position = [p.decoded.payload for p in bench.radio.packets(1)].index(b"a fair word")
    assert position < 10, "a flooding session starved another"
    assert fair


def test_limits_on_sessions():
    with Bench(phones={"max_sessions": 3, "max_sessions_per_address": 2}) as bench:
        a, b = bench.client(), bench.client()
        third = bench.client(handshake=False)
        assert third.receive() is None
        marker(bench, a, 3)
        marker(bench, b, 4)
    with Bench(phones={"allow": ["10.0.0.0/8"]}) as bench:
        assert bench.client(handshake=False).receive() is None
        bench.daemon.wait_log("127.0.0.1")


def test_kick(bench):
    a, b = bench.client(), bench.client()
    sessions = bench.daemon.call("sessions")["sessions"]
    assert len(sessions) == 2
    bench.daemon.ctl("kick", str(sessions[0]["id"]))
    assert a.receive() is None
    marker(bench, b, 5)


def test_byte_by_byte(bench):
    client = bench.client(handshake=False)
    message = mesh_pb2.ToRadio(want_config_id=6).SerializeToString()
    for byte in b"\xc3" * 32 + b"\x94\x94\x94\x94\x94\xc3" + struct.pack(">H", len(message)) + message:
        client.send_raw(bytes([byte]))
    while client.receive_message().WhichOneof("payload_variant") != "config_complete_id":
        pass
