"""The official MeshCore clients on a simulated radio: first alone on it, as its one client, over TCP and over a
serial line; then several at once on a virtual node. What a group of hikers' phones do, with the programs people
use.
"""

import asyncio

import pytest

from tests.clients.meshcore_clients import JavaScriptClient, PythonClient, command_line, documents
from tests.clients.meshcore_party import ADMIN, CHAT, GUEST, REPEATER, ROOM, SENSOR, Party, Radio, each, peers, run, \
    shared_radio
from tests.harness.daemon import Daemon

@pytest.fixture(scope="module", params=["tcp", "pty"])
def shared(request, tmp_path_factory):
    with shared_radio(request.param, tmp_path_factory.mktemp("radio")) as daemon:
        yield daemon


async def everything(client, radio):
    """All that one client can want of its radio, in turn."""
    own = await client.info()
    assert len(own) == 64
    # A radio that was just started is behind. A post stamped by the app's clock would seem to come from the
    # future, and the room would take all that follows for old.
    await client.set_clock()
    contacts = await client.contacts()
    assert len(contacts) == 40 and {c["type"] for c in contacts} == {CHAT, REPEATER, ROOM, SENSOR}
    channels = await client.channels()
    assert [c["name"] for c in channels[:3]] == ["Public", "#hikers", "Valley 2"]
    assert await client.battery() == await client.stats() == 4012
    friend, room = peers(contacts, CHAT)[0], peers(contacts, ROOM)[0]
    repeater, sensor = peers(contacts, REPEATER)[0], peers(contacts, SENSOR)[0]

    await client.text_and_ack(friend["key"], "hello there")
    answer = await client.expect_text("echo: hello there")
    assert answer["from"] == friend["key"][:12]
    await client.channel(0, "ping everybody")
    assert (await client.expect_text("pong: ping everybody"))["channel"] == 0

    assert not await client.login(room["key"], "not the password")
    assert await client.login(room["key"], GUEST)
    # A room takes a post of the second in which it saw its author last for a repetition.
    await client.next_second()
    await client.text_and_ack(room["key"], "a post")
    assert (await client.expect_text("re: a post"))["type"] == 2
    assert await client.status(room["key"]) > 3000
    assert await client.login(repeater["key"], ADMIN)
    assert await client.status(repeater["key"]) > 3000
    assert await client.telemetry(sensor["key"])
    assert await client.trace(repeater["key"][:2])
    assert radio.sent("hello there") == radio.sent("ping everybody") == radio.sent("a post") == 1
    assert client.alive()


@pytest.mark.parametrize("transport", ["tcp", "pty"])
def test_the_python_library_alone_on_the_radio(transport, tmp_path):
    async def scenario():
        async with PythonClient.connect(radio.address, radio.device) as client:
            await everything(client, radio)
    with Radio(transport, tmp_path) as radio:
        run(scenario)


def test_the_javascript_library_alone_on_the_radio(tmp_path):
    async def scenario():
        async with JavaScriptClient.connect(radio.address) as client:
            await everything(client, radio)
    with Radio("tcp", tmp_path) as radio:
        run(scenario)


def test_the_radio_keeps_one_client_only(tmp_path):
    async def scenario():
        async with JavaScriptClient.connect(radio.address) as first, JavaScriptClient.connect(radio.address) as second:
            await first.events.expect(lambda event: event["event"] == "disconnected")
            assert len(await second.contacts()) == 40
    with Radio("tcp", tmp_path) as radio:
        run(scenario)
        assert radio.stats()["displaced"] == 1


async def command_line_tour(address, home):
    tell = lambda *words: command_line(address, *words, home=home)  # noqa: E731
    info, version = documents(await tell("infos", "ver"))[:2]
    assert info["name"] == "Simulated Hill" and version["ver"] == "v1.17.1"
    await tell("clock", "sync")
    contacts = documents(await tell("contacts"))[0]
    assert len(contacts) == 40
    assert "#hikers" in await tell("get_channels")
    name = next(c["adv_name"] for c in contacts.values() if c["type"] == CHAT)
    room = next(c["adv_name"] for c in contacts.values() if c["type"] == ROOM)
    repeater = next(c for c in contacts.values() if c["type"] == REPEATER)
    sensor = next(c["adv_name"] for c in contacts.values() if c["type"] == SENSOR)
    sent, ack = documents(await tell("msg", name, "from the command line", "wait_ack"))
    assert ack["code"] == sent["expected_ack"]
    assert "pong: ping cli" in await tell("chan", "1", "ping cli", "wait_msg", "wait_msg")
    assert '"login_success": true' in await tell("login", room, GUEST)
    assert '"login_success": true' in await tell("login", repeater["adv_name"], GUEST)
    assert documents(await tell("req_status", room))[0]["bat"] > 3000
    assert documents(await tell("req_telemetry", sensor))[0]["lpp"]
    traced = documents(await tell("trace", repeater["public_key"][:2]))[0]
    assert traced["path"][0]["hash"] == repeater["public_key"][:2]
    battery, stats = documents(await tell("get", "bat", "get", "stats_core"))
    assert battery["level"] == stats["battery_mv"] == 4012


def test_the_command_line_alone_on_the_radio(tmp_path):
    with Radio("tcp", tmp_path) as radio:
        run(lambda: command_line_tour(radio.address, tmp_path))


# Through the virtual node ---------------------------------------------------------------------------------


