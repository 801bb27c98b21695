"""Frames of the MeshCore companion protocol, built and cut by hand (docs/protocol notes 1.1, 2.3 to
2.5). Knows no connection.
"""

import hashlib
import struct

OK, ERR, START, CONTACT, END, SELF_INFO, SENT = 0, 1, 2, 3, 4, 5, 6
TIME, NO_MORE, BATTERY, DEVICE_INFO, DISABLED, CHANNEL_INFO = 9, 10, 12, 13, 15, 18
ADVERT, PATH_UPDATED, CONFIRMED, WAITING, LOGIN, STATUS, RAW = 0x80, 0x81, 0x82, 0x83, 0x85, 0x87, 0x88
TRACE, NEW_ADVERT, TELEMETRY, BINARY, DISCOVERY, CONTROL, DELETED, FULL = range(0x89, 0x91)

# Requests to other nodes: the next one clears what the device still waits for.
REMOTE = (26, 27, 39, 50, 52, 57)


def frame(payload, mark=b">"):
    return mark + struct.pack("<H", len(payload)) + payload


def split_frames(data, mark=b">"):
    """Frames of a byte string that holds whole frames only; anything else fails."""
    frames = []
    while data:
        assert data[:1] == mark, f"stray bytes {data[:8].hex()}"
        length = struct.unpack("<H", data[1:3])[0]
        assert len(data) >= 3 + length, "cut frame"
        frames.append(data[3:3 + length])
        data = data[3 + length:]
    return frames


def error(code):
    return bytes([ERR, code])


def key_of(name):
    return hashlib.sha256(name.encode()).digest()


def contact(name, kind=1, key=None, lastmod=1_700_000_000, path_len=0xFF, flags=0):
    """A CONTACT frame."""
    return (bytes([CONTACT]) + (key or key_of(name)) + bytes([kind, flags, path_len]) + bytes(64)
            + name.encode()[:31].ljust(32, b"\0") + struct.pack("<IiiI", lastmod, 0, 0, lastmod))


def channel_info(index, name="", secret=bytes(16)):
    return bytes([CHANNEL_INFO, index]) + name.encode().ljust(32, b"\0") + secret


def hashtag(name):
    return hashlib.sha256(name.encode()).digest()[:16]


def direct(sender, text, timestamp=1_700_000_100, kind=0, author=b"", snr=20):
    """CONTACT_MSG_RECV_V3."""
    return (bytes([16, snr, 0, 0]) + sender[:6] + bytes([0xFF, kind]) + struct.pack("<I", timestamp)
            + author + text.encode())


def channel_text(index, text, timestamp=1_700_000_200, snr=20):
    """CHANNEL_MSG_RECV_V3."""
    return bytes([17, snr, 0, 0, index, 0, 0]) + struct.pack("<I", timestamp) + text.encode()


def ack_of(timestamp, attempt, text, own_key):
    digest = hashlib.sha256(struct.pack("<IB", timestamp, attempt & 3) + text.encode() + own_key).digest()
    return digest[:4]


def name_of(field):
    return field.split(b"\0")[0]
