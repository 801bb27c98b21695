"""Several MeshCore apps on one radio: the acceptance list of docs/protocol notes 6.1, a test a line."""

import struct

from tests.conftest import MeshcoreBench
from tests.harness.meshcore_peer import (ADVERT, BINARY, CONFIRMED, DELETED, LOGIN, NO_MORE, OK, RAW, SENT,
                                         STATUS, ScriptedRadio, TELEMETRY, TIME, TRACE, WAITING, ack_of, channel_text,
                                         contact, direct, error, key_of, usual_answers)

ANNA, BEN, ROOM, REP = (key_of(n) for n in ("Anna", "Ben", "Room", "Rep"))
OPEN = {"policy": {"admin": "allow", "contacts": "allow"}}


def tag_of(sent):
    assert sent[0] == SENT and len(sent) == 10, sent.hex()
    return sent[2:6]


def test_every_message_exactly_once_for_each_app(hill):
    apps = [hill.client(name=f"app{n}") for n in range(3)]
    sent = []
    for n in range(20):
        payload = (direct(ANNA, f"direct {n}", 1_700_000_000 + n) if n % 2 else
                   channel_text(n % 4 // 2, f"Ben: channel {n}", 1_700_000_000 + n))
        sent.append(payload)
        hill.radio.message(payload)
    for app in apps:
        received = []
        while len(received) < len(sent):
            received.append(app.next_message())
        assert received == sent
        assert app.ask(b"\x0a") == bytes([NO_MORE])


def test_messages_that_waited_in_the_radio_are_fetched_once():
    with MeshcoreBench() as bench:
        app = bench.client()
        bench.radio.messages += [direct(ANNA, f"m{n}") for n in range(5)]
        bench.radio.send(bytes([WAITING]))
        assert [app.next_message() for _ in range(5)] == [direct(ANNA, f"m{n}") for n in range(5)]
        assert app.sync() == []


def test_both_apps_get_their_own_ack(hill):
    a, b = hill.client(name="a"), hill.client(name="b")
    first = a.send_text(ANNA, "from a", 1_700_000_300)
    second = b.send_text(ANNA, "from b", 1_700_000_300)
    ack_a = ack_of(1_700_000_300, 0, "from a", hill.radio.key)
    ack_b = ack_of(1_700_000_300, 0, "from b", hill.radio.key)
    assert (tag_of(first), tag_of(second)) == (ack_a, ack_b)
    assert a.push(CONFIRMED)[1:5] == ack_a
    assert b.push(CONFIRMED)[1:5] == ack_b
    a.fence()
    b.fence()
    assert not [p for p in a.pushes + b.pushes if p[0] == CONFIRMED]


def test_two_apps_that_say_the_same_in_one_second_both_get_the_ack(hill):
    apps = [hill.client(name=n) for n in "ab"]
    hill.radio.auto_ack = False
    tags = [tag_of(app.send_text(ANNA, "same", 1_700_000_301)) for app in apps]
    assert tags[0] == tags[1]
    hill.radio.send(bytes([CONFIRMED]) + tags[0] + struct.pack("<I", 5))
    for app in apps:
        assert app.push(CONFIRMED)[1:5] == tags[0]


def test_a_channel_text_of_one_app_appears_in_the_others(hill):
    a, b = hill.client(name="a"), hill.client(name="b", version=1)
    assert a.send_channel(1, "hello all", 1_700_000_400) == bytes([OK])
    shown = b.next_message()
    assert shown[0] == 8 and shown[1] == 1
    assert shown[4:8] == struct.pack("<I", 1_700_000_400)
    assert shown[8:] == b"Hill: hello all"
    assert a.sync() == [] and b.sync() == []


def test_login_and_status_by_one_do_not_break_telemetry_by_another(hill):
    hill.radio.auto_remote = False
    a, b = hill.client(name="a"), hill.client(name="b")
    hill.radio.remote = usual_answers
    assert tag_of(a.ask(b"\x1a" + ROOM + b"hello")) == ROOM[:4]
    tag_of(b.ask(b"\x27\0\0\0" + ANNA))
    tag_of(a.ask(b"\x1b" + ROOM))
    # One at a time: the next goes out when the one before was answered.
    for count in (1, 2, 3):
        hill.radio.wait(lambda r: len(r.commands(26, 27, 39)) == count and r.pending)
        hill.radio.answer_remote()
    login = a.push(LOGIN)
    assert len(login) == 14 and login[2:8] == ROOM[:6]
    assert b.push(TELEMETRY)[2:8] == ANNA[:6]
    assert a.push(STATUS)[2:8] == ROOM[:6]
    a.fence()
    b.fence()
    assert not [p for p in a.pushes if p[0] == TELEMETRY]
    assert not [p for p in b.pushes if p[0] in (LOGIN, STATUS)]


def test_ten_sessions_ask_status_at_once_without_a_reconnect(hill):
    hill.radio.remote = lambda command: [bytes([BINARY, 0]) + b"TAG!" + command[1:5] + bytes(56)]
    nodes = [ANNA, BEN, ROOM, REP]
    apps = [hill.client(name=f"app{n}") for n in range(10)]
    for n, app in enumerate(apps):
        app.send(b"\x32" + nodes[n % 4] + b"\x01")
    tags = [tag_of(app.answer()) for app in apps]
    assert len(set(tags)) == 10, "every asker has a tag of its own"
    for n, app in enumerate(apps):
        result = app.push(BINARY)
        assert result[2:6] == tags[n]
        assert result[6:10] == nodes[n % 4][:4]
    assert hill.radio.connections == 1


def test_an_app_start_storm_does_not_disturb_a_contact_sync():
    radio = ScriptedRadio()
    radio.contacts += [contact(f"c{n}") for n in range(200)]
    with MeshcoreBench(radio) as bench:
        app, noisy = bench.client(name="app"), bench.client(name="noisy")
        app.send(b"\x04")
        for _ in range(50):
            noisy.send(b"\x01" + bytes(7) + b"noisy")
            app.send(b"\x01" + bytes(7) + b"app")
        assert app.answer() == b"\x02" + struct.pack("<I", 204)
        for _ in range(204):
            assert app.answer()[0] == 3
        assert app.answer()[0] == 4
        for _ in range(50):
            assert app.answer()[0] == 5
            assert noisy.answer()[0] == 5
        assert not bench.radio.commands(1)[2:], "APP_START of apps never reaches the radio"


def test_the_raw_log_flows_to_every_app(hill):
    apps = [hill.client(name=n) for n in "abc"]
    payload = bytes([RAW, 38, 0xBA]) + b"\x11\x00" + bytes(range(40))
    hill.radio.send(payload)
    for app in apps:
        assert app.push(RAW) == payload


def test_settings_changed_by_one_are_visible_to_another():
    with MeshcoreBench(owner=OPEN, guest={}) as bench:
        owner, guest = bench.client("owner", name="owner"), bench.client("guest", name="guest")
        assert owner.ask(b"\x08New name") == bytes([OK])
        assert guest.ask(b"\x01" + bytes(7) + b"guest")[58:] == b"New name"
        assert owner.ask(b"\x20\x02" + b"#more".ljust(32, b"\0") + bytes(range(16))) == bytes([OK])
        assert guest.ask(b"\x1f\x02")[2:7] == b"#more"
        new = contact("New", 1)
        assert owner.ask(b"\x09" + new[1:148]) == bytes([OK])
        assert guest.push(ADVERT)[1:33] == new[1:33]
        assert guest.ask(b"\x1e" + new[1:33])[100:103] == b"New"
        assert owner.ask(b"\x0f" + ANNA) == bytes([OK])
        assert guest.push(DELETED)[1:33] == ANNA
        assert guest.ask(b"\x1e" + ANNA) == error(2)
        owner.fence()
        assert not owner.pushes, "who changed it is not told"


def test_legacy_and_new_apps_side_by_side(hill):
    old, silent, new = (hill.client(version=v, name=f"v{v}") for v in (1, 0, 3))
    payload = direct(ANNA, "hello", snr=28)
    hill.radio.message(payload)
    assert new.next_message() == payload
    for app in (old, silent):
        assert app.next_message() == b"\x07" + payload[4:]
    assert {c[1] for c in hill.radio.commands(22)} == {13}, "apps do not decide the radio's version"


def test_colliding_trace_tags_are_told_apart(hill):
    hill.radio.answers[36] = lambda command: bytes([SENT, 0]) + command[1:5] + struct.pack("<I", 900)
    a, b = hill.client(name="a"), hill.client(name="b")
    for app in (a, b):
        answer = app.ask(b"\x24" + b"SAME" + bytes(4) + b"\0" + b"\xaa\xbb")
        assert tag_of(answer) == b"SAME"
    wire = [c[1:5] for c in hill.radio.commands(36)]
    assert len(set(wire)) == 2
    for tag, snr in zip(wire, (10, 20)):
        hill.radio.send(bytes([TRACE, 0, 2, 0]) + tag + bytes(4) + b"\xaa\xbb" + bytes([snr, snr, snr]))
    for app, snr in ((a, 10), (b, 20)):
        result = app.push(TRACE)
        assert result[4:8] == b"SAME" and result[-1] == snr


def test_signatures_do_not_mix():
    with MeshcoreBench(a=OPEN, b=OPEN) as bench:
        a, b = bench.client("a", name="a"), bench.client("b", name="b")
        for app, words in ((a, b"alpha"), (b, b"beta")):
            assert app.ask(b"\x21")[0] == 19
            assert app.ask(b"\x22" + words) == bytes([OK])
        for app, words in ((a, b" one"), (b, b" two")):
            assert app.ask(b"\x22" + words) == bytes([OK])
        from hashlib import sha512
        assert a.ask(b"\x23") == b"\x14" + sha512(b"alpha one").digest()
        assert b.ask(b"\x23") == b"\x14" + sha512(b"beta two").digest()
        assert a.ask(b"\x23") == error(4)


def test_flood_scopes_belong_to_their_session(hill):
    a, b = hill.client(name="a"), hill.client(name="b")
    assert a.ask(b"\x36\x00" + b"K" * 16) == bytes([OK])
    a.send_channel(0, "scoped")
    b.send_channel(0, "unscoped")
    a.send_channel(0, "scoped again")
    relevant = [c for c in hill.radio.received if c[0] in (54, 3)]
    scope, seen = None, []
    for command in relevant:
        if command[0] == 54:
            scope = command[2:]
        else:
            seen.append((scope, command[7:]))
    assert [(s == b"K" * 16, t) for s, t in seen] == [
        (True, b"scoped"), (False, b"unscoped"), (True, b"scoped again")]


def test_direct_answers_leave_in_the_order_of_commands(hill):
    app = hill.client()
    app.send(b"\x05")
    app.send(b"\x07\x01")                                        # needs the radio
    app.send(b"\x1f\x00")
    app.send(b"\x02\0\0" + struct.pack("<I", 1) + ANNA[:6] + b"x")  # needs the radio
    app.send(b"\x3b")
    assert [app.answer()[0] for _ in range(5)] == [TIME, OK, 18, SENT, 25]
