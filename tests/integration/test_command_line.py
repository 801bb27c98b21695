"""What a person types and reads: meshmuxd's options and errors, meshmuxctl's answers."""

import json
import subprocess

import pytest
from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2

from tests.harness.daemon import BUILD_DIR, DEADLINE, SOURCE_DIR, Daemon, check_config


def run(program, *args):
    return subprocess.run([str(BUILD_DIR / "bin" / program), *args], capture_output=True, text=True,
                          timeout=DEADLINE)


GOOD = """sources:
  home: { plugin: meshtastic, connect: "tcp://192.0.2.1:4403" }
frontends:
  phones: { plugin: vnode-meshtastic, source: home, listen: "tcp://127.0.0.1:4404" }
"""


def test_a_good_file_passes():
    assert check_config(GOOD)[0] == 0


@pytest.mark.parametrize("change,place,words", [
    (("connect:", "conect:"), "meshmux.yaml:2:", ["conect", "connect"]),
    (("source: home", "source: hoem"), "meshmux.yaml:4:", ["hoem", "home"]),
    (("plugin: meshtastic", "plugin: meshtastik"), "meshmux.yaml:2:", ["meshtastik", "meshtastic"]),
    (("sources:", "sorces:"), "meshmux.yaml:1:", ["sorces", "sources"]),
    (("phones:", "home:"), "meshmux.yaml:4:", ["home"]),
    (('listen: "tcp://127.0.0.1:4404"', "listen: 12"), "meshmux.yaml:4:", ["listen"]),
    (('listen: "tcp://127.0.0.1:4404"', 'listen: "tcp://127.0.0.1:4404", enabled: perhaps'),
     "meshmux.yaml:4:", ["enabled"]),
    (("192.0.2.1:4403", "127.0.0.1:4404"), "meshmux.yaml:4:", ["4404"]),
])
def test_mistakes_are_named_with_place_and_remedy(change, place, words):
    code, output = check_config(GOOD.replace(*change))
    assert code == 78, output
    assert place in output
    for word in words:
        assert word in output


def test_overlapping_listeners():
    second = '  more: { plugin: vnode-meshtastic, source: home, listen: "tcp://0.0.0.0:4404" }\n'
    code, output = check_config(GOOD + second)
    assert code == 78 and "meshmux.yaml:5:" in output and "phones" in output
    assert check_config(GOOD + second.replace("4404", "4405"))[0] == 0


def test_a_remote_radio_does_not_forbid_the_local_port():
    assert check_config(GOOD.replace("127.0.0.1:4404", "0.0.0.0:4403"))[0] == 0


# Parts that another file includes are no configurations of their own.
SHIPPED = sorted(p for p in (SOURCE_DIR / "config").rglob("*.yaml") if p.parent.name != "conf.d")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.name)
def test_every_shipped_file_passes(path):
    done = run("meshmuxd", "--config", str(path), "--check-config")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_default_configuration_is_the_shipped_one():
    done = run("meshmuxd", "--print-default-config")
    assert done.returncode == 0
    assert done.stdout == (SOURCE_DIR / "config" / "meshmux.yaml").read_text()


def test_the_unedited_configuration_runs_and_says_what_to_edit():
    text = (SOURCE_DIR / "config" / "meshmux.yaml").read_text()
    with Daemon(text + "\n") as daemon:
        daemon.wait_log("source")


def test_schema_and_plugin_list():
    printed = run("meshmuxd", "--print-schema").stdout
    assert printed == (SOURCE_DIR / "config" / "meshmux.schema.json").read_text()
    schema = json.loads(printed)
    assert "sources" in schema["properties"]
    listing = run("meshmuxd", "--list-plugins").stdout
    for name in ("meshtastic", "vnode-meshtastic", "sim-meshtastic", "connect", "listen"):
        assert name in listing


@pytest.mark.parametrize("program", ["meshmuxd", "meshmuxctl"])
def test_help_and_version(program):
    assert "0." in run(program, "--version").stdout
    text = run(program, "--help")
    assert text.returncode == 0 and len(text.stdout.splitlines()) > 8
    assert run(program, "--no-such-option").returncode != 0


def test_a_missing_file_is_told_plainly():
    done = run("meshmuxd", "--config", "/nonexistent/meshmux.yaml")
    assert done.returncode == 78
    assert "/nonexistent/meshmux.yaml" in done.stdout + done.stderr


def test_environment_in_values():
    text = GOOD.replace("{ plugin: vnode-meshtastic", '{ enabled: "${ENABLE_VIRTUAL_NODE:-true}", plugin: vnode-meshtastic')
    assert check_config(text)[0] == 0
    block = GOOD + """  more:
    plugin: vnode-meshtastic
    source: home
    enabled: ${ENABLE_VIRTUAL_NODE:-true}
    listen: tcp://127.0.0.1:${PORT:-4405}
"""
    code, output = check_config(block)
    assert code == 0, output
    code, output = check_config(GOOD.replace("192.0.2.1", "${NO_SUCH_RADIO}"))
    assert code == 78 and "NO_SUCH_RADIO" in output


def test_control_tool(bench):
    bench.client()
    status = json.loads(bench.daemon.ctl("status", "--json").stdout)
    source = status["sources"][0]
    assert source["sourceId"] == "home" and source["enabled"] and source["isRunning"]
    assert source["clientCount"] == 1 and len(source["clients"]) == 1
    for command in ("status", "instances", "sessions", "state", "metrics"):
        text = bench.daemon.ctl(command).stdout
        assert text.strip()
        json.loads(bench.daemon.ctl(command, "--json").stdout)
    bench.daemon.ctl("log-level", "info")
    bench.daemon.ctl("reload")
    reset = mesh_pb2.ToRadio()
    reset.packet.to = 1003
    reset.packet.decoded.portnum = portnums_pb2.ADMIN_APP
    reset.packet.decoded.payload = admin_pb2.AdminMessage(factory_reset_device=1).SerializeToString()
    verdict = bench.daemon.ctl("policy", "test", "phones", "--payload", reset.SerializeToString().hex(),
                               check=False)
    assert "deny" in (verdict.stdout + verdict.stderr).lower()
    assert bench.daemon.ctl("kick", "999999", check=False).returncode != 0


def test_control_output_holds_no_secrets(bench):
    from tests.integration.test_reads import security_section
    bench.client()
    secret = security_section().config.security.private_key
    for command in ("status", "instances", "sessions", "state", "metrics"):
        text = bench.daemon.ctl(command, "--json").stdout
        assert secret.hex() not in text and secret.decode("latin-1") not in text
    bench.daemon.ctl("state", "home", "--json")
