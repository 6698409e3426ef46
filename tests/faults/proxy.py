"""A TCP proxy on loopback that can refuse, fall silent or drip, as a machine or a network in trouble does."""

import contextlib
import selectors
import socket
import threading
import time
from typing import Literal, Self

Mood = Literal["open", "silent", "dripping"]
DROP = 16  # bytes
DRIP_S = 0.05


class Proxy:
    """Passes connections to a port of this machine. `port` is where it listens, the same after `cut` and `mend`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._mood: Mood = "open"
        self._changed = threading.Condition()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])

    def __enter__(self) -> Self:
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._feel("open")
        for thread in self._threads:
            thread.join(10)

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            for end in self._ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def silence(self) -> None:
        """Take connections and bytes, and pass nothing on until `mend`."""
        self._feel("silent")

    def drip(self) -> None:
        """Pass everything on, some bytes at a time."""
        self._feel("dripping")

    def mend(self) -> None:
        """Pass everything on, what was held back first."""
        self._feel("open")
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
            self._start(self._accept, self._listener)

    def _feel(self, mood: Mood) -> None:
        with self._changed:
            self._mood = mood
            self._changed.notify_all()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._ends |= {near, far}
            self._start(self._pass_on, near, far)

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with near, far, selectors.DefaultSelector() as waiting, contextlib.suppress(OSError):
            for one in other:
                waiting.register(one, selectors.EVENT_READ, one)
            while True:
                for key, _ in waiting.select():
                    end: socket.socket = key.data
                    chunk = end.recv(65536)
                    if not chunk:
                        self._forget(near, far)
                        return
                    self._send(other[end], chunk)
        self._forget(near, far)

    def _send(self, end: socket.socket, chunk: bytes) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._mood != "silent")
        while chunk and self._mood == "dripping":
            end.sendall(chunk[:DROP])
            chunk = chunk[DROP:]
            time.sleep(DRIP_S)
        end.sendall(chunk)

    def _forget(self, near: socket.socket, far: socket.socket) -> None:
        with self._lock:
            self._ends -= {near, far}
