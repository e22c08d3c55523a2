"""From the socket to the disk: each piece is written as soon as it is here, and hashed on its way."""

import hashlib
import time
from collections import OrderedDict
from threading import Lock
from typing import Any

from reporting.arriving import Seen, Writer
from reporting.core.kit import Kit
from reporting.core.vault import VaultFull
from reporting.web.uploads.body import Body
from reporting.web.uploads.protocol import Checksum

BUFFER_BYTES = 1 << 20
# A long transfer is recorded on its way: others see how far it is, it does not expire, and a power cut costs little.
COMMIT_SECONDS = 10.0
# How many bytes may be written between two looks at the free space.
RESERVE_STRIDE = 32 << 20
# Files under way whose hash is remembered between two requests; what is forgotten is hashed at the end.
REMEMBERED = 256


class Receiver:
    """One request's bytes. After `run`, `digest` is the hash of the whole file when it is known, and `mismatch` says
    that the body was not what its checksum said, so that nothing of it was kept.
    """

    def __init__(self, kit: Kit, seen: Seen, body: Body, checksum: Checksum | None) -> None:
        self._kit = kit
        self._seen = seen
        self._body = body
        self._checksum = checksum
        self._sum = checksum.new() if checksum else None
        self._hash = remembered.take(seen.token, seen.offset)
        self.digest: str | None = None
        self.mismatch = False

    def run(self) -> int:
        """Take what comes; gives the offset that is sure then. Raises Overtaken, and VaultFull."""
        writer = Writer(self._kit, self._seen, held=self._checksum is not None)
        try:
            return self._run(writer)
        finally:
            writer.close()
            self._body.close()

    def _run(self, writer: Writer) -> int:
        try:
            self._pour(writer)
        except VaultFull:
            if self._checksum is None:
                writer.commit()
            raise
        if self._checksum is not None and self._sum is not None and self._sum.digest() != self._checksum.digest:
            self.mismatch = True
            writer.drop()
            return self._seen.offset
        offset = writer.commit()
        self._remember(offset)
        return offset

    def _pour(self, writer: Writer) -> None:
        buffer = memoryview(bytearray(BUFFER_BYTES))
        left, next_look, due = self._seen.length - self._seen.offset, 0, time.monotonic() + COMMIT_SECONDS
        while left and (count := self._body.readinto(buffer[: min(left, BUFFER_BYTES)])):
            piece = buffer[:count]
            if writer.pending >= next_look:
                self._look_at_free_space()
                next_look = writer.pending + RESERVE_STRIDE
            writer.write(piece)
            for each in (self._hash, self._sum):
                if each is not None:
                    each.update(piece)
            left -= count
            if self._checksum is None and time.monotonic() >= due:
                writer.commit()
                next_look, due = 0, time.monotonic() + COMMIT_SECONDS

    def _look_at_free_space(self) -> None:
        if not self._kit.vault.room_for(RESERVE_STRIDE):
            raise VaultFull(f"the reserve of {self._kit.vault.reserve_bytes} bytes is reached")

    def _remember(self, offset: int) -> None:
        if self._hash is None:
            return
        if offset == self._seen.length:
            self.digest = self._hash.hexdigest()
        else:
            remembered.put(self._seen.token, offset, self._hash)


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
