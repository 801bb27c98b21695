"""What users of other proxies missed, with official MeshCore clients: many at once, an old app beside new ones, a
radio that goes away, settings changed by another.
"""

import asyncio
from contextlib import AsyncExitStack

import pytest
from meshcore import EventType

from tests.clients.meshcore_clients import PythonClient
from tests.clients.meshcore_party import CHAT, GUEST, ROOM, Party, each, peers, run, shared_radio


async def connect_many(stack, address, count):
    return [await stack.enter_async_context(PythonClient.connect(address)) for _ in range(count)]


def test_ten_ask_for_a_status_at_once(tmp_path):
    async def scenario():
        async with AsyncExitStack() as stack:
            clients = await connect_many(stack, daemon.address, 10)
            room = peers(await clients[0].contacts(), ROOM)[0]["key"]
            assert await clients[0].login(room, GUEST)
            assert all(await each(clients, lambda c, _: c.status(room)))
            assert all(client.alive() for client in clients)
            assert daemon.radio.stats()["discardedAnswers"] == 0

    with shared_radio("tcp", tmp_path) as daemon:
        run(scenario)


def test_starting_apps_do_not_disturb_a_contact_sync(tmp_path):
    async def scenario():
        async with Party(daemon) as party:
            async def storm(client):
                for _ in range(30):
                    await client.info()

            async def sync(client):
                for _ in range(10):
                    assert len(await client.contacts()) == 40
            first, second, third = party.clients
            await asyncio.gather(storm(first), sync(second), sync(third))

    with shared_radio("pty", tmp_path) as daemon:
        run(scenario)


def test_an_old_app_gets_old_frames_beside_a_new_one(tmp_path):
    async def scenario():
        async with PythonClient.connect(daemon.address, version=False) as old, \
                PythonClient.connect(daemon.address) as new:
            daemon.radio.make("text", text="direct.")
            daemon.radio.make("channel-text", text="channel.")
            for text in ("direct.", "channel."):
                assert (await old.expect_text(text))["snr"] is None
                assert (await new.expect_text(text))["snr"] is not None

    with shared_radio("tcp", tmp_path) as daemon:
        run(scenario)


def test_everyone_sees_what_is_on_the_air(tmp_path):
    async def scenario():
        async with Party(daemon) as party:
            first, second, third = party.clients
            daemon.radio.make("raw")
            await asyncio.gather(first.raw.expect(lambda _: True), second.raw.expect(lambda _: True),
                                 third.events.expect(lambda event: event["event"] == "raw"))

    with shared_radio("tcp", tmp_path) as daemon:
        run(scenario)


@pytest.mark.parametrize("transport", ["tcp", "pty"])
def test_the_radio_goes_and_comes_back(transport, tmp_path):
    async def scenario():
        async with Party(daemon) as party:
            friend = party.peers(CHAT)[0]["key"]
            daemon.radio.make("unplug")
            daemon.wait_log("lost the radio")
            # Reads work on; what would go on the air is refused at once.
            assert len(await party.clients[0].contacts()) == 40
            assert all(await each(party.clients, lambda c, _: c.info()))
            refused = await party.clients[0].radio.commands.send_msg(friend, "into the void")
            assert refused.type == EventType.ERROR
            daemon.radio.make("replug")
            daemon.radio.make("text", text="after the break.")
            await party.all_hear("after the break.")
            await party.clients[1].text_and_ack(friend, "back again")
            await party.all_hear("echo: back again")

    with shared_radio(transport, tmp_path) as daemon:
        run(scenario)


@pytest.mark.parametrize("transport", ["tcp", "pty"])
def test_the_radio_restarts(transport, tmp_path):
    async def scenario():
        async with Party(daemon) as party:
            room = party.peers(ROOM)[0]["key"]
            assert await party.clients[0].login(room, GUEST)
            daemon.radio.make("reboot")
            daemon.wait_log("lost the radio")
            daemon.wait_log("connected to")
            # The restarted radio queues old frames until it is asked for its version. Its clock is behind, and the
            # room takes what it asks for old, unless the gateway sets the clock: from its own if that is right, or
            # else from a phone's.
            await party.clients[1].set_clock()
            daemon.radio.make("text", text="after the restart.")
            await party.all_hear("after the restart.")
            assert party.clients[0].messages.all[-1]["snr"] is not None
            assert await party.clients[1].login(room, GUEST)

    with shared_radio(transport, tmp_path, restarts=1) as daemon:
        daemon.wait_log("connected to")
        run(scenario)


def test_a_setting_changed_by_one_is_seen_by_the_others(tmp_path):
    async def scenario():
        async with PythonClient.connect(daemon.address) as first, PythonClient.connect(daemon.address) as second:
            await first.answer(first.radio.commands.set_name("New Name"))
            await second.info()
            assert second.radio.self_info["name"] == "New Name"
            await first.answer(first.radio.commands.set_channel(5, "#lake"))
            assert (await second.channels())[5]["name"] == "#lake"
            contact = (await second.contacts())[2]
            changed = asyncio.create_task(second.radio.wait_for_event(EventType.PATH_UPDATE, timeout=20))
            await first.answer(first.radio.commands.reset_path(contact["key"]))
            assert await changed is not None

    with shared_radio("tcp", tmp_path, policy={"admin": "allow", "contacts": "allow"}) as daemon:
        run(scenario)
