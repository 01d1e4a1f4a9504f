"""A door in front of a database server, which a test shuts, or leaves open with nobody behind it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Forwarder:
    """A TCP port that hands everything on to a Unix socket. `shut`: nobody is there; `hung`: nobody answers."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._flows = threading.Event()
        self._flows.set()
        self._listening = self._listen(0)
        self.port = int(self._listening.getsockname()[1])

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Every connection is cut, new ones are refused."""
        self._deaf()
        try:
            yield
        finally:
            self._listening = self._listen(self.port)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Connections stay and are taken, and nothing comes through."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def close(self) -> None:
        """Ends it."""
        self._flows.set()
        self._deaf()

    def _deaf(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)  # close alone would let a waiting accept take one caller more
        self._listening.close()
        self._cut()

    def _listen(self, port: int) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", port))
        made.listen(64)
        threading.Thread(target=self._accept, args=(made,), daemon=True).start()
        return made

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                behind = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                behind.connect(str(self._target))
                self._pairs.append((caller, behind))
                for source, to in ((caller, behind), (behind, caller)):
                    threading.Thread(target=self._pump, args=(source, to), daemon=True).start()

    def _pump(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._flows.wait()
                to.sendall(data)
        for one in (source, to):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _cut(self) -> None:
        pairs, self._pairs = self._pairs, []
        for one in (each for pair in pairs for each in pair):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
