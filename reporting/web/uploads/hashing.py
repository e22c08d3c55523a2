"""SHA-256 of a file on its way: beside the receiving, and remembered from one request to the next."""

import hashlib
from collections import OrderedDict
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

# Files under way whose hash is remembered between two requests; what is forgotten is hashed at the end.
REMEMBERED = 256


class Hashes:
    """How far the hash of files under way has got. Only a saving of time: it may forget at any moment."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._found: OrderedDict[str, tuple[int, Any]] = OrderedDict()

    def take(self, token: str, offset: int) -> Any:
        """The hash of all bytes before the offset, or None when it is not known."""
        if offset == 0:
            return hashlib.sha256()
        with self._lock:
            at, found = self._found.pop(token, (0, None))
        return found if at == offset else None

    def put(self, token: str, offset: int, found: Any) -> None:
        """Remember the hash of all bytes before the offset."""
        with self._lock:
            self._found[token] = offset, found
            while len(self._found) > self._most:
                self._found.popitem(last=False)


remembered = Hashes(REMEMBERED)


class Ring:
    """A few buffers that go round between one thread that fills them and another that hashes them.

    The other thread begins when so many bytes have come that it pays: a slow line needs neither it nor the buffers.
    """

    def __init__(self, digest: Any, buffer_bytes: int, *, buffers: int, begin_at: int) -> None:
        self._digest = digest
        self._buffer_bytes = buffer_bytes
        self._more = buffers - 1
        self._begin_at = begin_at
        self._free: SimpleQueue[memoryview] = SimpleQueue()
        self._full: SimpleQueue[tuple[memoryview, int] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._seen = 0
        self._free.put(memoryview(bytearray(buffer_bytes)))

    def next(self) -> memoryview:
        """A buffer to fill; waits until one has been hashed."""
        return self._free.get()

    def hash(self, buffer: memoryview, count: int) -> None:
        """Hash the first bytes of a buffer, which must not be touched until it comes round again."""
        self._seen += count
        if self._thread is None and self._digest is not None and self._seen >= self._begin_at:
            self._begin()
        if self._thread is not None:
            self._full.put((buffer, count))
            return
        if self._digest is not None:
            self._digest.update(buffer[:count])
        self._free.put(buffer)

    def _begin(self) -> None:
        for _ in range(self._more):
            self._free.put(memoryview(bytearray(self._buffer_bytes)))
        self._thread = Thread(target=self._run, name="hash", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (filled := self._full.get()) is not None:
            buffer, count = filled
            self._digest.update(buffer[:count])
            self._free.put(buffer)

    def finish(self) -> None:
        """Come back when everything is hashed."""
        if self._thread is not None:
            self._full.put(None)
            self._thread.join()
            self._thread = None
