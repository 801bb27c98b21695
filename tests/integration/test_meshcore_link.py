"""The radio's link fails in every way there is; apps notice delays and honest errors, nothing else."""

import struct
import time

import pytest

from tests.conftest import Daemon, MeshcoreBench, meshcore_config
from tests.harness.meshcore_peer import (CONFIRMED, NO_MORE, OK, SENT, WAITING, ScriptedRadio, channel_text,
                                         contact, direct, error, frame, key_of)
from tests.harness.serial_line import OnSerial

ANNA, REP = key_of("Anna"), key_of("Rep")


class SerialRadio(OnSerial, ScriptedRadio):
    pass


def test_while_the_radio_is_away_reads_are_served_and_sends_refused(hill):
    app = hill.client()
    hill.radio.go_away()
    hill.daemon.wait_log("lost|closed|gone")
    late = hill.client(name="late")
    for client in (app, late):
        assert len(client.contacts()[0]) == 4
        assert client.ask(b"\x1f\x01")[2:7] == b"#test"
        for read, code in ((b"\x05", 9), (b"\x14", 12), (b"\x28", 21), (b"\x2b", 23), (b"\x3b", 25),
                           (b"\x38\x00", 24), (b"\x40", 28), (b"\x0a", NO_MORE)):
            assert client.ask(read)[0] == code
        assert client.ask(b"\x06" + struct.pack("<I", 1_900_000_000)) == bytes([OK])
        assert client.ask(b"\x36\x00") == bytes([OK])
        for send in (b"\x07", b"\x0d" + ANNA, b"\x1a" + REP + b"pw", b"\x1b" + REP, b"\x11" + ANNA,
                     b"\x24" + b"TAGG" + bytes(4) + b"\0" + b"\xaa\xbb", b"\x32" + REP + b"\x01"):
            begun = time.monotonic()
            assert client.ask(send) == error(4), send.hex()
            assert time.monotonic() - begun < 1
        assert client.send_text(ANNA, "hi") == error(4)
        assert client.send_channel(0, "hi") == error(4)


def test_replugging_goes_unnoticed_but_for_the_delay(hill):
    app = hill.client()
    hill.radio.go_away()
    hill.radio.messages.append(direct(ANNA, "while you were out"))
    hill.radio.listen()
    hill.wait_up()
    app.push(WAITING)
    assert app.next_message() == direct(ANNA, "while you were out")
    assert app.send_text(ANNA, "back again")[0] == SENT
    app.push(CONFIRMED)


@pytest.mark.parametrize("cut", [1, 2, 3, 40])
def test_a_link_that_ends_inside_a_frame(hill, cut):
    app = hill.client()
    hill.radio.send_raw(frame(direct(ANNA, "x" * 60))[:cut])
    hill.radio.drop()
    hill.wait_up()
    hill.radio.message(direct(ANNA, "whole"))
    assert app.next_message() == direct(ANNA, "whole")


def test_junk_between_frames_is_skipped(hill):
    app = hill.client()
    hill.radio.send_raw(b"boot: ets Jul 29\r\n\x00\xff<>")
    hill.radio.send_raw(b"\xff\xff")  # '>' and a lying length: swallowed, then back in step
    hill.radio.drop()
    hill.wait_up()
    hill.radio.send_raw(b"noise without a mark")
    hill.radio.message(direct(ANNA, "after the noise"))
    assert app.next_message() == direct(ANNA, "after the noise")


def test_frames_nobody_asked_for_are_taken_in(hill):
    """Another transport's answers go by on firmware that serves several (docs/protocol notes 1.1)."""
    app = hill.client()
    moved = contact("Anna", path_len=2, lastmod=1_700_009_999)
    hill.radio.contacts[0] = moved
    for payload in (moved, b"\x00", error(2), direct(ANNA, "popped by a phone"), b"\xee\xee", b"\x03short",
                    b"\x11", b"\x06abc", b"\x82"):
        hill.radio.send(payload)
    assert app.next_message() == direct(ANNA, "popped by a phone")
    assert app.ask(b"\x1e" + ANNA)[35] == 2
    assert hill.radio.connections == 1


