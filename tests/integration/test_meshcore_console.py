"""A room server's or repeater's own console as a source: what it says arrives as state, and nothing but
questions reaches it.
"""

import pytest

from tests.conftest import Daemon, SOURCE_DIR
from tests.harness.meshcore_console import RecordedConsole
from tests.harness.meshcore_peer import Client, error
from tests.harness.serial_line import OnSerial

DATA = SOURCE_DIR / "tests" / "data" / "meshcore"
KEYS = {"room": "b2ee9bb545e4c6b2", "repeater": "c8f1b4d2815ad649"}
NAMES = {"room": "TestRoom", "repeater": "TestRepeater"}
QUESTIONS = {"ver", "board", "get role", "get name", "get public.key", "stats-core", "stats-radio",
             "stats-packets", "neighbors", "get acl", "clock"}


class SerialConsole(OnSerial, RecordedConsole):
    pass


def console(kind, cls=RecordedConsole):
    return cls(DATA / f"console-{kind}.txt", room=kind == "room")


def config(device, **options):
    # The recordings are from another day: their clock would be set, which they do not know.
    return {"sources": {"box": {"plugin": "meshcore-console", "connect": device.uri, "set_clock": False, **options}}}


def detail(daemon):
    return daemon.call("instances", instance="box")["instances"][0]["detail"]


def records(daemon):
    """Labels of the retained records by key."""
    return {r["key"]: r["labels"] for r in daemon.call("state", source="box")["records"]}


@pytest.mark.parametrize("kind", ["room", "repeater"])
@pytest.mark.parametrize("cls", [RecordedConsole, SerialConsole])
def test_a_console_is_read(kind, cls):
    with console(kind, cls) as device, Daemon(config(device)) as daemon:
        daemon.wait_log("reading the console")
        state = daemon.call("state", source="box")
        assert state["complete"] and not state["stale"]
        found = records(daemon)
        for subtype in range(3):
            assert found[f"07{subtype:02x}"] == ["telemetry"]
        assert found["0e04"] == ["node"]
        assert found["0e01"] == found["0e06"] == found["0e08"] == ["notice"]
        assert ("0e07" in found) == (kind == "repeater")
        said = detail(daemon)
        assert said["public_key"].startswith(KEYS[kind]) and said["node"] == NAMES[kind]
        assert said["firmware"] == "v1.17.1 (Build: 14 Aug 2026)"
        assert said["counters"]["unanswered"] == 0
        assert set(device.received) == QUESTIONS
        assert [s["link"]["phase"] for s in daemon.call("status")["sources"]] == ["up"]


def test_rounds_go_on_and_unplugging_is_survived():
    with console("repeater") as device, Daemon(config(device, interval="5s")) as daemon:
        daemon.wait_log("reading the console")
        device.wait(lambda d: d.received.count("stats-core") == 2)
        assert device.received.count("get name") == 1
        device.go_away()
        daemon.wait_log("lost the console")
        assert daemon.call("state", source="box")["stale"]
        assert records(daemon)["0700"] == ["telemetry"]
        device.listen()
        daemon.wait_log("reading the console")
        assert not daemon.call("state", source="box")["stale"]


def test_debug_output_is_counted_and_not_read():
    device = console("room")
    device.noise = "DEBUG: tick\r\n03:24:55 - 21/11/2026 U RAW: 110A\r\n"
    with device, Daemon(config(device)) as daemon:
        daemon.wait_log("reading the console")
        counters = detail(daemon)["counters"]
        assert counters["packet_logs"] > 10 and counters["other_lines"] > 5
        assert records(daemon)["0702"] == ["telemetry"]


def test_a_silent_console_is_not_waited_for():
    device = console("room")
    device.mute = True
    with device, Daemon(config(device)) as daemon:
        assert daemon.call("status")["sources"][0]["link"]["phase"] in ("syncing", "down", "connecting")
        device.wait(lambda d: len(d.received) >= 2)
        assert set(device.received) == {"ver"}


def test_nothing_but_questions_can_be_configured():
    from tests.harness.daemon import ControlError
    with console("repeater") as device, Daemon(config(device)) as daemon:
        daemon.wait_log("reading the console")
        before = len(device.received)
        try:
            daemon.reload(config(device, commands=["stats-core", "erase"]))
        except ControlError:
            pass
        assert not [line for line in device.received[before:] if line.startswith("erase")]


def test_apps_cannot_reach_a_console():
    """Nobody should bind a virtual node to one; who does gets answers and sends nothing."""
    with console("repeater") as device:
        full = config(device)
        full["frontends"] = {"odd": {"plugin": "vnode-meshcore", "source": "box", "listen": "tcp://127.0.0.1:0",
                                     "policy": {"admin": "allow", "contacts": "allow"}}}
        with Daemon(full) as daemon:
            daemon.wait_log("reading the console")
            before = len(device.received)
            with Client(daemon.listen_address("odd")) as app:
                for command in (b"\x07", b"\x08erase", b"\x13reboot", b"\x02\1\0" + bytes(4) + bytes(6) + b"erase"):
                    assert app.ask(command)[0] == 1, command
                assert app.ask(b"\x01" + bytes(7) + b"x") in (error(4), error(1), error(2))
            assert len(device.received) == before
