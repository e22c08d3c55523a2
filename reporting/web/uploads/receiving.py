"""From the socket to the disk: each piece is written as soon as it is here, and hashed on its way."""

import time

from reporting.arriving import Overtaken, Seen, Writer
from reporting.core.kit import Kit
from reporting.core.vault import VaultFull
from reporting.web.uploads.body import Body
from reporting.web.uploads.hashing import BUFFER_BYTES, Ring, remembered
from reporting.web.uploads.protocol import Checksum

# A long transfer is recorded on its way: others see how far it is, it does not expire, and a power cut costs little.
COMMIT_SECONDS = 10.0
# How many bytes may be written between two looks at the free space.
RESERVE_STRIDE = 32 << 20


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
        self._left = seen.length - seen.offset
        if body.announced is not None:
            self._left = min(self._left, body.announced)
        self._until_look = 0
        self.digest: str | None = None
        self.mismatch = False

    def run(self) -> int:
        """Take what comes; gives the offset that is sure then. Raises Overtaken, and VaultFull."""
        writer = Writer(self._kit, self._seen, held=self._checksum is not None)
        try:
            return self._run(writer)
        except (Overtaken, VaultFull):
            self._body.drain()
            raise
        finally:
            writer.close()
            self._body.close()

    def _run(self, writer: Writer) -> int:
        with Ring(self._hash) as ring:
            try:
                self._pour(writer, ring)
            except VaultFull:
                if self._checksum is None:
                    writer.commit()
                raise
            if self._checksum is not None and self._sum is not None and self._sum.digest() != self._checksum.digest:
                self.mismatch = True
                writer.drop()
                return self._seen.offset
            # What is still to be hashed is hashed while the disk is waited for.
            offset = writer.commit()
        self._remember(offset)
        return offset

    def _pour(self, writer: Writer, ring: Ring) -> None:
        due = time.monotonic() + COMMIT_SECONDS
        while self._left and (count := self._body.readinto((buffer := ring.next())[: self._left])):
            self._take(writer, buffer[:count])
            ring.hash(buffer, count)
            self._left -= count
            if self._checksum is None and time.monotonic() >= due:
                writer.commit()
                due = time.monotonic() + COMMIT_SECONDS

    def _take(self, writer: Writer, piece: memoryview) -> None:
        if self._until_look < len(piece):
            self._make_room(writer)
        self._until_look -= len(piece)
        writer.write(piece)
        if self._sum is not None:
            self._sum.update(piece)

    def _make_room(self, writer: Writer) -> None:
        coming = min(RESERVE_STRIDE, self._left)
        if not self._kit.vault.room_for(coming):
            raise VaultFull(f"the reserve of {self._kit.vault.reserve_bytes} bytes is reached")
        writer.expect(coming)
        self._until_look = coming

    def _remember(self, offset: int) -> None:
        if self._hash is None:
            return
        if offset == self._seen.length:
            self.digest = self._hash.hexdigest()
        else:
            remembered.put(self._seen.token, offset, self._hash)
