"""Whatever the policy denies never reaches the radio, however it is wrapped, and is answered."""

import pytest
from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2, xmodem_pb2

from tests.harness.meshtastic_peer import is_queue_status, is_routing, routing_error

OWN, PEER, BROADCAST = 1003, 1004, 0xFFFFFFFF
NOT_AUTHORIZED = 33

READS = {n for n in admin_pb2.AdminMessage.DESCRIPTOR.fields_by_name if n.endswith("_request")
         and n.startswith("get_")}
RESPONSES = {n for n in admin_pb2.AdminMessage.DESCRIPTOR.fields_by_name if n.endswith("_response")}
# Let through or answered under the default policy, each with a test of its own.
HARMLESS = {"set_time_only", "add_contact", "session_passkey"}


def mutating_fields():
    for field in admin_pb2.AdminMessage.DESCRIPTOR.fields:
        if field.name not in READS | RESPONSES | HARMLESS:
            yield field.name


def admin_with(name):
    """An AdminMessage with field name present and given some value."""
    message = admin_pb2.AdminMessage()
    field = admin_pb2.AdminMessage.DESCRIPTOR.fields_by_name[name]
    if field.message_type is not None:
        getattr(message, name).SetInParent()
    elif field.type == field.TYPE_STRING:
        setattr(message, name, "x")
    elif field.type == field.TYPE_BYTES:
        setattr(message, name, b"x")
    elif field.type == field.TYPE_BOOL:
        setattr(message, name, True)
    else:
        setattr(message, name, 1)
    return message


def fence(bench, client):
    """Sends an allowed text and waits until the radio has it: what came before was decided."""
    client.send_text("fence")
    bench.radio.wait(lambda r: any(p.decoded.payload == b"fence" for p in r.packets()))


def reached_the_radio(bench):
    """Packets the driver sent that are not its own reads."""
    found = []
    for packet in bench.radio.packets():
        if packet.WhichOneof("payload_variant") != "decoded":
            found.append(packet)
        elif packet.decoded.portnum == portnums_pb2.ADMIN_APP:
            admin = admin_pb2.AdminMessage()
            admin.ParseFromString(packet.decoded.payload)
            # The driver itself reads, and sets the clock where the host's is known to be right.
            if admin.WhichOneof("payload_variant") not in READS | {"set_time_only"}:
                found.append(packet)
        elif packet.decoded.portnum != portnums_pb2.TEXT_MESSAGE_APP:
            found.append(packet)
    return found


def test_every_mutating_admin_field_everywhere(bench):
    client = bench.client()
    sent = 0
    for name in mutating_fields():
        for to in (OWN, PEER, BROADCAST, 1):
            for sender in (0, OWN, PEER):
                packet_id = client.send_admin(admin_with(name), to, **{"from": sender}, want_ack=True)
                status = client.expect(is_queue_status(packet_id))
                assert status.queueStatus.res == 0, name
                error = routing_error(client.expect(is_routing(packet_id)))
                assert error == NOT_AUTHORIZED, (name, to, sender)
                sent += 1
    assert sent > 300
    fence(bench, client)
    assert reached_the_radio(bench) == []


@pytest.mark.parametrize("portnum", [p for p in [0, 2, 4, 5, 9, 12, 13, 33, 35, 37, 64, 66, 68, 69, 73, 74, 75,
                                                 76, 77, 79, 112, 200, 255]])
def test_ports_that_are_not_listed(bench, portnum):
    client = bench.client()
    for to in (OWN, PEER, BROADCAST):
        message = client.packet(portnum, b"\x08\x01", to=to)
        client.send(message)
        assert client.expect(is_queue_status(message.packet.id)).queueStatus.res == 0
        assert routing_error(client.expect(is_routing(message.packet.id))) == NOT_AUTHORIZED
    fence(bench, client)
    assert reached_the_radio(bench) == []


@pytest.mark.parametrize("portnum", [1, 3, 7, 8, 10, 11, 32, 34, 36, 67, 70, 71, 72, 78, 256, 300, 511])
def test_ports_that_pass(bench, portnum):
    client = bench.client()
    message = client.packet(portnum, b"\x08\x01", to=PEER)
    client.send(message)
    assert client.expect(is_queue_status(message.packet.id)).queueStatus.res == 0
    bench.radio.wait(lambda r: r.packets(portnum))


def test_encrypted_packets(bench):
    client = bench.client()
    for to in (OWN, PEER, BROADCAST):
        message = mesh_pb2.ToRadio()
        message.packet.CopyFrom(mesh_pb2.MeshPacket(to=to, id=5000 + to % 97, encrypted=b"\x01" * 24))
        client.send(message)
        assert client.expect(is_queue_status(message.packet.id)).queueStatus.res == 0
        assert routing_error(client.expect(is_routing(message.packet.id))) == NOT_AUTHORIZED
    fence(bench, client)
    assert reached_the_radio(bench) == []