def test_every_command_is_answered_within_a_second_by_a_mute_radio(hill):
    app = hill.client()
    hill.radio.mute.add(-1)
    for command in (b"\x07", b"\x0d" + ANNA, b"\x11" + ANNA, b"\x2a\0" + ANNA):
        begun = time.monotonic()
        assert app.ask(command)[0] == 1
        assert time.monotonic() - begun < 1.5
    begun = time.monotonic()
    assert app.send_text(ANNA, "anyone there")[0] in (1, SENT)
    assert app.send_channel(0, "anyone there")[0] in (0, 1)
    assert app.ask(b"\x05")[0] == 9
    assert time.monotonic() - begun < 4


def test_a_radio_that_falls_silent_is_asked_for_the_time_and_then_reopened(hill):
    app = hill.client()
    hill.radio.mute.add(-1)
    app.send(b"\x07")
    assert app.answer()[0] == 1
    hill.radio.wait(lambda r: r.received[-1] == b"\x05", 20)
    hill.daemon.wait_log("did not answer")
    hill.radio.wait(lambda r: r.connections == 2, 30)
    hill.radio.mute.clear()
    hill.wait_up()
    assert app.ask(b"\x07") == bytes([OK])


def test_a_late_answer_is_nobody_elses():
    """The device answers a command after we gave up on it; the next command gets its own answer."""
    with MeshcoreBench() as bench:
        app = bench.client()
        bench.radio.answers[42] = []

        def late(command):
            del bench.radio.answers[42], bench.radio.answers[5]
            return [b"\x16" + struct.pack("<I", 1) + b"\x01\xaa", bench.radio.state_answer(command)]

        bench.radio.answers[5] = late
        assert app.ask(b"\x2a\0" + ANNA)[0] == 1
        bench.radio.wait(lambda r: 5 not in r.answers, 20)
        assert app.ask(b"\x2a\0" + REP) == b"\x16" + struct.pack("<I", 1_700_000_000) + b"\x01\xaa"


def test_another_radio_on_the_same_address(hill):
    app = hill.client()
    assert app.contacts()[1] == 4
    hill.radio.go_away()
    hill.radio.key, hill.radio.own_name = key_of("Other"), "Other"
    hill.radio.contacts = [contact("Zoe")]
    hill.radio.listen()
    assert app.receive() is None, "sessions of the old radio end"
    hill.daemon.wait_log("another radio")
    hill.daemon.wait_log("connected to")
    fresh = hill.client(version=None)
    assert fresh.start()[0][4:36] == key_of("Other")
    assert fresh.contacts()[1] == 1


def test_a_contact_dump_that_lost_a_frame_is_asked_again():
    class Lossy(ScriptedRadio):
        dumps = 0

        def on_4(self, command):
            self.dumps += 1
            out = super().on_4(command)
            return out[:2] + out[3:] if self.dumps == 1 else out

    with MeshcoreBench(Lossy()) as bench:
        assert len(bench.client().contacts()[0]) == 4
        assert len(bench.radio.commands(4)) == 2


def test_the_clock_is_set_before_anything_is_sent():
    radio = ScriptedRadio()
    radio.clock_offset = -1000
    with MeshcoreBench(radio) as bench:
        codes = [c[0] for c in bench.radio.received]
        assert codes[0] == 5
        if 6 in codes:  # only where the host's clock is synchronised
            assert codes.index(6) < codes.index(4)
            assert abs(radio.clock_offset) <= 2


def test_a_clock_ahead_is_never_set_back():
    radio = ScriptedRadio()
    radio.clock_offset = 5000
    with MeshcoreBench(radio) as bench:
        seconds = struct.unpack("<I", bench.client().ask(b"\x05")[1:])[0]
        assert abs(seconds - time.time() - 5000) < 3, "apps see the radio's own clock"
        assert not bench.radio.commands(6)


def test_a_radio_on_a_serial_line_with_a_torn_frame():
    """The process before us died inside a frame: what the device still waits for is filled up."""
    class Torn(SerialRadio):
        swallow = 150

        def take(self, connection, data):
            if self.swallow:
                eaten, data = data[:self.swallow], data[self.swallow:]
                self.swallow -= len(eaten)
            return super().take(connection, data)

    with MeshcoreBench(Torn()) as bench:
        app = bench.client()
        assert len(app.contacts()[0]) == 4
        bench.radio.message(direct(ANNA, "over the wire"))
        assert app.next_message() == direct(ANNA, "over the wire")
        assert app.send_text(ANNA, "back")[0] == SENT


