"""The official MeshCore clients behind one face: the Python library, the JavaScript library in a process of
its own, and the command line. Every wait is for an event and has an end. Knows no test and no daemon.
"""

import asyncio
import json
import os
import shutil
import sys
import time
from contextlib import asynccontextmanager

import serial
from meshcore import EventType, MeshCore

from tests.harness.daemon import BUILD_DIR, SOURCE_DIR

LIMIT = 40
JS_DIR = BUILD_DIR / "clients" / "js"
if not JS_DIR.exists():
    JS_DIR = SOURCE_DIR / "build" / "clients" / "js"


class Heard:
    """Things that arrived, and waiting for one of them."""

    def __init__(self):
        self.all = []
        self.changed = asyncio.Event()

    def add(self, what):
        self.all.append(what)
        self.changed.set()

    async def expect(self, test, limit=LIMIT):
        async def wait():
            while not any(test(what) for what in self.all):
                self.changed.clear()
                await self.changed.wait()
        try:
            await asyncio.wait_for(wait(), limit)
        except asyncio.TimeoutError:
            raise AssertionError(f"only heard {self.all}") from None
        return next(what for what in self.all if test(what))

    def count(self, test):
        return sum(1 for what in self.all if test(what))


class Client:
    """What every client can do; messages are dictionaries with text and from (hex prefix) or channel."""

    def __init__(self):
        self.messages = Heard()
        self.acks = Heard()

    async def text_and_ack(self, key, text):
        """Sends a direct text and waits for its own acknowledgement."""
        code = await self.text(key, text)
        await self.acks.expect(lambda ack: ack == code)
        return code

    async def next_second(self):
        """Asks the radio for its time until that has moved on."""
        before = await self.clock()
        while await self.clock() == before:
            pass

    async def expect_text(self, part):
        return await self.messages.expect(lambda message: part in message["text"])

    def times(self, part):
        return self.messages.count(lambda message: part in message["text"])


class PythonClient(Client):
    """meshcore_py with its automatic fetching of messages."""

    @classmethod
    @asynccontextmanager
    async def connect(cls, address=None, device=None, version=True):
        """version: whether it says which version of the protocol it speaks, as all but old apps do."""
        self = cls()
        if device is None:
            self.radio = await MeshCore.create_tcp(*address)
        else:
            # A pseudo terminal has no modem lines; the library sets them without asking.
            serial.Serial._update_rts_state = serial.Serial._update_dtr_state = lambda line: None
            self.radio = await MeshCore.create_serial(device)
        assert self.radio is not None, "no answer to APP_START"
        self.disconnected = []
        self.radio.subscribe(EventType.DISCONNECTED, self.disconnected.append)
        self.radio.subscribe(EventType.CONTACT_MSG_RECV, lambda event: self.messages.add(
            {"from": event.payload["pubkey_prefix"], "text": event.payload["text"], "type": event.payload["txt_type"],
             "author": event.payload.get("signature"), "snr": event.payload.get("SNR")}))
        self.radio.subscribe(EventType.CHANNEL_MSG_RECV, lambda event: self.messages.add(
            {"channel": event.payload["channel_idx"], "text": event.payload["text"], "snr": event.payload.get("SNR")}))
        self.radio.subscribe(EventType.ACK, lambda event: self.acks.add(
            int.from_bytes(bytes.fromhex(event.payload["code"]), "little")))
        self.raw = Heard()
        self.radio.subscribe(EventType.RX_LOG_DATA, lambda event: self.raw.add(event.payload))
        if version:
            await self.answer(self.radio.commands.send_device_query())
        # The library fetches one message at first and the others when it is told of them. What waited was
        # announced before it could listen.
        while (await asyncio.wait_for(self.radio.commands.get_msg(), LIMIT)).type != EventType.NO_MORE_MSGS:
            pass
        await self.radio.start_auto_message_fetching()
        try:
            yield self
        finally:
            await self.radio.disconnect()

    @staticmethod
    async def answer(command):
        event = await asyncio.wait_for(command, LIMIT)
        assert event is not None and event.type != EventType.ERROR, event
        return event.payload

    def alive(self):
        return self.radio.is_connected and not self.disconnected

    async def info(self):
        return (await self.answer(self.radio.commands.send_appstart()))["public_key"]

    async def set_clock(self):
        await self.answer(self.radio.commands.set_time(int(time.time())))

    async def clock(self):
        return (await self.answer(self.radio.commands.get_time()))["time"]

    async def contacts(self):
        found = await self.answer(self.radio.commands.get_contacts())
        return [{"key": c["public_key"], "type": c["type"], "name": c["adv_name"]} for c in found.values()]

    async def channels(self):
        found = [await self.answer(self.radio.commands.get_channel(slot)) for slot in range(40)]
        return [{"index": c["channel_idx"], "name": c["channel_name"]} for c in found]

    async def text(self, key, text):
        sent = await self.answer(self.radio.commands.send_msg(key, text))
        return int.from_bytes(sent["expected_ack"], "little")

    async def channel(self, slot, text):
        await self.answer(self.radio.commands.send_chan_msg(slot, text))

    async def login(self, key, password):
        return await self.radio.commands.send_login_sync(key, password, min_timeout=6) is not None

    async def status(self, key):
        found = await self.radio.commands.req_status_sync(key, min_timeout=LIMIT)
        return found and found["bat"]

    async def telemetry(self, key):
        return await self.radio.commands.req_telemetry_sync(key, min_timeout=LIMIT)

    async def trace(self, path):
        tag = int.from_bytes(os.urandom(3), "little") + 1
        waiting = asyncio.create_task(self.radio.wait_for_event(EventType.TRACE_DATA, {"tag": tag}, timeout=LIMIT))
        await self.answer(self.radio.commands.send_trace(tag=tag, path=path))
        found = await waiting
        return found and [hop["hash"] for hop in found.payload["path"] if "hash" in hop]

    async def battery(self):
        return (await self.answer(self.radio.commands.get_bat()))["level"]

    async def stats(self):
        return (await self.answer(self.radio.commands.get_stats_core()))["battery_mv"]


