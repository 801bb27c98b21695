"""A bare Meshtastic API client and a scripted radio for tests, speaking frames with the official
Python package's protobufs. Faults are injected here; real clients are in tests/clients.
"""

import socket
import struct
import time

from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2

from .daemon import DEADLINE
from .radio_server import RadioServer

BROADCAST = 0xFFFFFFFF


def frame(payload):
    return b"\x94\xc3" + struct.pack(">H", len(payload)) + payload


def split_frames(data):
    """Frames of a byte string that holds whole frames only; anything else fails."""
    frames = []
    while data:
        assert data[:2] == b"\x94\xc3", f"stray bytes {data[:8].hex()}"
        length = struct.unpack(">H", data[2:4])[0]
        assert len(data) >= 4 + length, "cut frame"
        frames.append(data[4:4 + length])
        data = data[4 + length:]
    return frames


class Client:
    """One app. Every byte received must belong to a whole, valid frame."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=DEADLINE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.next_id = 1000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_raw(self, data):
        self.socket.sendall(data)

    def send(self, to_radio):
        self.send_raw(frame(to_radio.SerializeToString()))

    def receive(self, timeout=DEADLINE):
        """The next FromRadio payload as bytes, or None at end of stream."""
        deadline = time.monotonic() + timeout
        while True:
            if len(self.buffer) >= 4:
                assert self.buffer[:2] == b"\x94\xc3", f"stray bytes {self.buffer[:8].hex()}"
                length = struct.unpack(">H", self.buffer[2:4])[0]
                if len(self.buffer) >= 4 + length:
                    payload = self.buffer[4:4 + length]
                    self.buffer = self.buffer[4 + length:]
                    return payload
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                part = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not part:
                assert not self.buffer, "the stream ended inside a frame"
                return None
            self.buffer += part

    def receive_message(self, timeout=DEADLINE):
        payload = self.receive(timeout)
        assert payload is not None, "the session was closed"
        message = mesh_pb2.FromRadio()
        message.ParseFromString(payload)
        return message

    def expect(self, test, timeout=DEADLINE):
        """The first message test accepts; others before it are passed over."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.receive_message(max(deadline - time.monotonic(), 0.001))
            if test(message):
                return message

    def handshake(self, nonce=4711):
        """Sends want_config; gives the payloads up to and including config_complete_id."""
        self.send(mesh_pb2.ToRadio(want_config_id=nonce))
        payloads = []
        while True:
            payload = self.receive()
            assert payload is not None, "closed during the handshake"
            payloads.append(payload)
            message = mesh_pb2.FromRadio()
            message.ParseFromString(payload)
            if message.WhichOneof("payload_variant") == "config_complete_id":
                assert message.config_complete_id == nonce
                return payloads

    def packet(self, portnum, payload, to=BROADCAST, **fields):
        """A ToRadio with one decoded packet; want_response and the like go to Data."""
        self.next_id += 1
        data_fields = {k: fields.pop(k) for k in ("want_response", "request_id", "reply_id") if k in fields}
        fields.setdefault("id", self.next_id)
        message = mesh_pb2.ToRadio()
        message.packet.CopyFrom(mesh_pb2.MeshPacket(to=to, **fields))
        message.packet.decoded.CopyFrom(mesh_pb2.Data(portnum=portnum, payload=payload, **data_fields))
        return message

    def send_text(self, text, **fields):
        message = self.packet(portnums_pb2.TEXT_MESSAGE_APP, text.encode(), **fields)
        self.send(message)
        return message.packet.id

    def send_admin(self, admin, to, **fields):
        message = self.packet(portnums_pb2.ADMIN_APP, admin.SerializeToString(), to=to, **fields)
        self.send(message)
        return message.packet.id


def is_text(text):
    return lambda m: (m.WhichOneof("payload_variant") == "packet"
                      and m.packet.decoded.portnum == portnums_pb2.TEXT_MESSAGE_APP
                      and m.packet.decoded.payload == text.encode())


def is_queue_status(packet_id):
    return lambda m: (m.WhichOneof("payload_variant") == "queueStatus"
                      and m.queueStatus.mesh_packet_id == packet_id)


def is_routing(request_id):
    return lambda m: (m.WhichOneof("payload_variant") == "packet"
                      and m.packet.decoded.portnum == portnums_pb2.ROUTING_APP
                      and m.packet.decoded.request_id == request_id)


def routing_error(message):
    routing = mesh_pb2.Routing()
    routing.ParseFromString(message.packet.decoded.payload)
    return routing.error_reason


