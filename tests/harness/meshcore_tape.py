"""A whole recorded conversation with real firmware, played as the radio: each command is answered as it was
then. Knows no test.
"""

import re
from collections import deque

from tests.harness.meshcore_peer import ERR, NO_MORE, WAITING, recorded_radio

# Which commands change what a reading command is answered with.
CHANGES = {1: {8, 11, 12, 14, 38}, 22: {11, 37, 61}, 31: {32}, 43: {21}, 59: {58}, 64: {63}, 40: {41},
           30: {9, 13, 15, 18}, 20: set(), 60: set(), 56: set()}
READS = {4, 5, 10, *CHANGES}
# What never reaches a radio behind a virtual node.
LOCAL = READS | {6, 23, 28, 29}
MESSAGES = (7, 8, 16, 17, 27)


class Exchange:
    """One command, its direct answers, and the pushes that came before the next command."""

    def __init__(self, command):
        self.command = command
        self.answers = []
        self.pushes = []

    def forwarded(self):
        return self.command[0] not in LOCAL and self.answers and self.answers[0][0] != ERR


def exchanges(path):
    found, open_ = [], deque()
    for line in path.read_text().splitlines():
        match = re.match(r" *[0-9.]+ ([<>]) 0x[0-9a-f]{2} \S+ len=(\d+) ([0-9a-f]*)", line)
        if not match:
            continue
        payload = bytes.fromhex(match[3])
        assert len(payload) == int(match[2])
        if match[1] == ">":
            found.append(Exchange(payload))
            open_.append(found[-1])
        elif payload[0] >= 0x80:
            # The self form of a telemetry request has no other answer.
            found[-1].pushes.append(payload)
        elif open_:
            open_[0].answers.append(payload)
            if not (open_[0].command[0] == 4 and payload[0] in (2, 3)):
                open_.popleft()
    assert found, f"no transcript in {path}"
    # What was heard after a command that the radio is not told of was heard after the one before.
    teller = None
    for exchange in found:
        if exchange.forwarded():
            teller = exchange
        elif teller is not None:
            teller.pushes += exchange.pushes
            exchange.pushes = []
    return found


class Tape:
    """Answers commands from a transcript; what it does not hold is for plain."""

    def __init__(self, path, radio):
        self.exchanges = exchanges(path)
        self.radio = radio
        self.plain = radio.respond
        self.place = 0        # behind the last exchange that was more than a read
        self.used = set()
        self.unknown = []     # commands that are on no tape and change or send something
        self.messages = deque(a for e in self.exchanges if e.command[0] == 10 for a in e.answers
                              if a[0] in MESSAGES)
        announced = sum(p[0] == WAITING for e in self.exchanges for p in e.pushes)
        radio.messages = [self.messages.popleft() for _ in range(max(len(self.messages) - announced, 0))]
        radio.respond = self.respond

    def respond(self, command):
        if command[0] in READS:
            return self.read(command)
        found = self.find(lambda e: e.command == command)
        if found is None and command[0] != 54:
            found = self.find(lambda e: e.command[0] == command[0])
        if found is None:
            if command[0] not in (6, 54):
                self.unknown.append(command)
            return self.plain(command)
        self.place = max(self.place, found + 1)
        exchange = self.exchanges[found]
        self.used.add(found)
        for push in exchange.pushes:
            if push[0] == WAITING and self.messages:
                self.radio.messages.append(self.messages.popleft())
        return exchange.answers + exchange.pushes

    def find(self, test):
        return next((n for n, e in enumerate(self.exchanges) if n not in self.used and test(e)), None)

    def read(self, command):
        """The recorded answer nearest behind this place with no change in between, or before it."""
        changes = CHANGES.get(command[0])
        if changes is None:
            return self.plain(command)
        for part in (self.exchanges[self.place:], reversed(self.exchanges[:self.place])):
            for exchange in part:
                same = exchange.command[:1] if command[0] in (1, 22) else exchange.command
                if command.startswith(same) and exchange.answers:
                    return exchange.answers
                if exchange.command[0] in changes:
                    break
        return self.plain(command)


def tape_radio(path, base):
    """A radio with the contacts and channels of the recording in base, that talks as the transcript does."""
    radio = recorded_radio(base.read_bytes())
    radio.tape = Tape(path, radio)
    return radio


def recorded_messages(tape_path):
    return [a for e in exchanges(tape_path) if e.command[0] == 10 for a in e.answers if a[0] != NO_MORE]
