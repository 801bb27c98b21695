"""What MeshCore apps may do, command by command: what is denied never reaches the radio, and every
command gets an answer the app understands.
"""

import struct

import pytest

from tests.conftest import MeshcoreBench
from tests.harness.meshcore_peer import DISABLED, OK, SENT, contact, error, key_of, usual_answers

ANNA, REP = key_of("Anna"), key_of("Rep")
OPEN = {"policy": {"admin": "allow", "contacts": "allow"}}
NEW = contact("New", 1)

# code: (a valid frame, what the default policy does, first byte of the answer when it passes)
# local: the daemon answers; pass: it goes to the radio; deny: ERR 1 or DISABLED; quiet: OK, not applied.
COMMANDS = {
    1: (b"\x01" + bytes(7) + b"x", "local", 5),
    2: (b"\x02\0\0" + struct.pack("<I", 1_700_000_000) + ANNA[:6] + b"hi", "pass", SENT),
    3: (b"\x03\0\0" + struct.pack("<I", 1_700_000_000) + b"hi", "pass", OK),
    4: (b"\x04" + struct.pack("<I", 0xFFFFFFFF), "local", 2),
    5: (b"\x05", "local", 9),
    6: (b"\x06" + struct.pack("<I", 2_000_000_000), "quiet", OK),
    7: (b"\x07", "pass", OK),
    8: (b"\x08name", "deny", OK),
    9: (b"\x09" + NEW[1:148], "deny", OK),
    10: (b"\x0a", "local", 10),
    11: (b"\x0b" + struct.pack("<II", 869525, 250000) + b"\x0b\x05\x00", "deny", OK),
    12: (b"\x0c\x14", "deny", OK),
    13: (b"\x0d" + ANNA, "pass", OK),
    14: (b"\x0e" + struct.pack("<ii", 1, 2), "deny", OK),
    15: (b"\x0f" + key_of("Ben"), "deny", OK),
    16: (b"\x10" + ANNA, "pass", OK),
    17: (b"\x11" + ANNA, "pass", 11),
    18: (b"\x12" + bytes(100), "deny", OK),
    19: (b"\x13reboot", "deny", None),
    20: (b"\x14", "local", 12),
    21: (b"\x15" + struct.pack("<II", 0, 1000), "deny", OK),
    22: (b"\x16\x03", "local", 13),
    23: (b"\x17", "never", DISABLED),
    24: (b"\x18" + bytes(range(64)), "deny", OK),
    25: (b"\x19\x01\xaa" + b"data", "deny", OK),
    26: (b"\x1a" + REP + b"password", "pass", SENT),
    27: (b"\x1b" + REP, "pass", SENT),
    28: (b"\x1c" + REP, "local", 1),
    29: (b"\x1d" + REP, "local", OK),
    30: (b"\x1e" + ANNA, "local", 3),
    31: (b"\x1f\x00", "local", 18),
    32: (b"\x20\x03" + b"n".ljust(32, b"\0") + bytes(range(16)), "deny", OK),
    33: (b"\x21", "deny", 19),
    34: (b"\x22data", "deny", OK),
    35: (b"\x23", "deny", 20),
    36: (b"\x24" + b"TAGG" + bytes(4) + b"\0" + b"\xaa\xbb", "pass", SENT),
    37: (b"\x25" + struct.pack("<I", 123456), "deny", OK),
    38: (b"\x26\x00", "deny", OK),
    39: (b"\x27\0\0\0" + ANNA, "pass", SENT),
    40: (b"\x28", "local", 21),
    41: (b"\x29gps:1", "deny", OK),
    42: (b"\x2a\0" + ANNA, "pass", 22),
    43: (b"\x2b", "local", 23),
    50: (b"\x32" + REP + b"\x01", "pass", SENT),
    51: (b"\x33reset", "deny", None),
    52: (b"\x34\0" + REP, "pass", SENT),
    54: (b"\x36\0" + b"k" * 16, "local", OK),
    55: (b"\x37\x80\x00", "deny", OK),
    56: (b"\x38\0", "local", 24),
    57: (b"\x39" + REP + b"\x01", "pass", SENT),
    58: (b"\x3a\x00", "deny", OK),
    59: (b"\x3b", "local", 25),
    60: (b"\x3c", "local", 26),
    61: (b"\x3d\0\1", "deny", OK),
    62: (b"\x3e\0\xff" + struct.pack("<H", 1) + b"data", "pass", OK),
    63: (b"\x3f" + b"scope".ljust(31, b"\0") + b"k" * 16, "deny", OK),
    64: (b"\x40", "local", 28),
    65: (b"\x41\0" + bytes(30), "deny", OK),
}
# What apps send shorter than the firmware reads; it must not go out, whoever asks.
SHORT = {code: frame[:1] for code, (frame, _, _) in COMMANDS.items()
         if len(frame) > 1 and code not in (1, 4, 7, 17, 19, 51, 54, 63)}


def quiet(radio):
    """What the radio was told that an app could have caused."""
    own = (1, 4, 5, 6, 10, 20, 22, 30, 31, 40, 43, 56, 59, 60, 64)
    return [c for c in radio.received if c[0] not in own]


