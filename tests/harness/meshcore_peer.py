"""A bare MeshCore app and a scripted companion radio for tests, speaking frames by hand. Faults are
injected here; real clients are in tests/clients. Facts: docs/protocol notes 1.1, 2.3 to 2.5.
"""

import hashlib
import socket
import struct
import time

from .daemon import DEADLINE
from .meshcore_frames import *  # noqa: F403  tests take both from here
from .radio_server import RadioServer


class Client:
    """One app. Every byte received must belong to a whole frame."""

    def __init__(self, address, source=None):
        self.socket = socket.create_connection(address, timeout=DEADLINE,
                                               source_address=(source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.pushes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_raw(self, data):
        self.socket.sendall(data)

    def send(self, payload):
        self.send_raw(frame(payload, b"<"))

    def receive(self, timeout=DEADLINE):
        """The next frame's payload, or None at end of stream."""
        deadline = time.monotonic() + timeout
        while True:
            if len(self.buffer) >= 3:
                assert self.buffer[:1] == b">", f"stray bytes {self.buffer[:8].hex()}"
                length = struct.unpack("<H", self.buffer[1:3])[0]
                if len(self.buffer) >= 3 + length:
                    payload = self.buffer[3:3 + length]
                    self.buffer = self.buffer[3 + length:]
                    return payload
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                part = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not part:
                assert not self.buffer, "the stream ended inside a frame"
                return None
            self.buffer += part

    def answer(self, timeout=DEADLINE):
        """The next direct answer; pushes before it are kept."""
        while True:
            payload = self.receive(timeout)
            assert payload is not None, "the session was closed"
            if payload[0] < 0x80:
                return payload
            self.pushes.append(payload)

    def ask(self, payload, timeout=DEADLINE):
        self.send(payload)
        return self.answer(timeout)

    def push(self, code, test=lambda p: True, timeout=DEADLINE):
        """The first push of that code test accepts, one that came before included."""
        for payload in self.pushes:
            if payload[0] == code and test(payload):
                self.pushes.remove(payload)
                return payload
        deadline = time.monotonic() + timeout
        while True:
            payload = self.receive(max(deadline - time.monotonic(), 0.001))
            assert payload is not None, "the session was closed"
            if payload[0] == code and test(payload):
                return payload
            if payload[0] >= 0x80:
                self.pushes.append(payload)

    def fence(self):
        """Everything the daemon had for this session has arrived in pushes when this returns."""
        assert self.ask(b"\x05")[0] == TIME

    def start(self, name="test", version=3):
        """What every app begins with; gives SELF_INFO and DEVICE_INFO."""
        return (self.ask(b"\x01" + bytes(7) + name.encode()), self.ask(bytes([22, version])))

    def contacts(self, since=None):
        """CONTACT frames, the total told at the start, the newest lastmod told at the end."""
        self.send(b"\x04" + (struct.pack("<I", since) if since is not None else b""))
        first = self.answer()
        assert first[0] == START, first.hex()
        found = []
        while True:
            payload = self.answer()
            if payload[0] == END:
                return found, struct.unpack("<I", first[1:])[0], struct.unpack("<I", payload[1:])[0]
            assert payload[0] == CONTACT, payload.hex()
            found.append(payload)

    def sync(self):
        """Fetches messages until there are no more."""
        messages = []
        while True:
            payload = self.ask(b"\x0a")
            if payload[0] == NO_MORE:
                return messages
            messages.append(payload)

    def next_message(self):
        """Waits for MSG_WAITING if nothing is there yet, then fetches one."""
        payload = self.ask(b"\x0a")
        while payload[0] == NO_MORE:
            self.push(WAITING)
            payload = self.ask(b"\x0a")
        return payload

    def send_text(self, key, text, timestamp=1_700_000_300, attempt=0, kind=0):
        return self.ask(bytes([2, kind, attempt]) + struct.pack("<I", timestamp) + key[:6] + text.encode())

    def send_channel(self, index, text, timestamp=1_700_000_400):
        return self.ask(bytes([3, 0, index]) + struct.pack("<I", timestamp) + text.encode())


class ScriptedRadio(RadioServer):
    """A companion radio with the firmware's traps. What it is told is in `received`, as payloads.

    remote(command) gives the pushes that answer a request, after SENT; None: silence. They are sent
    when the test calls answer_remote, or at once with auto_remote.
    """

    def __init__(self, own_name="Hill"):
        self.key = key_of(own_name)
        self.own_name = own_name
        self.contacts = [contact("Anna"), contact("Ben"), contact("Room", 3), contact("Rep", 2)]
        self.channels = {0: channel_info(0, "Public", bytes.fromhex("8b3387e9c5cdea6ac9e5edbaa115cd72")),
                         1: channel_info(1, "#test", hashtag("#test"))}
        self.max_channels = 8
        self.messages = []
        self.clock_offset = 0
        self.answers = {}            # command code -> fixed answer frame(s), before everything else
        self.mute = set()            # command codes that get no answer; -1: all
        self.auto_ack = True
        self.auto_remote = True
        self.remote = lambda command: None
        self.pending = None          # the one request the device waits for
        self.asked = None            # the same, before its SENT has left
        self.app_version = 0
        self.next_tag = 0x51000000
        self.sign_buffer = None
        self.limit = 176
        self.chunk = 0               # answers leave in pieces of so many bytes; 0: whole
        super().__init__()

    # What the device is -------------------------------------------------------------------

    def self_info(self):
        return (bytes([SELF_INFO, 1, 20, 22]) + self.key + struct.pack("<ii", 0, 0) + bytes([0, 0, 0, 0])
                + struct.pack("<II", 869525, 250000) + bytes([11, 5]) + self.own_name.encode())

    def device_info(self):
        return (bytes([DEVICE_INFO, 13, 175, self.max_channels]) + struct.pack("<I", 123456)
                + b"14 Aug 2026".ljust(12, b"\0") + b"Scripted".ljust(40, b"\0")
                + b"v1.17.1".ljust(20, b"\0") + bytes([0, 0]))

    def now(self):
        return int(time.time()) + self.clock_offset

    def state_answer(self, command):
        """Answers of commands that read; None for others."""
        code = command[0]
        fixed = {1: self.self_info, 22: self.device_info,
                 5: lambda: bytes([TIME]) + struct.pack("<I", self.now()),
                 20: lambda: bytes([BATTERY]) + struct.pack("<HII", 4012, 100, 1000),
                 40: lambda: b"\x15gps:1", 43: lambda: b"\x17" + struct.pack("<II", 0, 1000),
                 59: lambda: b"\x19\x00\x00", 60: lambda: b"\x1a", 64: lambda: b"\x1c"}
        if code in fixed:
            return fixed[code]()
        if code == 31:
            index = command[1]
            if index >= self.max_channels:
                return error(2)
            return self.channels.get(index, channel_info(index))
        if code == 30:
            return next((c for c in self.contacts if c[1:33] == command[1:33]), error(2))
        if code == 56:
            kinds = {0: struct.pack("<HIHB", 4012, 99, 0, 0), 1: struct.pack("<hbbII", -110, -70, 38, 1, 2),
                     2: struct.pack("<IIIIIII", 1, 2, 3, 4, 5, 6, 7)}
            return bytes([24, command[1]]) + kinds[command[1]] if command[1] in kinds else error(6)
        return None

    # The conversation ---------------------------------------------------------------------

    def take(self, connection, data):
        while True:
            start = data.find(b"<")
            if start < 0:
                return b""
            data = data[start:]
            if len(data) < 3:
                return data
            length = struct.unpack("<H", data[1:3])[0]
            if len(data) < 3 + length:
                return data
            command = data[3:3 + length]
            data = data[3 + length:]
            if not command:
                continue
            assert length <= self.limit, f"a frame of {length} bytes reached the radio"
            self.note(command)
            out = b"".join(frame(payload) for payload in self.respond(command))
            for piece in range(0, len(out), self.chunk or len(out) or 1):
                connection.sendall(out[piece:piece + self.chunk] if self.chunk else out)
            if self.asked is not None:
                # Its result may come only behind the SENT that has just left.
                with self.condition:
                    self.pending, self.asked = self.asked, None
                    self.condition.notify_all()
                if self.auto_remote:
                    self.answer_remote()

    def respond(self, command):
        code = command[0]
        if code in self.mute or -1 in self.mute:
            return []
        if code in self.answers:
            given = self.answers[code]
            given = given(command) if callable(given) else given
            return [given] if isinstance(given, bytes) else given
        if code == 22:
            self.app_version = command[1]
        known = self.state_answer(command)
        if known is not None:
            return [known]
        if code in REMOTE and not (code == 39 and len(command) == 4):
            return self.request(command)
        handler = getattr(self, f"on_{code}", None)
        if handler is not None:
            return handler(command)
        if code in (7, 8, 11, 12, 13, 14, 16, 18, 21, 25, 28, 29, 37, 38, 41, 54, 55, 58, 61, 62, 63, 65):
            return [bytes([OK])]
        return [error(1)]

    def on_4(self, command):
        since = struct.unpack("<I", command[1:5])[0] if len(command) >= 5 else 0
        lastmod = lambda c: struct.unpack("<I", c[144:148])[0]  # noqa: E731
        shown = [c for c in self.contacts if lastmod(c) > since]
        newest = max(map(lastmod, shown), default=0)
        return ([bytes([START]) + struct.pack("<I", len(self.contacts))] + shown
                + [bytes([END]) + struct.pack("<I", newest)])

    def on_6(self, command):
        seconds = struct.unpack("<I", command[1:5])[0]
        if seconds < self.now():
            return [error(6)]
        self.clock_offset = seconds - int(time.time())
        return [bytes([OK])]

    def on_8(self, command):
        self.own_name = command[1:].decode()
        return [bytes([OK])]

    def on_9(self, command):
        new = bytes([CONTACT]) + command[1:].ljust(143, b"\0")[:143]
        new += struct.pack("<I", self.now())
        self.contacts = [c for c in self.contacts if c[1:33] != new[1:33]] + [new]
        return [bytes([OK])]

    def on_10(self, command):
        return [self.messages.pop(0) if self.messages else bytes([NO_MORE])]

    def on_15(self, command):
        before = len(self.contacts)
        self.contacts = [c for c in self.contacts if c[1:33] != command[1:33]]
        return [bytes([OK]) if len(self.contacts) < before else error(2)]

    def on_2(self, command):
        kind, attempt = command[1], command[2]
        timestamp, text = struct.unpack("<I", command[3:7])[0], command[13:]
        if not any(c[1:7] == command[7:13] for c in self.contacts):
            return [error(2)]
        if kind == 1:
            return [bytes([SENT, 0]) + struct.pack("<II", 0, 800)]
        ack = hashlib.sha256(struct.pack("<IB", timestamp, attempt & 3) + text + self.key).digest()[:4]
        out = [bytes([SENT, 0]) + ack + struct.pack("<I", 800)]
        if self.auto_ack:
            out.append(bytes([CONFIRMED]) + ack + struct.pack("<I", 321))
        return out

    def on_3(self, command):
        assert len(command) >= 8, "this frame crashes a real radio"
        return [bytes([OK]) if command[2] < self.max_channels else error(2)]

    def on_17(self, command):
        return [b"\x0b" + bytes(100)]

    def on_19(self, command):
        self.drop()
        return []

    def on_23(self, command):
        return [b"\x0e" + b"\x5e" * 64]

    def on_24(self, command):
        return [bytes([OK])]

    def on_32(self, command):
        self.channels[command[1]] = bytes([CHANNEL_INFO]) + command[1:50]
        return [bytes([OK])]

    def on_33(self, command):
        self.sign_buffer = b""
        return [b"\x13\x00" + struct.pack("<I", 8192)]

    def on_34(self, command):
        if self.sign_buffer is None:
            return [error(4)]
        self.sign_buffer += command[1:]
        return [bytes([OK])]

    def on_35(self, command):
        if self.sign_buffer is None:
            return [error(4)]
        signed, self.sign_buffer = self.sign_buffer, None
        return [b"\x14" + hashlib.sha512(signed).digest()]

    def on_36(self, command):
        tag = command[1:5]
        result = (bytes([TRACE, 0, len(command) - 10, command[9]]) + tag + command[5:9] + command[10:]
                  + bytes([30] * (len(command) - 10)) + bytes([36]))
        return [bytes([SENT, 0]) + tag + struct.pack("<I", 900), result]

    def on_39(self, command):
        return [bytes([TELEMETRY, 0]) + self.key[:6] + b"\x01\x74\x01\x91"]

    def on_42(self, command):
        return [b"\x16" + struct.pack("<I", 1_700_000_000) + b"\x01\xaa"]

    def request(self, command):
        self.next_tag += 1
        tag = struct.pack("<I", self.next_tag)
        if command[0] == 26:
            tag = command[1:5]
        self.asked = (command, tag)
        return [bytes([SENT, 0]) + tag + struct.pack("<I", 400)]

    def answer_remote(self):
        """Sends what the request the device waits for is answered with."""
        command, tag = self.pending
        pushes = self.remote(command) or []
        if pushes:
            self.pending = None
        for payload in pushes:
            self.send(payload.replace(b"TAG!", tag))

    # What a test makes it say -------------------------------------------------------------

    def send(self, payload):
        self.send_raw(frame(payload))

    def message(self, payload):
        """A message arrives."""
        self.messages.append(payload)
        self.send(bytes([WAITING]))

    def commands(self, *codes):
        """What it was told of these codes."""
        return [c for c in self.received if c[0] in codes]


def usual_answers(command):
    """Results for remote of ScriptedRadio, as a willing node gives them."""
    code = command[0]
    key = command[4:10] if code == 39 else command[2:8] if code == 52 else command[1:7]
    return {26: [bytes([LOGIN, 1]) + key + bytes(4) + b"\x03\x02"],
            27: [bytes([STATUS, 0]) + key + bytes(60)],
            39: [bytes([TELEMETRY, 0]) + key + b"\x01\x74\x01\x91"],
            52: [bytes([DISCOVERY, 0]) + key + b"\x01\xaa\x01\xaa"]}.get(
                code, [bytes([BINARY, 0]) + b"TAG!" + key + bytes(50)])


def recorded_radio(data):
    """A ScriptedRadio that is what one recording of a connect sequence shows; data: its bytes."""
    radio = ScriptedRadio()
    frames = split_frames(data)
    radio.contacts, radio.channels = [], {}
    first, stats = {}, {}
    for payload in frames:
        code = payload[0]
        if code == CONTACT and not any(c[1:33] == payload[1:33] for c in radio.contacts):
            radio.contacts.append(payload)
        elif code == CHANNEL_INFO:
            radio.channels.setdefault(payload[1], payload)
        elif code in (7, 8, 16, 17, 27):
            radio.messages.append(payload)
        elif code == 24:
            stats.setdefault(payload[1], payload)
        else:
            first.setdefault(code, payload)
    radio.key = first[SELF_INFO][4:36]
    radio.max_channels = first[DEVICE_INFO][3]
    radio.self_info = lambda: first[SELF_INFO]
    radio.device_info = lambda: first[DEVICE_INFO]
    for command, code in ((20, BATTERY), (40, 21), (43, 23), (59, 25), (60, 26), (64, 28)):
        if code in first:
            radio.answers[command] = first[code]
    radio.answers[56] = lambda command: stats.get(command[1], error(6))
    return radio
