"""What every scripted radio does with its connection: serves one client at a time, the newest wins,
as firmware does. Knows no protocol: whoever derives from it parses.
"""

import socket
import threading

from .daemon import DEADLINE


def hang_up(connection):
    """Closes at once; without the shutdown a thread that reads would keep the connection."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()


class RadioServer:
    """Derive and give take(connection, data); feed holds what take left of a torn frame."""

    def __init__(self):
        self.received = []
        self.condition = threading.Condition()
        self.connection = None
        self.connections = 0
        self.port = 0
        self.listen()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go_away()

    def listen(self):
        """Accepts again, on the port it had before if any."""
        self.server = socket.create_server(("127.0.0.1", self.port))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.server,), daemon=True).start()

    @property
    def uri(self):
        """What a source connects to."""
        return f"tcp://127.0.0.1:{self.port}"

    def go_away(self):
        """Drops the connection and accepts none."""
        try:
            self.server.shutdown(socket.SHUT_RDWR)  # a blocked accept would keep the port
        except OSError:
            pass
        self.server.close()
        self.drop()

    def _accept(self, server):
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with self.condition:
                previous, self.connection = self.connection, connection
                self.connections += 1
                self.condition.notify_all()
            if previous is not None:
                hang_up(previous)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        buffer = b""
        while True:
            try:
                part = connection.recv(65536)
            except OSError:
                return
            if not part:
                return
            try:
                buffer = self.take(connection, buffer + part)
            except OSError:
                return  # the driver hung up

    def take(self, connection, data):
        """Handles the whole frames in data; gives what is left over."""
        raise NotImplementedError

    def note(self, item):
        """Remembers what the driver sent."""
        with self.condition:
            self.received.append(item)
            self.condition.notify_all()

    def send_raw(self, data):
        with self.condition:
            connection = self.connection
        connection.sendall(data)

    def drop(self):
        with self.condition:
            connection, self.connection = self.connection, None
        if connection is not None:
            hang_up(connection)

    def wait(self, test, timeout=DEADLINE):
        """Waits until test(self) holds; re-evaluated whenever something arrives."""
        with self.condition:
            if not self.condition.wait_for(lambda: test(self), timeout):
                raise AssertionError(f"the radio waited in vain; it has {self.received[-10:]}")
