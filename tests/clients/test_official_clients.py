"""The official clients at once on one simulated radio: the Python command line three times over and the
JavaScript library beside it. What a family's phones do, with the programs people use.
"""

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time

import pytest

from tests.harness.daemon import BUILD_DIR, DEADLINE, SOURCE_DIR, Daemon
from tests.harness.meshtastic_peer import Client, is_text

JS_DIR = BUILD_DIR / "clients" / "js"
if not JS_DIR.exists():
    JS_DIR = SOURCE_DIR / "build" / "clients" / "js"


def demo_config():
    """config/demo.yaml's shape on free ports."""
    return {
        "simulators": {"radio": {"plugin": "sim-meshtastic", "listen": "tcp://127.0.0.1:0", "nodes": 40,
                                 "seed": 1}},
    }


@pytest.fixture(scope="module")
def demo():
    """Two daemons: one plays the radio, the other is under test."""
    with Daemon(demo_config()) as radio:
        _, radio_port = radio.listen_address("radio")
        with Daemon({
            "sources": {"home": {"plugin": "meshtastic", "connect": f"tcp://127.0.0.1:{radio_port}"}},
            "frontends": {"phones": {"plugin": "vnode-meshtastic", "source": "home",
                                     "listen": "tcp://127.0.0.1:0"}},
        }) as daemon:
            daemon.radio = radio
            daemon.address = daemon.listen_address("phones")
            yield daemon


def start_cli(daemon, *args):
    host, port = daemon.address
    return subprocess.Popen([sys.executable, "-m", "meshtastic", "--host", f"{host}:{port}", *args],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def cli(daemon, *args, timeout=120):
    process = start_cli(daemon, *args)
    output, _ = process.communicate(timeout=timeout)
    assert process.returncode == 0, output
    return output


class JsClient:
    """The JavaScript client as a child process."""

    def __init__(self, daemon):
        host, port = daemon.address
        script = JS_DIR / "js_client.mjs"
        shutil.copy(SOURCE_DIR / "tests" / "clients" / "js_client.mjs", script)
        self.process = subprocess.Popen(["node", str(script), host, str(port)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.events = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                self.events.put(json.loads(line))
        self.events.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def command(self, **what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def expect(self, test, timeout=60):
        deadline = time.monotonic() + timeout
        seen = []
        while True:
            try:
                event = self.events.get(timeout=max(deadline - time.monotonic(), 0.001))
            except queue.Empty:
                event = None
            if event is None:
                raise AssertionError(f"the JavaScript client only said {seen}")
            seen.append(event)
            if test(event):
                return event


CONFIGURED = 7  # DeviceStatusEnum.DeviceConfigured


def test_info_and_nodes(demo):
    info = cli(demo, "--info")
    assert "Owner:" in info and "Nodes in mesh:" in info and "Channels:" in info
    nodes = cli(demo, "--nodes")
    assert len(re.findall(r"![0-9a-f]{8}", nodes)) >= 30


def test_export_config_does_not_hang(demo):
    exported = cli(demo, "--export-config")
    assert "owner:" in exported and "config:" in exported
    assert "canned_messages" in exported or "module_config" in exported
    assert "privateKey" not in exported


def test_get_settings(demo):
    assert "lora" in cli(demo, "--get", "lora")


def test_a_text_is_acknowledged(demo):
    output = cli(demo, "--sendtext", "acknowledge me", "--ack")
    assert "ACK" in output


def test_a_text_that_closes_at_once_goes_out(demo):
    with Client(demo.address) as watcher:
        watcher.handshake()
        cli(demo, "--sendtext", "closing at once")
        watcher.expect(is_text("closing at once"), timeout=60)


def test_traceroute(demo):
    nodes = cli(demo, "--nodes")
    number = re.search(r'"myNodeNum": (\d+)', cli(demo, "--info")).group(1)
    own = f"!{int(number):08x}"
    # The list is sorted by when each was last heard, so the own node may stand anywhere.
    peers = [node for node in re.findall(r"![0-9a-f]{8}", nodes) if node != own]
    output = cli(demo, "--traceroute", peers[0], timeout=400)
    assert "Route traced" in output


def test_a_refused_command_does_not_hang(demo):
    host, port = demo.address
    done = start_cli(demo, "--set-owner", "Mallory")
    output, _ = done.communicate(timeout=120)
    assert "Mallory" not in cli(demo, "--info").split("Nodes in mesh")[0], output


def test_three_at_once_and_a_javascript_client_beside_them(demo):
    with JsClient(demo) as js, Client(demo.address) as watcher:
        watcher.handshake()
        js.expect(lambda e: e["event"] == "status" and e["status"] == CONFIGURED)
        together = [start_cli(demo, "--info") for _ in range(3)]
        for process in together:
            output, _ = process.communicate(timeout=180)
            assert process.returncode == 0 and "Nodes in mesh:" in output
        texts = [f"python says {i}" for i in range(3)]
        senders = [start_cli(demo, "--sendtext", text) for text in texts]
        for process in senders:
            assert process.wait(timeout=180) == 0
        heard = set()
        while heard != set(texts):
            event = js.expect(lambda e: e["event"] == "text" and e["text"] in texts)
            heard.add(event["text"])
        js.command(do="text", text="javascript says hello")
        watcher.expect(is_text("javascript says hello"), timeout=60)
        js.expect(lambda e: e["event"] == "acknowledged")
        # Nobody was thrown off.
        assert js.process.poll() is None
        assert demo.radio.process.poll() is None
        status = demo.call("status")["sources"][0]
        assert status["link"]["phase"].lower() == "up"


def test_a_python_client_sees_what_a_javascript_client_says(demo):
    listener = subprocess.Popen(
        [sys.executable, "-u", "-c", LISTENER, *map(str, demo.address)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert "ready" in listener.stdout.readline()
        with JsClient(demo) as js:
            js.expect(lambda e: e["event"] == "status" and e["status"] == CONFIGURED)
            js.command(do="text", text="to the snake")
            assert "to the snake" in listener.stdout.readline()
    finally:
        listener.kill()
        listener.wait()


LISTENER = """
import sys, threading
from pubsub import pub
import meshtastic.tcp_interface
wanted = threading.Event()
def on_text(packet, interface):
    text = packet["decoded"]["text"]
    if "snake" in text:
        print(text)
        wanted.set()
pub.subscribe(on_text, "meshtastic.receive.text")
interface = meshtastic.tcp_interface.TCPInterface(sys.argv[1], portNumber=int(sys.argv[2]))
print("ready")
wanted.wait(100)
"""
