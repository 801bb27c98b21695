"""A radio on a serial line, played on a pseudo terminal: wake-up, boot text, replugging."""

from tests.conftest import Daemon, recorded_dump, vnode_config
from tests.harness.meshtastic_peer import Client, ScriptedRadio, is_text
from tests.harness.serial_line import OnSerial

OWN = 1003


class SerialRadio(OnSerial, ScriptedRadio):
    pass


def serial_config(radio):
    config = vnode_config(0)
    config["sources"]["home"]["connect"] = radio.uri
    return config


def test_a_radio_on_a_serial_line():
    with SerialRadio(recorded_dump("us_a_want_12345"), OWN) as radio, Daemon(serial_config(radio)) as daemon:
        with Client(daemon.listen_address("phones")) as client:
            assert len(client.handshake(1)) == 46
            # Enough wake-up bytes to fill any half frame an earlier owner left in the radio's parser.
            assert radio.line.raw.startswith(b"\xc3" * 517)
            radio.send(radio.text("over the wire", 1004, 11))
            client.expect(is_text("over the wire"))
            sent = client.send_text("back over the wire")
            radio.wait(lambda r: any(p.id == sent for p in r.packets(1)))


def test_boot_text_means_a_restart_and_reaches_no_app():
    with SerialRadio(recorded_dump("us_a_want_12345"), OWN) as radio, Daemon(serial_config(radio)) as daemon:
        with Client(daemon.listen_address("phones")) as client:
            client.handshake(1)
            radio.send_raw(b"\r\nets Jul 29 2019 12:21:46\r\nrst:0x1 (POWERON_RESET)\r\n"
                           b"\x1b[32mINFO \x1b[0m | 00:00:01 1 Booting\r\n")
            radio.wait(lambda r: r.handshakes == 2)
            radio.send(radio.text("after the restart", 1004, 12))
            client.expect(is_text("after the restart"))