class ScriptedRadio(RadioServer):
    """A radio that plays a recorded dump and then does what the test says. Everything the driver sends
    is kept as ToRadio messages in `received`.
    """

    def __init__(self, dump_payloads, own_number):
        self.dump = [p for p in dump_payloads]
        self.own_number = own_number
        self.answer_admin = True
        self.answer_handshake = True
        self.handshakes = 0
        super().__init__()

    def take(self, connection, data):
        while True:
            start = data.find(b"\x94\xc3")
            if start < 0 or len(data) < start + 4:
                return data
            length = struct.unpack(">H", data[start + 2:start + 4])[0]
            if len(data) < start + 4 + length:
                return data
            message = mesh_pb2.ToRadio()
            message.ParseFromString(data[start + 4:start + 4 + length])
            data = data[start + 4 + length:]
            self._handle(connection, message)

    def _handle(self, connection, message):
        variant = message.WhichOneof("payload_variant")
        self.note(message)
        try:
            if variant == "want_config_id" and self.answer_handshake:
                out = b"".join(frame(p) for p in self.dump)
                out += frame(mesh_pb2.FromRadio(config_complete_id=message.want_config_id).SerializeToString())
                connection.sendall(out)
                with self.condition:
                    self.handshakes += 1
                    self.condition.notify_all()
            elif variant == "heartbeat":
                connection.sendall(frame(self.queue_status(0)))
            elif variant == "packet":
                connection.sendall(frame(self.queue_status(message.packet.id)))
                if message.packet.decoded.portnum == portnums_pb2.ADMIN_APP and self.answer_admin:
                    self._answer_admin(connection, message.packet)
        except OSError:
            pass  # the driver hung up

    def _answer_admin(self, connection, packet):
        request = admin_pb2.AdminMessage()
        request.ParseFromString(packet.decoded.payload)
        answer = admin_pb2.AdminMessage()
        kind = request.WhichOneof("payload_variant")
        if kind == "get_canned_message_module_messages_request":
            answer.get_canned_message_module_messages_response = "Hi|Bye|Yes|No|Ok"
        elif kind == "get_ringtone_request":
            answer.get_ringtone_response = "24:d=32,o=5,b=565:f6,p"
        elif kind == "get_owner_request":
            answer.get_owner_response.long_name = "Owner of the radio"
        elif kind == "get_device_connection_status_request":
            answer.get_device_connection_status_response.SetInParent()
        elif kind == "get_device_metadata_request":
            answer.get_device_metadata_response.firmware_version = "2.7.26.0"
        elif kind == "get_node_remote_hardware_pins_request":
            answer.get_node_remote_hardware_pins_response.SetInParent()
        else:
            if packet.want_ack or packet.decoded.want_response:
                connection.sendall(frame(self.routing(packet.id, 0)))
            return
        out = mesh_pb2.FromRadio()
        out.packet.CopyFrom(mesh_pb2.MeshPacket(**{"from": self.own_number}, to=self.own_number,
                                                id=(packet.id * 7 + 1) & 0xFFFFFFFF))
        out.packet.decoded.CopyFrom(mesh_pb2.Data(portnum=portnums_pb2.ADMIN_APP, request_id=packet.id,
                                                  payload=answer.SerializeToString()))
        connection.sendall(frame(out.SerializeToString()))

    @staticmethod
    def queue_status(packet_id, res=0, free=16):
        message = mesh_pb2.FromRadio()
        message.queueStatus.res = res
        message.queueStatus.free = free
        message.queueStatus.maxlen = 16
        message.queueStatus.mesh_packet_id = packet_id
        return message.SerializeToString()

    def routing(self, request_id, error, sender=None):
        out = mesh_pb2.FromRadio()
        out.packet.CopyFrom(mesh_pb2.MeshPacket(**{"from": sender or self.own_number}, to=self.own_number,
                                                id=(request_id ^ 0x5A5A5A5A) & 0xFFFFFFFF))
        out.packet.decoded.CopyFrom(mesh_pb2.Data(
            portnum=portnums_pb2.ROUTING_APP, request_id=request_id,
            payload=mesh_pb2.Routing(error_reason=error).SerializeToString()))
        return out.SerializeToString()

    def text(self, text, sender, packet_id):
        out = mesh_pb2.FromRadio()
        out.packet.CopyFrom(mesh_pb2.MeshPacket(**{"from": sender}, to=BROADCAST, id=packet_id,
                                                rx_time=int(time.time())))
        out.packet.decoded.CopyFrom(mesh_pb2.Data(portnum=portnums_pb2.TEXT_MESSAGE_APP,
                                                  payload=text.encode()))
        return out.SerializeToString()

    def send(self, payload):
        self.send_raw(frame(payload))

    def packets(self, portnum=None):
        """Packets the driver sent, of one port if given."""
        return [m.packet for m in self.received if m.WhichOneof("payload_variant") == "packet"
                and (portnum is None or m.packet.decoded.portnum == portnum)]
