"""SHA-256 of a file on its way: beside the receiving, and remembered from one request to the next."""

import hashlib
from collections import OrderedDict
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Self

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


class Buffers:
    """Buffers that are made once and go from one request to the next.

    Everyone who receives has one; a fast line may have more, of which there are only so many, so that memory grows with
    the number of files under way and never with their speed or size.
    """

    def __init__(self, size: int, *, extra: int) -> None:
        self._size = size
        self._kept = extra * 2
        self._extra = extra
        self._lock = Lock()
        self._free: list[memoryview] = []

    def first(self) -> memoryview:
        """A buffer for a request; it is not empty of what was in it before."""
        with self._lock:
            return self._free.pop() if self._free else memoryview(bytearray(self._size))

    def more(self, most: int) -> list[memoryview]:
        """Up to so many more, as long as there are any."""
        with self._lock:
            count = min(most, self._extra)
            self._extra -= count
        return [self.first() for _ in range(count)]

    def give_back(self, buffers: list[memoryview]) -> None:
        """The first one of a request, and what it had more."""
        with self._lock:
            self._extra += len(buffers) - 1
            self._free += buffers[: max(0, self._kept - len(self._free))]


# As fast as larger ones. Eight files at once that are all hashed hold 6 MiB together.
BUFFER_BYTES = 512 << 10
buffers = Buffers(BUFFER_BYTES, extra=4)
# A body whose line is fast is hashed by a thread of its own from so many bytes on, over so many buffers more.
RING_BYTES, RING_BUFFERS = 1 << 20, 3


class Ring:
    """Buffers that go round between one thread that fills them and another that hashes them.

    The other thread begins when so many bytes have come in large pieces that it pays: a slow line needs neither it nor
    more than one buffer, and where no more buffers are left, the one thread does both.
    """

    def __init__(self, digest: Any) -> None:
        self._digest = digest
        self._free: SimpleQueue[memoryview] = SimpleQueue()
        self._full: SimpleQueue[tuple[memoryview, int] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._seen = 0
        self._mine = [buffers.first()]
        self._free.put(self._mine[0])

    def __enter__(self) -> Self:
        """A ring for one body."""
        return self

    def __exit__(self, *_told: object) -> None:
        """Come back when everything is hashed."""
        if self._thread is not None:
            self._full.put(None)
            self._thread.join()
        buffers.give_back(self._mine)

    def next(self) -> memoryview:
        """A buffer to fill; waits until one has been hashed."""
        return self._free.get()

    def hash(self, buffer: memoryview, count: int) -> None:
        """Hash the first bytes of a buffer, which must not be touched until it comes round again."""
        if self._digest is None:
            self._free.put(buffer)
            return
        self._seen += count if count * 4 >= BUFFER_BYTES else 0
        if self._thread is None and self._seen >= RING_BYTES:
            self._begin()
        if self._thread is not None:
            self._full.put((buffer, count))
        else:
            self._digest.update(buffer[:count])
            self._free.put(buffer)

    def _begin(self) -> None:
        more = buffers.more(RING_BUFFERS)
        if not more:
            self._seen = 0
            return
        self._mine += more
        for buffer in more:
            self._free.put(buffer)
        self._thread = Thread(target=self._run, name="hash", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (filled := self._full.get()) is not None:
            buffer, count = filled
            self._digest.update(buffer[:count])
            self._free.put(buffer)