def test_three_at_once_see_the_same_radio(shared):
    async def scenario():
        async with Party(shared) as party:
            assert len(set(await each(party.clients, lambda c, _: c.info()))) == 1
            lists = await each(party.clients, lambda c, _: c.contacts())
            assert [[c["key"] for c in found] for found in lists] == [[c["key"] for c in lists[0]]] * 3
            channels = await each(party.clients, lambda c, _: c.channels())
            assert all([c["name"] for c in found] == [c["name"] for c in channels[0]] for found in channels)
            assert await each(party.clients, lambda c, _: c.battery()) == [4012] * 3
            assert await each(party.clients, lambda c, _: c.stats()) == [4012] * 3
    run(scenario)


def test_everyone_gets_their_own_acknowledgement_and_every_answer_once(shared):
    async def scenario():
        async with Party(shared) as party:
            friends = party.peers(CHAT)
            codes = await each(party.clients, lambda c, n: c.text_and_ack(friends[n]["key"], f"direct by {n}"))
            assert len(set(codes)) == 3
            for number in range(3):
                await party.all_hear(f"echo: direct by {number}")
                assert party.radio.sent(f"direct by {number}") == 1
    run(scenario)


def test_a_channel_text_shows_at_the_others(shared):
    async def scenario():
        async with Party(shared) as party:
            for number, client in enumerate(party.clients):
                text = f"channel text of {number}"
                await client.channel(0, text)
                await party.all_hear(text, but=client)
                assert party.radio.sent(text) == 1
    run(scenario)


def test_what_the_radio_hears_reaches_everybody_once(shared):
    async def scenario():
        async with Party(shared) as party:
            texts = [f"from outside {number}" for number in range(20)]
            for number, text in enumerate(texts):
                party.radio.make(*(("text",) if number % 2 else ("channel-text",)), text=f"{text}.")
            for text in texts:
                await party.all_hear(f"{text}.")
    run(scenario)


def test_a_room_for_all_of_them(shared):
    async def scenario():
        async with Party(shared) as party:
            room = party.peers(ROOM)[0]["key"]
            first, second, third = party.clients
            assert not await second.login(room, "not the password")
            assert await first.login(room, GUEST)
            assert await third.login(room, GUEST)
            await third.text_and_ack(room, "a post by one")
            await party.all_hear("re: a post by one")
            # Two in the same second: the driver gives each a time of its own, or the room would drop one.
            await asyncio.gather(first.text_and_ack(room, "post A"), second.text_and_ack(room, "post B"))
            await party.all_hear("re: post A")
            await party.all_hear("re: post B")
            party.radio.make("post", text="somebody else's post")
            await party.all_hear("somebody else's post")
    run(scenario)


def test_requests_at_once_do_not_clear_each_other(shared):
    async def scenario():
        async with Party(shared) as party:
            room, repeater = party.peers(ROOM)[0]["key"], party.peers(REPEATER)[0]["key"]
            sensor = party.peers(SENSOR)[0]["key"]
            before = party.radio.stats()["discardedAnswers"]
            first, second, third = party.clients
            assert await first.login(room, GUEST) and await third.login(repeater, ADMIN)
            status, telemetry, other = await asyncio.gather(
                first.status(room), second.telemetry(sensor), third.status(repeater))
            assert status and telemetry and other
            traces = await each(party.clients, lambda c, _: c.trace(repeater[:2]))
            assert all(traces)
            assert party.radio.stats()["discardedAnswers"] == before
    run(scenario)


def test_the_command_line_beside_them(shared, tmp_path):
    async def scenario():
        async with Party(shared) as party:
            await asyncio.gather(command_line_tour(shared.address, tmp_path / "a"),
                                 command_line(shared.address, "infos", "contacts", "get_channels", home=tmp_path / "b"))
            await party.all_hear("echo: from the command line")
            assert all(await each(party.clients, lambda c, _: c.info()))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    run(scenario)


def test_what_is_denied_is_answered_and_does_not_reach_the_radio(shared):
    async def scenario():
        async with Party(shared) as party:
            commands = party.clients[0].radio.commands
            before = party.radio.stats()["commands"]
            assert (await commands.export_private_key()).type.value == "disabled"
            assert (await commands.set_name("Mallory")).is_error()
            assert (await commands.set_tx_power(2)).is_error()
            assert (await commands.set_time(1)).type.value == "command_ok"
            after = party.radio.stats()["commands"]
            assert [after.get(code, 0) - before.get(code, 0) for code in ("8", "12", "23")] == [0, 0, 0]
            assert (await party.clients[0].answer(commands.send_device_query()))["ble_pin"] == 0
    run(scenario)


def test_personal_listeners_keep_what_their_owner_missed(tmp_path):
    async def scenario():
        address = {name: daemon.listen_address(name) for name in ("anna", "bruno")}
        async with PythonClient.connect(address["bruno"]) as bruno:
            async with PythonClient.connect(address["anna"]) as anna:
                radio.make("text", text="to both.")
                await asyncio.gather(anna.expect_text("to both."), bruno.expect_text("to both."))
            radio.make("text", text="while anna is away.")
            await bruno.expect_text("while anna is away.")
            async with PythonClient.connect(address["anna"]) as anna:
                await anna.expect_text("while anna is away.")
                # She had not asked for another one after it: it may come again, but nothing is lost.
                assert anna.times("to both.") <= 1 and anna.times("while anna is away.") == 1
            assert bruno.times("to both.") == bruno.times("while anna is away.") == 1

    listener = {"plugin": "vnode-meshcore", "source": "hill", "listen": "tcp://127.0.0.1:0", "personal": True}
    with Radio("tcp", tmp_path) as radio, Daemon({
        "sources": {"hill": {"plugin": "meshcore", "connect": radio.uri}},
        "frontends": {"anna": listener, "bruno": listener},
    }) as daemon:
        run(scenario)
