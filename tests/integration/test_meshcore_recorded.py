"""Whole recorded conversations with real firmware, once more through the daemon: an app that sends what was
sent then gets the answers, messages and pushes the firmware gave.
"""

import pytest

from tests.conftest import MeshcoreBench, SOURCE_DIR
from tests.harness.meshcore_peer import BINARY, CONFIRMED, DISABLED, OK, SENT, WAITING
from tests.harness.meshcore_tape import exchanges, recorded_messages, tape_radio
from tests.integration.test_meshcore_replay import comparable

DATA = SOURCE_DIR / "tests" / "data" / "meshcore"
OPEN = {"policy": {"admin": "allow", "contacts": "allow", "rules": [{"allow": ["remote-exec", "admin.remote"]}]}}
REMOTE = (26, 27, 39, 50, 52, 57)


def expected_answer(exchange, radio):
    """What an app gets for it, as far as it is the same with a virtual node."""
    code, answer = exchange.command[0], comparable(exchange.answers[0])
    if code == 6:
        return bytes([OK])                        # said, but not done
    if code == 23:
        return bytes([DISABLED])
    return shortened(exchange, answer, radio)


def shortened(exchange, answer, radio):
    """An answer without what is the daemon's own: waits, tags, and acks of texts that got a new time."""
    if answer[0] != SENT:
        return answer
    restamped = exchange.command[0] == 2 and any(
        c[1:7] == exchange.command[7:13] and c[33] in (2, 3) for c in radio.contacts)
    return answer[:1] if exchange.command[0] in REMOTE or restamped else answer[:6]


def told(push, acks):
    """A push without the request's tag, and with the ack the app was told of."""
    if push[0] == BINARY:
        return push[:2] + push[6:]
    if push[0] == CONFIRMED:
        return push[:1] + acks.get(push[1:5], push[1:5]) + push[5:]
    return push


def conversation(name):
    path = DATA / f"{name}.txt"
    radio = tape_radio(path, DATA / "connect-serial.recv.bin")
    with MeshcoreBench(radio, owner={"history": "100", **OPEN}) as bench:
        app = bench.client("owner", version=None)
        acks = {}
        for exchange in exchanges(path):
            if exchange.command[0] in (4, 10) or not exchange.answers:
                continue
            answer = app.ask(exchange.command)
            assert shortened(exchange, comparable(answer), radio) == expected_answer(exchange, radio), (
                exchange.command.hex(), answer.hex(), exchange.answers[0].hex())
            if answer[0] == SENT:
                acks[exchange.answers[0][2:6]] = answer[2:6]
            for push in exchange.pushes:
                if push[0] != WAITING:
                    wanted = told(push, acks)
                    app.push(push[0], lambda p: told(p, {}) == wanted)
        messages = recorded_messages(path)
        assert [app.next_message() for _ in messages] == messages
        app.fence()
        assert [p for p in app.pushes if p[0] != WAITING] == []
        assert radio.tape.unknown == []
        assert radio.connections == 1


@pytest.mark.parametrize("name", ["settings", "dm-v3-A", "room-A", "requests", "trace-discovery-A",
                                  "channel-set-A", "export-share-A", "repeater-cli"])
def test_the_conversation_is_the_same(name):
    conversation(name)
