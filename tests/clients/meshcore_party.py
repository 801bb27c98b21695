"""What the tests with official MeshCore clients have in common: a daemon that plays the radio, another one under
test, and a party of clients on it.
"""

import asyncio
import json
from contextlib import AsyncExitStack, contextmanager

from tests.clients.meshcore_clients import JavaScriptClient, PythonClient
from tests.harness.daemon import Daemon

CHAT, REPEATER, ROOM, SENSOR = 1, 2, 3, 4
ADMIN, GUEST = "password", "hello"


class Radio:
    """A daemon that plays the radio, over one of its transports."""

    def __init__(self, transport, directory):
        options = {"plugin": "sim-meshcore", "traffic": "none", "seed": 1}
        self.device = str(directory / "radio") if transport == "pty" else None
        options.update({"pty": self.device} if self.device else {"listen": "tcp://127.0.0.1:0"})
        self.daemon = Daemon({"simulators": {"radio": options}})

    def __enter__(self):
        self.daemon.start()
        self.address = None if self.device else self.daemon.listen_address("radio")
        self.uri = f"serial://{self.device}" if self.device else "tcp://%s:%d" % self.address
        return self

    def __exit__(self, *error):
        self.daemon.__exit__(*error)

    def make(self, verb, **args):
        return self.daemon.ctl("call", "radio", verb, json.dumps(args))

    def stats(self):
        return json.loads(self.daemon.ctl("call", "radio", "stats").stdout)

    def sent(self, text):
        return sum(1 for what in self.stats()["sent"] if what["text"] == text)


@contextmanager
def shared_radio(transport, directory, restarts=0, **options):
    """A radio behind a driver and a virtual node that everybody may connect to; options are the virtual node's.
    restarts: how often the test lets the radio restart."""
    with Radio(transport, directory) as radio:
        with Daemon({
            "sources": {"hill": {"plugin": "meshcore", "connect": radio.uri}},
            "frontends": {"hikers": {"plugin": "vnode-meshcore", "source": "hill", "listen": "tcp://127.0.0.1:0",
                                     **options}},
        }) as daemon:
            daemon.radio = radio
            daemon.address = daemon.listen_address("hikers")
            yield daemon
            stats = radio.stats()
            # Whatever the tests did: the radio was never taken down, displaced or asked for its key.
            assert stats["crashes"] == 0 and stats["displaced"] == 0 and stats["restarts"] == restarts
            assert "23" not in stats["commands"]


def peers(contacts, kind):
    """Contacts of that type that answer: every thirteenth plays dead."""
    return [c for i, c in enumerate(contacts) if c["type"] == kind and i % 13 != 11]


def run(scenario):
    asyncio.run(scenario())


class Party:
    """Two Python clients and a JavaScript client at once on one virtual node."""

    def __init__(self, daemon):
        self.daemon, self.radio = daemon, daemon.radio

    async def __aenter__(self):
        self.stack = AsyncExitStack()
        connect = [PythonClient.connect, PythonClient.connect, JavaScriptClient.connect]
        self.clients = [await self.stack.enter_async_context(make(self.daemon.address)) for make in connect]
        self.known = await self.clients[0].contacts()
        return self

    async def __aexit__(self, kind, error, trace):
        alive = [client.alive() for client in self.clients]
        await self.stack.aclose()
        if kind is None:
            assert all(alive), "somebody was thrown off"

    def peers(self, kind):
        return peers(self.known, kind)

    async def all_hear(self, part, but=None):
        """Each client but one hears it, and nobody hears it twice."""
        others = [client for client in self.clients if client is not but]
        await asyncio.gather(*(client.expect_text(part) for client in others))
        assert [client.times(part) for client in others] == [1] * len(others)
        if but is not None:
            assert but.times(part) == 0


async def each(clients, what):
    return await asyncio.gather(*(what(client, number) for number, client in enumerate(clients)))