def test_the_table_is_complete():
    assigned = [*range(1, 44), 50, 51, 52, *range(54, 66)]
    assert sorted(COMMANDS) == assigned


@pytest.fixture(scope="module")
def house():
    """One radio, a guest and an owner; commands of the guests come first."""
    with MeshcoreBench(guests={}, owner=OPEN) as bench:
        bench.radio.remote = usual_answers
        yield bench


@pytest.mark.parametrize("code", COMMANDS)
def test_by_default(house, code):
    frame, fate, first = COMMANDS[code]
    app = house.client("guests", name=f"cmd{code}")
    before = len(quiet(house.radio))
    clock = house.radio.clock_offset
    answer = app.ask(frame, timeout=10)
    told = lambda radio: [c for c in quiet(radio)[before:] if c[0] == code]  # noqa: E731
    if fate in ("deny", "never"):
        assert answer in (error(1), bytes([DISABLED])), answer.hex()
        app.fence()
        assert not told(house.radio)
    else:
        assert answer[0] == first, answer.hex()
        if code == 6:
            assert house.radio.clock_offset == clock
        if fate == "pass":
            house.radio.wait(told)  # requests wait for their turn
    if code == 4:
        assert app.answer()[0] == 4
    app.fence()


@pytest.mark.parametrize("code", [c for c, (_, fate, _) in COMMANDS.items() if fate == "deny"])
def test_what_an_owner_may(code):
    frame, _, first = COMMANDS[code]
    with MeshcoreBench(owner=OPEN) as bench:
        app = bench.client("owner")
        if first is None:
            app.send(frame)
            bench.radio.wait(lambda r: r.commands(code))
            return
        if code in (34, 35):
            assert app.ask(b"\x21")[0] == 19
        assert app.ask(frame, timeout=10)[0] == first
        wanted = 33 if code in (33, 34) else code  # a signature goes out as a whole
        if code in (33, 34):
            assert not bench.radio.commands(33, 34)
        else:
            assert bench.radio.commands(wanted)


def test_the_private_key_never_leaves():
    rules = {"policy": {"admin": "allow", "rules": [{"allow": ["key-export"]}]}}
    with MeshcoreBench(owner=rules) as bench:
        app = bench.client("owner")
        assert app.ask(b"\x17") == bytes([DISABLED])
        assert not bench.radio.commands(23)


@pytest.mark.parametrize("code", SHORT)
def test_short_frames_get_an_error_and_go_nowhere(house, code):
    app = house.client("owner", name=f"short{code}")
    before = len(house.radio.received)
    assert app.ask(SHORT[code], timeout=10)[0] in (1, 15)
    app.fence()
    assert not [c for c in house.radio.received[before:] if c == SHORT[code]]


@pytest.mark.parametrize("payload", [b"\x03\0\0\x01\x02\x03\x04", b"\x2c", b"\x35", b"\xc8abc", b"\x00",
                                     b"\x02" + bytes(200), b"\x18" + bytes(10)])
def test_what_is_no_command_is_answered_with_an_error(house, payload):
    app = house.client("owner", name="odd")
    before = len(house.radio.received)
    assert app.ask(payload) == error(1)
    app.fence()
    assert not [c for c in house.radio.received[before:] if c[0] == payload[0]]


def test_contacts_allow_opens_the_contact_list_only():
    with MeshcoreBench(friends={"policy": {"contacts": "allow"}}) as bench:
        app = bench.client("friends")
        assert app.ask(b"\x09" + NEW[1:148]) == bytes([OK])
        assert app.ask(b"\x0f" + key_of("Ben")) == bytes([OK])
        assert app.ask(b"\x12" + bytes(100)) == bytes([OK])
        assert app.ask(b"\x08name") == error(1)
        assert app.ask(b"\x20\x03" + bytes(48)) == error(1)
        assert [c[0] for c in bench.radio.commands(8, 9, 15, 18, 32)] == [9, 15, 18]


def test_remote_consoles_are_denied(hill):
    app = hill.client()
    assert app.send_text(REP, "reboot", kind=1) == error(1)
    app.fence()
    assert not hill.radio.commands(2)


def test_adverts_are_limited(hill):
    app = hill.client()
    answers = [app.ask(b"\x07\x01") for _ in range(12)]
    assert answers == [bytes([OK])] * 10 + [error(3)] * 2
    assert len(hill.radio.commands(7)) == 10


def test_the_pin_is_masked(hill):
    assert hill.radio.device_info()[4:8] == struct.pack("<I", 123456)
    assert hill.client().ask(b"\x16\x03")[4:8] == bytes(4)


def test_an_empty_channel_slot_is_refused(hill):
    app = hill.client()
    assert app.send_channel(5, "into the void") == error(2)
    assert app.ask(b"\x3e\x05\xff" + struct.pack("<H", 1) + b"data") == error(2)
    app.fence()
    assert not hill.radio.commands(3, 62)


def test_an_unknown_contact_is_refused(hill):
    app = hill.client()
    assert app.send_text(key_of("nobody"), "hi") == error(2)
    assert app.ask(b"\x1b" + key_of("nobody")) == error(2)
    app.fence()
    assert not hill.radio.commands(2, 27)