class JavaScriptClient(Client):
    """meshcore.js, driven by meshcore_js_client.mjs."""

    @classmethod
    @asynccontextmanager
    async def connect(cls, address):
        self = cls()
        self.events = Heard()
        self.ids = 0
        script = JS_DIR / "meshcore_js_client.mjs"
        shutil.copy(SOURCE_DIR / "tests" / "clients" / "meshcore_js_client.mjs", script)
        self.process = await asyncio.create_subprocess_exec(
            "node", str(script), address[0], str(address[1]),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        reading = asyncio.create_task(self._read())
        try:
            await self.events.expect(lambda event: event["event"] == "connected")
            yield self
        finally:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()
            await reading

    async def _read(self):
        async for line in self.process.stdout:
            event = json.loads(line)
            if event["event"] == "message":
                self.messages.add(event)
            elif event["event"] == "ack":
                self.acks.add(event["code"])
            self.events.add(event)

    async def call(self, **command):
        self.ids += 1
        command["id"] = self.ids
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        done = await self.events.expect(lambda event: event.get("id") == command["id"])
        if done["event"] == "failed":
            raise AssertionError(f"{command}: {done['error']}")
        return done["value"]

    def alive(self):
        return self.process.returncode is None and not self.events.count(lambda e: e["event"] == "disconnected")

    async def info(self):
        return (await self.call(do="info"))["publicKey"]

    async def set_clock(self):
        await self.call(do="set_clock")

    async def clock(self):
        return (await self.call(do="time"))["epochSecs"]

    async def contacts(self):
        return await self.call(do="contacts")

    async def channels(self):
        return await self.call(do="channels")

    async def text(self, key, text):
        return (await self.call(do="text", key=key, text=text))["expectedAckCrc"]

    async def channel(self, slot, text):
        await self.call(do="channel", channel=slot, text=text)

    async def login(self, key, password):
        try:
            await self.call(do="login", key=key, password=password)
        except AssertionError as error:
            assert "timeout" in str(error)
            return False
        return True

    async def status(self, key):
        return (await self.call(do="status", key=key))["batt_milli_volts"]

    async def telemetry(self, key):
        return (await self.call(do="telemetry", key=key))["lppSensorData"]

    async def trace(self, path):
        return (await self.call(do="trace", path=path))["pathHashes"]

    async def battery(self):
        return (await self.call(do="battery"))["batteryMilliVolts"]

    async def stats(self):
        return (await self.call(do="stats"))["data"]["batteryMilliVolts"]


async def command_line(address, *words, home):
    """Runs meshcore-cli with those commands; gives all it printed. home takes its files."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "meshcore_cli", "-j", "-c", "off", "-t", address[0], "-p", str(address[1]), *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=dict(os.environ, HOME=str(home)))
    output, _ = await asyncio.wait_for(process.communicate(), LIMIT * 2)
    text = output.decode()
    assert process.returncode == 0, text
    return text


def documents(text):
    """The JSON documents of a command line's output, in order."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while at < len(text):
        if text[at] in "{[":
            try:
                document, at = decoder.raw_decode(text, at)
                found.append(document)
                continue
            except json.JSONDecodeError:
                pass
        at += 1
    return found
