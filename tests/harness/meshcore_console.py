"""The text console of a room server or a repeater, played as it was recorded. Knows no test."""

import re

from tests.harness.radio_server import RadioServer

ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")


def unescape(text):
    named = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}
    return ESCAPE.sub(lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" else named[m[1]], text)


def exchanges(path):
    """What the device printed for each thing that was typed: {typed: printed}, the first of each."""
    found, typed = {}, None
    for line in path.read_text().splitlines():
        match = re.match(r" *[0-9.]+ ([<>]) (.*)$", line)
        if match and match[1] == ">":
            typed = unescape(match[2])
            new = typed not in found
            found.setdefault(typed, "")
        elif match and new:
            found[typed] += unescape(match[2])
    assert len(found) > 10, f"no transcript in {path}"
    return found


class RecordedConsole(RadioServer):
    """Lines it was told are in `received`, without their end.

    room: it runs only the first of the lines that wait together, as room servers do.
    """

    def __init__(self, path, room):
        self.answers = {typed[:-1]: printed for typed, printed in exchanges(path).items() if typed.endswith("\r")}
        self.room = room
        self.mute = False
        self.noise = ""    # printed before each answer
        super().__init__()

    def take(self, connection, data):
        text = data.decode()
        while "\r" in text:
            line, text = text.split("\r", 1)
            assert "\n" not in line and len(line) <= 150, f"{line!r} is no line for a console"
            self.note(line)
            if self.room:
                text = ""
            if not self.mute:
                printed = self.answers.get(line, line + "\r\n  -> Unknown command\r\n")
                connection.sendall((self.noise + printed).encode())
        return text.encode()
