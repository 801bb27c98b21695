"""Recordings of real firmware played as the radio: the mirror equals what the radio told, and an app
gets the answers the radio gave, but for times, leftovers behind names and masked secrets.
"""

import struct

import pytest

from tests.conftest import MeshcoreBench, SOURCE_DIR
from tests.harness.meshcore_peer import (CHANNEL_INFO, DEVICE_INFO, TIME, contact, name_of, recorded_radio,
                                         split_frames)

DATA = SOURCE_DIR / "tests" / "data" / "meshcore"


def frames(name, side="recv"):
    return split_frames((DATA / f"{name}.{side}.bin").read_bytes(), b">" if side == "recv" else b"<")


def comparable(payload):
    """A frame without what may honestly differ."""
    code = payload[0]
    if code == TIME:
        return bytes([TIME])
    if code == CHANNEL_INFO:
        return payload[:2] + name_of(payload[2:34]) + b"|" + payload[34:50]
    if code == DEVICE_INFO:
        return payload[:4] + bytes(4) + payload[8:]
    if code == 3:
        return payload[:100] + name_of(payload[100:132]) + b"|" + payload[132:]
    return payload


# The offline messages of the recordings were fetched by the daemon before any app came, so a new app
# does not get them: QUEUE commands are compared apart.
@pytest.mark.parametrize("name", ["connect-v3", "connect-busy-v3", "connect-serial"])
def test_the_connect_sequence_equals_the_recording(name):
    radio = recorded_radio((DATA / f"{name}.recv.bin").read_bytes())
    with MeshcoreBench(radio) as bench:
        client = bench.client(version=None)
        for command in frames(name, "sent"):
            if command[0] not in (6, 10):
                client.send(command)
        expected = [comparable(p) for p in frames(name)
                    if p[0] < 0x80 and p[0] not in (0, 1, 7, 8, 10, 16, 17, 27)]
        received = []
        while len(received) < len(expected):
            received.append(comparable(client.answer()))
        assert received == expected


def test_an_app_of_version_1_gets_the_recorded_legacy_messages():
    """What a v3 recording brought as 16 and 17 is shown to an old app as 7 and 8."""
    radio = recorded_radio((DATA / "connect-busy-v3.recv.bin").read_bytes())
    messages, radio.messages = radio.messages, []
    assert messages
    with MeshcoreBench(radio) as bench:
        old, new = bench.client(version=1, name="old"), bench.client(version=3, name="new")
        for payload in messages:
            radio.message(payload)
            assert new.next_message() == payload
            legacy = old.next_message()
            assert legacy == bytes([payload[0] - 9]) + payload[4:]
        assert old.sync() == [] and new.sync() == []


def test_the_mirror_holds_every_recorded_contact_and_channel():
    radio = recorded_radio((DATA / "connect-busy-v3.recv.bin").read_bytes())
    with MeshcoreBench(radio) as bench:
        client = bench.client()
        found, total, newest = client.contacts()
        assert total == len(found) == len(radio.contacts)
        assert [comparable(c) for c in found] == [comparable(c) for c in radio.contacts]
        assert newest == max(struct.unpack("<I", c[144:148])[0] for c in radio.contacts)
        for recorded in radio.contacts:
            assert comparable(client.ask(b"\x1e" + recorded[1:33])) == comparable(recorded)
        for index in range(radio.max_channels):
            answer = client.ask(bytes([31, index]))
            told = radio.channels.get(index)
            assert comparable(answer) == (comparable(told) if told else bytes([18, index]) + b"|" + bytes(16))
            assert answer[2:34].rstrip(b"\0") == name_of(answer[2:34]), "bytes of an earlier frame leak"
        assert client.ask(bytes([31, radio.max_channels])) == b"\x01\x02"


@pytest.mark.parametrize("chunk", [1, 3, 7, 64])
def test_a_device_that_writes_in_pieces(chunk):
    """Torn frames on the way in change nothing."""
    radio = recorded_radio((DATA / "connect-v3.recv.bin").read_bytes())
    radio.chunk = chunk
    with MeshcoreBench(radio) as bench:
        found, total, _ = bench.client().contacts()
        assert total == len(found) == len(radio.contacts)


def test_since_is_honoured():
    with MeshcoreBench() as bench:
        client = bench.client()
        found, total, newest = client.contacts()
        assert total == 4
        assert client.contacts(newest) == ([], 4, 0)
        key = contact("New one")[1:33]
        bench.radio.contacts.append(contact("New one", lastmod=int(newest) + 5))
        bench.radio.send(b"\x80" + key)
        client.push(0x80, lambda p: p[1:33] == key)
        changed, total, later = client.contacts(newest)
        assert [c[1:33] for c in changed] == [key] and total == 5 and later > newest
