"""What a radio dumped is what an app gets: the same frames, byte for byte, in the same order."""

import pytest
from meshtastic.protobuf import mesh_pb2

from tests.conftest import Bench, recorded_dump


def parsed(payload):
    message = mesh_pb2.FromRadio()
    message.ParseFromString(payload)
    return message


def comparable(payload):
    """A frame with what may honestly differ taken out: what a node was last heard with, and secrets."""
    message = parsed(payload)
    variant = message.WhichOneof("payload_variant")
    if variant == "node_info":
        message.node_info.last_heard = 0
        message.node_info.snr = 0
        return message.SerializeToString(deterministic=True)
    if variant == "config" and message.config.WhichOneof("payload_variant") in ("security", "bluetooth", "network"):
        if message.config.HasField("security"):
            message.config.security.private_key = b""
        if message.config.HasField("bluetooth"):
            message.config.bluetooth.fixed_pin = 0
        if message.config.HasField("network"):
            message.config.network.wifi_psk = ""
        return message.SerializeToString(deterministic=True)
    if variant == "moduleConfig" and message.moduleConfig.HasField("mqtt"):
        message.moduleConfig.mqtt.password = ""
        return message.SerializeToString(deterministic=True)
    return payload


@pytest.mark.parametrize("dump", ["n1_full", "us_a_want_12345", "unset_e_text_broadcast_want_ack"])
def test_full_handshake_equals_the_recording(dump):
    recording = recorded_dump(dump)
    own = next(parsed(p).my_info.my_node_num for p in recording
               if parsed(p).WhichOneof("payload_variant") == "my_info")
    with Bench(dump, own) as bench:
        received = bench.client(handshake=False).handshake(12345)
        assert parsed(received[-1]).config_complete_id == 12345
        assert [comparable(p) for p in received[:-1]] == [comparable(p) for p in recording]


@pytest.mark.parametrize("nonce,recording", [(69420, "n2_config_only"), (69421, "n3_nodes_only")])
def test_special_nonces_equal_the_recording(nonce, recording):
    full = recorded_dump("n1_full")
    own = next(parsed(p).my_info.my_node_num for p in full
               if parsed(p).WhichOneof("payload_variant") == "my_info")
    with Bench("n1_full", own) as bench:
        received = bench.client(handshake=False).handshake(nonce)[:-1]
    # The recordings were made one after the other, so values move on; kinds, order and nodes do not.
    shape = lambda payloads: [  # noqa: E731
        (m.WhichOneof("payload_variant"), m.node_info.num, m.channel.index,
         m.config.WhichOneof("payload_variant"), m.moduleConfig.WhichOneof("payload_variant"),
         m.fileInfo.file_name) for m in map(parsed, payloads)]
    expected = shape(recorded_dump(recording))
    assert shape(received) == expected
    by_identity = {shape([p])[0]: comparable(p) for p in full}
    for payload in received:
        assert comparable(payload) == by_identity[shape([payload])[0]]


@pytest.mark.parametrize("nonce", [0, 1, 4294967295, 69420, 69421])
def test_any_nonce_is_echoed_again_and_again(bench, nonce):
    client = bench.client(handshake=False)
    first = client.handshake(nonce)
    assert parsed(first[-1]).config_complete_id == nonce
    assert client.handshake(nonce) == first


def test_private_key_never_leaves(bench):
    recording = recorded_dump("us_a_want_12345")
    secret = next(parsed(p).config.security.private_key for p in recording
                  if parsed(p).config.WhichOneof("payload_variant") == "security")
    assert len(secret) == 32
    assert secret not in b"".join(bench.client(handshake=False).handshake(1))