def test_old_firmware_with_errors_for_what_it_does_not_know():
    radio = ScriptedRadio()
    full = radio.device_info
    radio.device_info = lambda: bytes([13, 3]) + full()[2:80]
    for code in (40, 43, 56, 59, 60, 64):
        radio.answers[code] = error(1)
    radio.answers[20] = b"\x0c" + struct.pack("<H", 3900)
    with MeshcoreBench(radio) as bench:
        app = bench.client()
        assert app.ask(b"\x16\x03")[1] == 3
        assert app.ask(b"\x14")[:3] == b"\x0c" + struct.pack("<H", 3900)
        assert app.ask(b"\x3b") == error(1)


def test_messages_a_radio_queued_for_an_old_app_are_shown_to_all():
    radio = ScriptedRadio()
    radio.messages = [b"\x07" + direct(ANNA, "old style")[4:]]
    with MeshcoreBench(radio, hikers={"history": "10"}) as bench:
        assert bench.client(version=3).next_message() == direct(ANNA, "old style", snr=0)


def test_the_virtual_node_moves_to_another_port_and_the_link_stays(hill):
    app = hill.client()
    config = meshcore_config(hill.radio.uri, hikers={"listen": "tcp://127.0.0.2:0"})
    hill.daemon.reload(config)
    assert hill.daemon.listen_address("hikers")[0] == "127.0.0.2"
    fresh = hill.client(name="fresh")
    assert len(fresh.contacts()[0]) == 4
    assert hill.radio.connections == 1
    app.__exit__()


def test_without_a_radio_the_daemon_runs_and_answers_at_once():
    radio = ScriptedRadio()
    radio.go_away()
    with Daemon(meshcore_config(radio.uri)) as daemon:
        from tests.harness.meshcore_peer import Client
        with Client(daemon.listen_address("hikers")) as app:
            for command in (b"\x01" + bytes(7) + b"x", b"\x16\x03", b"\x04", b"\x05", b"\x07"):
                begun = time.monotonic()
                assert app.ask(command)[0] in (1, 9)
                assert time.monotonic() - begun < 1.5
        radio.listen()
        daemon.wait_log("connected to")
        with Client(daemon.listen_address("hikers")) as app:
            assert app.start()[0][0] == 5


def test_a_stalled_app_and_one_that_sends_rubbish_disturb_nobody(hill):
    stalled, rude, app = (hill.client(name=n) for n in ("stalled", "rude", "good"))
    rude.send_raw(bytes(range(256)) * 400)
    for n in range(300):
        hill.radio.send(b"\x88" + bytes([38, 0xBA]) + bytes([n & 0xFF]) * 150)
    hill.radio.message(channel_text(0, "Ben: still here"))
    assert app.next_message() == channel_text(0, "Ben: still here")
    assert stalled.next_message() == channel_text(0, "Ben: still here")


def test_a_message_asked_for_and_not_confirmed_comes_again():
    with MeshcoreBench(mine={"personal": True}, others={}) as bench:
        app, other = bench.client("mine"), bench.client("others")
        bench.radio.message(direct(ANNA, "one"))
        bench.radio.message(direct(ANNA, "two", 1_700_000_101))
        assert app.next_message() == direct(ANNA, "one")
        app.__exit__()
        bench.daemon.wait_log("client disconnected")
        bench.radio.message(direct(ANNA, "three", 1_700_000_102))
        assert [other.next_message()[16:] for _ in range(3)] == [b"one", b"two", b"three"]
        again = bench.client("mine", name="another app, the same user")
        again.push(WAITING)
        assert again.sync() == [direct(ANNA, "one"), direct(ANNA, "two", 1_700_000_101),
                                direct(ANNA, "three", 1_700_000_102)]
        third = bench.client("mine")
        bench.radio.message(direct(ANNA, "four", 1_700_000_103))
        assert third.next_message() == direct(ANNA, "four", 1_700_000_103)


def test_an_app_that_was_away_gets_what_it_missed_and_a_new_one_nothing(hill):
    app, other = hill.client(name="phone"), hill.client(name="laptop")
    hill.radio.message(direct(ANNA, "first"))
    for each in (app, other):
        assert each.next_message() == direct(ANNA, "first")
    assert app.sync() == []
    app.__exit__()
    hill.daemon.wait_log("client disconnected")
    hill.radio.message(direct(ANNA, "missed", 1_700_000_101))
    assert other.next_message() == direct(ANNA, "missed", 1_700_000_101)
    again, new = hill.client(name="phone"), hill.client(name="tablet")
    again.push(WAITING)
    assert again.sync() == [direct(ANNA, "missed", 1_700_000_101)]
    assert new.sync() == []
