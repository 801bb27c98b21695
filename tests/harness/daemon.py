"""Runs a real meshmuxd for a test and talks to its control socket.

Waits are bounded and driven by events: systemd's notify protocol for readiness, the daemon's own log
lines for everything else. Knows no mesh protocol.
"""

import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

SOURCE_DIR = Path(__file__).resolve().parents[2]
BUILD_DIR = Path(os.environ.get("MESHMUX_BUILD", SOURCE_DIR / "build"))
DEADLINE = float(os.environ.get("MESHMUX_TEST_DEADLINE", "30"))


class ControlError(Exception):
    """The daemon refused a control request."""


class Daemon:
    """One daemon in a directory of its own. Use as a context manager."""

    def __init__(self, config, *, expect_ready=True, env=None, args=()):
        self.directory = Path(tempfile.mkdtemp(prefix="meshmux-test-"))
        self.config_path = self.directory / "meshmux.yaml"
        self.socket_path = self.directory / "control.sock"
        self.write_config(config)
        self.env = dict(os.environ, MESHMUX_SOCKET=str(self.socket_path),
                        STATE_DIRECTORY=str(self.directory / "state"), **(env or {}))
        self.args = list(args)
        self.expect_ready = expect_ready
        self.lines = []
        self._queue = queue.Queue()
        self._control_id = 0
        self.process = None

    def write_config(self, config):
        """Replaces the configuration file; a dict gets the control socket's path added."""
        if isinstance(config, dict):
            config = dict(config)
            config.setdefault("control", {"socket": str(self.socket_path)})
            config = json.dumps(config, indent=1)  # JSON is YAML
        self.config_path.write_text(config)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, error, trace):
        try:
            self.stop()
        finally:
            if kind is not None:
                print("---- log of meshmuxd ----")
                for line in self.lines[-200:]:
                    print(line)
            shutil.rmtree(self.directory, ignore_errors=True)

    def start(self):
        notify_path = self.directory / "notify.sock"
        notify_path.unlink(missing_ok=True)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(notify_path))
        self.notify.settimeout(DEADLINE)
        self.env["NOTIFY_SOCKET"] = str(notify_path)
        self.process = subprocess.Popen(
            [str(BUILD_DIR / "bin" / "meshmuxd"), "--config", str(self.config_path),
             "--log-format", "json", "--log-level", "debug", *self.args],
            env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", cwd=self.directory)
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        if self.expect_ready:
            self.wait_notify("READY=1")

    def _read_log(self):
        for line in self.process.stdout:
            line = line.rstrip("\n")
            self.lines.append(line)
            self._queue.put(line)
        self._queue.put(None)

    def wait_notify(self, word):
        """Waits for a systemd notification that holds word."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            try:
                message = self.notify.recv(4096).decode()
            except socket.timeout:
                break
            if word in message:
                return message
        raise AssertionError(f"meshmuxd did not say {word}; exit code {self.process.poll()}; log:\n"
                             + "\n".join(self.lines[-60:]))

    def wait_log(self, pattern, timeout=None):
        """The first log line not seen by an earlier wait_log that matches pattern."""
        regex = re.compile(pattern)
        deadline = time.monotonic() + (timeout or DEADLINE)
        while True:
            left = deadline - time.monotonic()
            try:
                line = self._queue.get(timeout=max(left, 0.001))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"no log line matched {pattern!r}; log:\n" + "\n".join(self.lines[-80:]))
            if regex.search(line):
                return line

    def call(self, method, **params):
        """One control request; gives its result."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.settimeout(DEADLINE)
            control.connect(str(self.socket_path))
            self._control_id += 1
            control.sendall(json.dumps({"id": self._control_id, "method": method, "params": params})
                            .encode() + b"\n")
            data = b""
            while not data.endswith(b"\n"):
                part = control.recv(65536)
                if not part:
                    raise AssertionError("the daemon closed the control connection")
                data += part
        answer = json.loads(data)
        if "error" in answer:
            raise ControlError(answer["error"]["message"])
        return answer["result"]

    def listen_address(self, instance):
        """(host, port) an instance really listens on."""
        for entry in self.call("instances")["instances"]:
            if entry["id"] == instance:
                host, port = entry["listen"].rsplit("/", 1)[-1].rsplit(":", 1)
                return host.strip("[]"), int(port)
        raise AssertionError(f"no instance {instance}")

    def reload(self, config=None):
        if config is not None:
            self.write_config(config)
        return self.call("reload")

    def ctl(self, *args, check=True):
        """Runs meshmuxctl against this daemon."""
        done = subprocess.run([str(BUILD_DIR / "bin" / "meshmuxctl"), *args], env=self.env,
                              capture_output=True, text=True, timeout=DEADLINE)
        if check and done.returncode != 0:
            raise AssertionError(f"meshmuxctl {args}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def stop(self):
        """Orderly stop; a daemon that crashed or hangs fails the test."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("meshmuxd did not stop on SIGTERM; log:\n" + "\n".join(self.lines[-60:]))
        finally:
            self._reader.join(timeout=DEADLINE)
            self.notify.close()
        if self.expect_ready and code != 0:
            raise AssertionError(f"meshmuxd ended with {code}; log:\n" + "\n".join(self.lines[-120:]))


def check_config(text, *args):
    """Runs --check-config on text; gives (exit code, output)."""
    with tempfile.TemporaryDirectory(prefix="meshmux-test-") as directory:
        path = Path(directory) / "meshmux.yaml"
        path.write_text(text)
        done = subprocess.run([str(BUILD_DIR / "bin" / "meshmuxd"), "--config", str(path), "--check-config", *args],
                              capture_output=True, text=True, timeout=DEADLINE)
        return done.returncode, (done.stdout + done.stderr).replace(str(path), "meshmux.yaml")