def smuggled():
    """A text with an admin command behind it in one legal encoding; the last member counts."""
    reset = admin_pb2.AdminMessage(factory_reset_device=1).SerializeToString()
    text = mesh_pb2.MeshPacket(to=OWN, id=6001)
    text.decoded.CopyFrom(mesh_pb2.Data(portnum=portnums_pb2.TEXT_MESSAGE_APP, payload=b"innocent"))
    admin = mesh_pb2.MeshPacket(to=OWN, id=6001)
    admin.decoded.CopyFrom(mesh_pb2.Data(portnum=portnums_pb2.ADMIN_APP, payload=reset))
    two_packets = (mesh_pb2.ToRadio(packet=text).SerializeToString()
                   + mesh_pb2.ToRadio(packet=admin).SerializeToString())
    yield "two packets in one ToRadio", two_packets

    body = text.SerializeToString() + admin.SerializeToString()
    yield "two decoded in one packet", b"\x0a" + varint(len(body)) + body

    data = text.decoded.SerializeToString() + admin.decoded.SerializeToString()
    body = b"\x15" + OWN.to_bytes(4, "little") + b"\x35" + (6001).to_bytes(4, "little")
    body += b"\x22" + varint(len(data)) + data
    yield "two ports in one Data", b"\x0a" + varint(len(body)) + body

    payload = (admin_pb2.AdminMessage(get_owner_request=True).SerializeToString() + reset)
    packet = mesh_pb2.MeshPacket(to=OWN, id=6001)
    packet.decoded.CopyFrom(mesh_pb2.Data(portnum=portnums_pb2.ADMIN_APP, payload=payload))
    yield "a reset behind a read", mesh_pb2.ToRadio(packet=packet).SerializeToString()

    packet = mesh_pb2.MeshPacket(to=OWN, id=6001, encrypted=b"\x02" * 20)
    yield "encrypted behind decoded", (mesh_pb2.ToRadio(packet=text).SerializeToString()
                                       + mesh_pb2.ToRadio(packet=packet).SerializeToString())


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


@pytest.mark.parametrize("how,payload", list(smuggled()), ids=lambda v: v if isinstance(v, str) else "")
def test_smuggling(bench, how, payload):
    from tests.harness.meshtastic_peer import frame
    client = bench.client()
    client.send_raw(frame(payload))
    assert client.expect(is_queue_status(6001)).queueStatus.res == 0
    assert routing_error(client.expect(is_routing(6001))) == NOT_AUTHORIZED
    fence(bench, client)
    assert reached_the_radio(bench) == []


def test_other_variants_never_reach_the_radio(bench):
    client = bench.client()
    file_transfer = mesh_pb2.ToRadio()
    file_transfer.xmodemPacket.control = 1
    file_transfer.xmodemPacket.buffer = b"/prefs/config.proto"
    client.send(file_transfer)
    answer = client.expect(lambda m: m.WhichOneof("payload_variant") == "xmodemPacket")
    assert answer.xmodemPacket.control == xmodem_pb2.XModem.CAN
    proxy = mesh_pb2.ToRadio()
    proxy.mqttClientProxyMessage.topic = "msh/2/e/LongFast/!00000001"
    proxy.mqttClientProxyMessage.data = b"x"
    client.send(proxy)
    fence(bench, client)
    assert not any(m.WhichOneof("payload_variant") in ("xmodemPacket", "mqttClientProxyMessage")
                   for m in bench.radio.received)


def test_contacts_pass_only_with_the_key_that_is_known(bench):
    client = bench.client()
    known = None
    for payload in bench.radio.dump:
        message = mesh_pb2.FromRadio()
        message.ParseFromString(payload)
        if message.WhichOneof("payload_variant") == "node_info" and message.node_info.num != OWN:
            known = message.node_info
    assert len(known.user.public_key) == 32

    def add(key):
        admin = admin_pb2.AdminMessage()
        admin.add_contact.node_num = known.num
        admin.add_contact.user.CopyFrom(known.user)
        admin.add_contact.user.public_key = key
        return client.send_admin(admin, OWN, want_ack=True)

    for key in (b"", b"\0" * 32, b"\1" * 31, b"\1" * 32):
        packet_id = add(key)
        assert routing_error(client.expect(is_routing(packet_id))) == NOT_AUTHORIZED, key
    packet_id = add(known.user.public_key)
    assert routing_error(client.expect(is_routing(packet_id))) == 0


def test_setting_the_time_is_acknowledged(bench):
    client = bench.client()
    packet_id = client.send_admin(admin_pb2.AdminMessage(set_time_only=1_700_000_000), OWN, want_ack=True)
    assert client.expect(is_queue_status(packet_id)).queueStatus.res == 0
    assert routing_error(client.expect(is_routing(packet_id))) == 0
