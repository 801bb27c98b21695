"""Reads are answered from the mirror under `deny`, forwarded under `read` and `allow`; writes come back
whole."""

import pytest
from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2

from tests.conftest import Bench, recorded_dump
from tests.harness.meshtastic_peer import is_queue_status, is_routing

OWN = 1003


def is_answer(request_id):
    return lambda m: (m.WhichOneof("payload_variant") == "packet"
                      and m.packet.decoded.portnum == portnums_pb2.ADMIN_APP
                      and m.packet.decoded.request_id == request_id)


def ask(client, admin):
    packet_id = client.send_admin(admin, OWN, want_response=True)
    assert client.expect(is_queue_status(packet_id)).queueStatus.res == 0
    packet = client.expect(is_answer(packet_id)).packet
    assert getattr(packet, "from") == OWN and packet.to == OWN
    answer = admin_pb2.AdminMessage()
    answer.ParseFromString(packet.decoded.payload)
    return answer


def asked_of_radio(bench):
    kinds = []
    for packet in bench.radio.packets(portnums_pb2.ADMIN_APP):
        admin = admin_pb2.AdminMessage()
        admin.ParseFromString(packet.decoded.payload)
        kinds.append(admin.WhichOneof("payload_variant"))
    return kinds


def test_every_read_is_answered_from_state(bench):
    # The driver's own reads come first; the last of them tells that they are through.
    client = bench.client()
    bench.radio.wait(lambda r: len(r.packets(portnums_pb2.ADMIN_APP)) >= 4)
    A = admin_pb2.AdminMessage
    for index in range(8):
        assert ask(client, A(get_channel_request=index + 1)).get_channel_response.index == index
    for kind in range(10):
        assert ask(client, A(get_config_request=kind)).HasField("get_config_response")
    for kind in range(13):
        assert ask(client, A(get_module_config_request=kind)).HasField("get_module_config_response")
    assert ask(client, A(get_owner_request=True)).get_owner_response.long_name
    assert ask(client, A(get_device_metadata_request=True)).get_device_metadata_response.firmware_version
    assert ask(client, A(get_ui_config_request=True)).HasField("get_ui_config_response")
    before = len(asked_of_radio(bench))
    assert ask(client, A(get_canned_message_module_messages_request=True)
               ).get_canned_message_module_messages_response == "Hi|Bye|Yes|No|Ok"
    assert ask(client, A(get_ringtone_request=True)).get_ringtone_response.startswith("24:")
    assert ask(client, A(get_device_connection_status_request=True)).HasField(
        "get_device_connection_status_response")
    assert len(asked_of_radio(bench)) == before
    assert "get_config_request" not in asked_of_radio(bench)
    assert "get_channel_request" not in asked_of_radio(bench)


@pytest.mark.parametrize("policy", ["deny", "read", "allow"])
def test_security_is_read_without_the_private_key(policy):
    with Bench(phones={"policy": {"admin": policy}}) as bench:
        if policy != "deny":
            secret = security_section().config.security

            def answer(connection, packet):
                request = admin_pb2.AdminMessage()
                request.ParseFromString(packet.decoded.payload)
                if request.get_config_request != 7:
                    return original(connection, packet)
                response = admin_pb2.AdminMessage()
                response.get_config_response.security.CopyFrom(secret)
                out = mesh_pb2.FromRadio()
                out.packet.CopyFrom(mesh_pb2.MeshPacket(**{"from": OWN}, to=OWN, id=99887766))
                out.packet.decoded.CopyFrom(mesh_pb2.Data(portnum=portnums_pb2.ADMIN_APP,
                                                          request_id=packet.id,
                                                          payload=response.SerializeToString()))
                bench.radio.send(out.SerializeToString())
            original = bench.radio._answer_admin
            bench.radio._answer_admin = answer
        client = bench.client()
        security = ask(client, admin_pb2.AdminMessage(get_config_request=7)).get_config_response.security
        assert len(security.public_key) == 32
        assert security.private_key == b""


def security_section():
    for payload in recorded_dump("us_a_want_12345"):
        message = mesh_pb2.FromRadio()
        message.ParseFromString(payload)
        if message.config.WhichOneof("payload_variant") == "security":
            return message
    raise AssertionError("no security section")


def test_a_section_written_back_gets_its_withheld_secret_back():
    with Bench(phones={"policy": {"admin": "allow"}}) as bench:
        client = bench.client()
        shown = None
        for payload in client.handshake(9):
            message = mesh_pb2.FromRadio()
            message.ParseFromString(payload)
            if message.config.WhichOneof("payload_variant") == "security":
                shown = message.config.security
        assert shown.private_key == b""
        admin = admin_pb2.AdminMessage()
        admin.set_config.security.CopyFrom(shown)
        admin.set_config.security.serial_enabled = True
        packet_id = client.send_admin(admin, OWN, want_ack=True)
        client.expect(is_routing(packet_id))
        written = []
        for packet in bench.radio.packets(portnums_pb2.ADMIN_APP):
            seen = admin_pb2.AdminMessage()
            seen.ParseFromString(packet.decoded.payload)
            if seen.HasField("set_config"):
                written.append(seen.set_config.security)
        assert [s.private_key for s in written] == [security_section().config.security.private_key]


def test_an_edit_transaction_goes_out_whole_or_not_at_all():
    with Bench(phones={"policy": {"admin": "allow"}}) as bench:
        quitter, keeper = bench.client(), bench.client()
        for client, name in ((quitter, "Quitter"), (keeper, "Keeper")):
            client.send_admin(admin_pb2.AdminMessage(begin_edit_settings=True), OWN)
            owner = admin_pb2.AdminMessage()
            owner.set_owner.long_name = name
            packet_id = client.send_admin(owner, OWN)
            client.expect(is_queue_status(packet_id))
        assert not {"begin_edit_settings", "set_owner"} & set(asked_of_radio(bench))
        quitter.socket.close()
        keeper.send_admin(admin_pb2.AdminMessage(commit_edit_settings=True), OWN)
        bench.radio.wait(lambda r: "commit_edit_settings" in asked_of_radio(bench))
        edit = [k for k in asked_of_radio(bench) if k in
                ("begin_edit_settings", "set_owner", "commit_edit_settings")]
        assert edit == ["begin_edit_settings", "set_owner", "commit_edit_settings"]
