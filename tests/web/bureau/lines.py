"""A line between a browser and the server that can die without a word, as after sleep or in another network."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

MUCH = 256 << 10


@dataclass(eq=False)
class _Wire:
    """One connection, both ways."""

    client: socket.socket
    server: socket.socket
    brought: int = 0
    is_dead: threading.Event = field(default_factory=threading.Event)

    def carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(1 << 16):
                if self.is_dead.is_set():
                    return
                target.sendall(block)
                if source is self.client:
                    self.brought += len(block)
        if not self.is_dead.is_set():
            with suppress(OSError):
                target.shutdown(socket.SHUT_WR)


class Line:
    """Carries every connection to a port of this machine; `url` is where the browser goes."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._wires: list[_Wire] = []
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                wire = _Wire(client, socket.create_connection(self._target))
                self._wires.append(wire)
                for ends in ((client, wire.server), (wire.server, client)):
                    threading.Thread(target=wire.carry, args=ends, daemon=True).start()

    def die(self) -> int:
        """Of the connections that are open those that bring much carry nothing any more, and nobody hears of it."""
        found = [wire for wire in self._wires if wire.brought > MUCH and not wire.is_dead.is_set()]
        for wire in found:
            wire.is_dead.set()
        return len(found)

    def close(self) -> None:
        """End everything."""
        self._door.close()
        for wire in self._wires:
            wire.client.close()
            wire.server.close()


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A line to a port, until the block ends."""
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
