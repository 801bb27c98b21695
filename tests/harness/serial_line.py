"""A scripted radio on a pseudo terminal instead of a socket. Knows no protocol."""

import os
import pty
import select
import threading
import tty


class Line:
    """The radio's end of a pseudo terminal, with a socket's methods."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.master)
        self.path = os.ttyname(self.slave)
        self.raw = b""
        self.closing, self.close_signal = os.pipe()

    def recv(self, size):
        readable, _, _ = select.select([self.master, self.closing], [], [])
        if self.closing in readable:
            return b""
        part = os.read(self.master, size)
        self.raw += part
        return part

    def sendall(self, data):
        while data:
            data = data[os.write(self.master, data):]

    def close(self):
        os.write(self.close_signal, b"x")

    def shutdown(self, _how):
        pass


class OnSerial:
    """Put it before a RadioServer among the bases."""

    def listen(self):
        self.line = Line()
        self.connection = self.line
        threading.Thread(target=self._serve, args=(self.line,), daemon=True).start()

    @property
    def uri(self):
        return f"serial://{self.line.path}"

    def go_away(self):
        self.drop()
