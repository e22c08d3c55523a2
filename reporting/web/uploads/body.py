"""The body of a request, taken from the socket into buffers that are made once.

Under gunicorn the bytes are received straight into our buffer; its reader would make fresh ones for each piece, and
lose a piece that is not full when the line is torn down. That reader is private, so there is a way around it for every
other server, and a test holds both to the same answers.
"""

import socket
from contextlib import suppress
from typing import Any

from werkzeug.exceptions import ClientDisconnected

# A client that says nothing for so long has gone.
SILENCE_SECONDS = 30.0
# As much as the kernel may hold of one body. Left alone it lets the queue of a fast sender grow to many times this, out of
# the processor's cache; a line of 50 ms is still filled at 40 MiB/s.
QUEUE_BYTES = 2 << 20
# So much of a body that is not wanted is read, for at most so long, before the answer: a sender that is still writing
# would lose the answer to the reset of its connection.
MOST_DRAINED = 16 << 20
DRAIN_SECONDS = 2.0


class Body:
    """The announced bytes of one request. `received` counts them; `broken` says that they ended before their time."""

    def __init__(self, environ: dict[str, Any], announced: int | None) -> None:
        self.announced = announced
        self.received = 0
        self.broken = False
        self._input = environ["wsgi.input"]
        self._line = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
        self._reader = _length_reader(environ) if announced is not None else None
        self._early = self._take_early()
        if self._line is not None:
            self._line.settimeout(SILENCE_SECONDS)
            with suppress(OSError):
                self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, QUEUE_BYTES)

    def _take_early(self) -> bytes:
        """What the server's parser has read along with the headers."""
        if self._reader is None or self.announced is None:
            return b""
        held = self._reader.unreader.take_buffered()
        ours, next_request = held[: self.announced], held[self.announced :]
        if next_request:
            self._reader.unreader.unread(next_request)
        return bytes(ours)

    def readinto(self, buffer: memoryview) -> int:
        """Put the next bytes into the buffer, as many as are there; 0 at the end, whether it is the announced one or not."""
        left = len(buffer) if self.announced is None else min(len(buffer), self.announced - self.received)
        if left <= 0 or self.broken:
            return 0
        try:
            count = self._next(buffer[:left])
        except (OSError, ClientDisconnected):
            count = 0
        self.received += count
        if not count and (self.announced is None or self.received < self.announced):
            self.broken = self.announced is not None
        return count

    def _next(self, buffer: memoryview) -> int:
        if self._early:
            count = min(len(buffer), len(self._early))
            buffer[:count] = self._early[:count]
            self._early = self._early[count:]
            return count
        if self._reader is not None and self._line is not None:
            return int(self._line.recv_into(buffer))
        data = self._input.read(min(len(buffer), 256 << 10))
        buffer[: len(data)] = data
        return len(data)

    def drain(self) -> None:
        """Throw away what a sender writes that has not heard of our answer yet, within bounds."""
        if self._line is not None:
            with suppress(OSError):
                self._line.settimeout(DRAIN_SECONDS)
        buffer = memoryview(bytearray(256 << 10))
        most = self.received + MOST_DRAINED
        while self.received < most and self.readinto(buffer):
            pass

    def close(self) -> None:
        """Tell the server how the connection stands: at the next request, or good for nothing more."""
        whole = self.announced is not None and self.received == self.announced
        if self._reader is not None and whole:
            self._reader.length = 0
        elif not whole and hasattr(self._input, "failed"):
            self._input.failed = True
        if self._line is not None:
            with suppress(OSError):
                self._line.settimeout(None)


def _length_reader(environ: dict[str, Any]) -> Any:
    """gunicorn's reader of a body whose length is told, when it is untouched; None for any other server or body."""
    reader = getattr(environ["wsgi.input"], "reader", None)
    if environ.get("gunicorn.socket") is None or not hasattr(getattr(reader, "unreader", None), "take_buffered"):
        return None
    return reader if hasattr(reader, "length") else None
