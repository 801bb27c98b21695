"""Makes the harness importable and gives the fixtures every integration test uses."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.harness.daemon import BUILD_DIR, Daemon, SOURCE_DIR  # noqa: E402, F401
from tests.harness import meshcore_peer  # noqa: E402
from tests.harness.meshtastic_peer import Client, ScriptedRadio, split_frames  # noqa: E402

DATA = SOURCE_DIR / "tests" / "data" / "meshtastic"


def recorded_dump(name):
    """Frames of a recorded handshake, up to and without its config_complete_id."""
    payloads = []
    for payload in split_frames((DATA / f"{name}.recv.bin").read_bytes()):
        if payload[:1] == b"\x38":
            return payloads
        payloads.append(payload)
    raise AssertionError(f"{name} has no config_complete_id")


def vnode_config(radio_port, **frontends):
    """A configuration with one Meshtastic source named home and the given frontends."""
    if not frontends:
        frontends = {"phones": {}}
    full = {}
    for name, options in frontends.items():
        full[name] = {"plugin": "vnode-meshtastic", "source": "home", "listen": "tcp://127.0.0.1:0",
                      **options}
    return {"sources": {"home": {"plugin": "meshtastic", "connect": f"tcp://127.0.0.1:{radio_port}"}},
            "frontends": full}


def meshcore_config(connect, **frontends):
    """A configuration with one MeshCore source named hill and the given frontends."""
    full = {name: {"plugin": "vnode-meshcore", "source": "hill", "listen": "tcp://127.0.0.1:0", **options}
            for name, options in (frontends or {"hikers": {}}).items()}
    return {"sources": {"hill": {"plugin": "meshcore", "connect": connect}}, "frontends": full}


class AnyBench:
    """A scripted radio, a daemon that holds it, and clients. Derive and fill radio and daemon."""

    radio = daemon = None

    def __enter__(self):
        self.clients = []
        self.radio.__enter__()
        try:
            self.daemon.__enter__()
        except BaseException:
            self.radio.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *error):
        for client in self.clients:
            client.__exit__(None, None, None)
        try:
            self.daemon.__exit__(*error)
        finally:
            self.radio.__exit__(None, None, None)


class Bench(AnyBench):
    """For Meshtastic: the radio plays a recorded dump."""

    def __init__(self, dump="us_a_want_12345", own_number=1003, **frontends):
        self.radio = ScriptedRadio(recorded_dump(dump), own_number)
        self.daemon = Daemon(vnode_config(self.radio.port, **frontends))

    def client(self, frontend="phones", handshake=True):
        client = Client(self.daemon.listen_address(frontend))
        self.clients.append(client)
        if handshake:
            client.handshake()
        return client


class MeshcoreBench(AnyBench):
    """For MeshCore. ready: wait until the radio was captured."""

    def __init__(self, radio=None, config=None, **frontends):
        self.radio = radio or meshcore_peer.ScriptedRadio()
        self.daemon = Daemon(config or meshcore_config(self.radio.uri, **frontends))

    def __enter__(self):
        super().__enter__()
        try:
            self.wait_up(0)  # it may have happened already
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def wait_up(self, seen=None):
        """Waits until the driver has captured the radio and drained its messages; seen: how often it had
        asked for one before."""
        seen = len(self.radio.commands(10)) if seen is None else seen
        self.radio.wait(lambda r: len(r.commands(10)) > seen and not r.messages)
        self.daemon.wait_log("connected to")

    def client(self, frontend="hikers", version=3, name="test", source=None):
        """An app; version None: it says nothing yet."""
        client = meshcore_peer.Client(self.daemon.listen_address(frontend), source)
        self.clients.append(client)
        if version is not None:
            client.start(name, version)
        return client


@pytest.fixture
def bench():
    """One scripted radio, one daemon, one virtual node named phones with the default policy."""
    with Bench() as made:
        yield made


@pytest.fixture
def hill():
    """One scripted MeshCore radio, one daemon, one virtual node named hikers with the default policy."""
    with MeshcoreBench() as made:
        yield made
