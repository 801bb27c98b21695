"""Reload changes what changed and nothing else; an error changes nothing."""

import socket

import pytest

from tests.conftest import Bench, vnode_config
from tests.harness.daemon import ControlError
from tests.harness.meshtastic_peer import Client, is_routing, is_text, routing_error


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_moving_a_virtual_node_keeps_the_radio_and_live_sessions(bench):
    client = bench.client()
    port = free_port()
    bench.daemon.reload(vnode_config(bench.radio.port, phones={"listen": f"tcp://127.0.0.1:{port}"}))
    assert bench.daemon.listen_address("phones") == ("127.0.0.1", port)
    with Client(("127.0.0.1", port)) as moved:
        moved.handshake(1)
        bench.radio.send(bench.radio.text("both", 1004, 901))
        moved.expect(is_text("both"))
        client.expect(is_text("both"))
    assert bench.radio.connections == 1


def test_a_port_that_is_taken_changes_nothing(bench):
    client = bench.client()
    address = bench.daemon.listen_address("phones")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ControlError, match=str(port)):
            bench.daemon.reload(vnode_config(bench.radio.port, phones={"listen": f"tcp://127.0.0.1:{port}"}))
    assert bench.daemon.listen_address("phones") == address
    bench.radio.send(bench.radio.text("unmoved", 1004, 902))
    client.expect(is_text("unmoved"))
    bench.client()
    assert bench.radio.connections == 1


@pytest.mark.parametrize("broken,word", [("sources: [", "meshmux.yaml"), ("sorces: {}", "sources"),
                                         ("", None)])
def test_a_broken_file_changes_nothing(bench, broken, word):
    client = bench.client()
    if word is not None:
        with pytest.raises(ControlError, match=word):
            bench.daemon.reload(broken)
    bench.radio.send(bench.radio.text("unmoved", 1004, 903))
    client.expect(is_text("unmoved"))


def test_a_new_policy_applies_to_live_sessions(bench):
    client = bench.client()
    config = vnode_config(bench.radio.port, phones={"listen": "tcp://127.0.0.1:0",
                                                    "policy": {"rules": [{"deny": ["text"]}]}})
    bench.daemon.reload(config)
    refused = client.send_text("no more")
    assert routing_error(client.expect(is_routing(refused))) == 33
    assert bench.radio.connections == 1


def test_one_virtual_node_comes_and_goes_without_the_other(bench):
    client = bench.client()
    listen = "tcp://127.0.0.1:%d" % bench.daemon.listen_address("phones")[1]
    bench.daemon.reload(vnode_config(bench.radio.port, phones={"listen": listen}, guests={}))
    guest = bench.client("guests")
    bench.daemon.reload(vnode_config(bench.radio.port, phones={"listen": listen},
                                     guests={"enabled": False}))
    assert guest.receive() is None
    bench.radio.send(bench.radio.text("family only", 1004, 904))
    client.expect(is_text("family only"))
    assert bench.radio.connections == 1


def test_two_radios_never_cross():
    with Bench() as one, Bench(dump="n1_full", own_number=0) as other:
        config = vnode_config(one.radio.port)
        config["sources"]["second"] = {"plugin": "meshtastic",
                                       "connect": f"tcp://127.0.0.1:{other.radio.port}"}
        config["frontends"]["visitors"] = {"plugin": "vnode-meshtastic", "source": "second",
                                           "listen": "tcp://127.0.0.1:0"}
        other.daemon.stop()
        connections = other.radio.connections
        one.daemon.reload(config)
        other.radio.wait(lambda r: r.connections > connections)
        first, second = one.client("phones"), one.client("visitors")
        one.radio.send(one.radio.text("for one", 1004, 905))
        other.radio.send(other.radio.text("for two", 1005, 906))
        first.expect(is_text("for one"))
        second.expect(is_text("for two"))
        first.send_text("from one")
        one.radio.wait(lambda r: any(p.decoded.payload == b"from one" for p in r.packets(1)))
        assert not other.radio.packets(1)
        other.daemon.expect_ready = False
