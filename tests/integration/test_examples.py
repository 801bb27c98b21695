"""The example plugins of the SDK, loaded by the real daemon beside our own."""

import socket

from tests.conftest import BUILD_DIR, Daemon, recorded_dump, vnode_config
from tests.harness.meshtastic_peer import Client, ScriptedRadio, is_text


def test_examples_run_in_the_daemon():
    with ScriptedRadio(recorded_dump("us_a_want_12345"), 1003) as radio:
        config = vnode_config(radio.port)
        config["bridges"] = {"counter": {"plugin": "hello", "source": "home"}}
        config["frontends"]["lines"] = {"plugin": "ticker", "source": "home", "listen": "tcp://127.0.0.1:0"}
        env = {"MESHMUX_PLUGIN_PATH": str(BUILD_DIR / "lib" / "meshmux" / "examples")}
        with Daemon(config, env=env) as daemon, Client(daemon.listen_address("phones")) as client:
            client.handshake(1)
            with socket.create_connection(daemon.listen_address("lines"), timeout=30) as lines:
                reader = lines.makefile()
                assert reader.readline()
                radio.send(radio.text("counted", 1004, 21))
                client.expect(is_text("counted"))
                assert reader.readline()
            states = {i["id"]: i["state"] for i in daemon.call("instances")["instances"]}
            assert states["counter"] == states["lines"] == "running"
