"""A file on its way into the vault."""

import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from reporting.core.disk import VaultFull, named
from reporting.core.parts import join

# How many bytes may be written between two looks at the free space: one look costs a microsecond or two.
RESERVE_STRIDE = 1 << 20

FRESH = os.O_CREAT | os.O_EXCL


class Room(Protocol):
    """What knows how much may still be written."""

    reserve_bytes: int

    def room_for(self, count: int) -> bool:
        """Whether `count` more bytes leave the reserve untouched."""


class Staging(io.RawIOBase):
    """A file that is arriving: bytes go to its end and are hashed on their way; it can be read back.

    Writing always appends, wherever reading has got to, because a hash cannot go back.
    """

    def __init__(self, path: Path, vault: "Room", *, fresh: bool = True) -> None:
        super().__init__()
        self.path = path
        self.size = 0
        self._vault = vault
        self._digest = hashlib.sha256()
        self._finished: str | None = None
        self._position = 0
        self._next_look = 0
        self._descriptor = os.open(path, os.O_RDWR | (FRESH if fresh else os.O_NOFOLLOW) | os.O_CLOEXEC, 0o640)

    @property
    def sha256(self) -> str:
        """The hash of all bytes as 64 hexadecimal digits; raises ValueError before `finish()`."""
        if self._finished is None:
            raise ValueError("the hash is known after finish()")
        return self._finished

    def write(self, data: Any) -> int:
        """Append bytes; raises VaultFull when the disk or the reserve is reached, ValueError when finished."""
        if self._finished is not None:
            raise ValueError("a finished file takes no more bytes")
        view = memoryview(data).cast("B")
        if len(view) and self.size >= self._next_look:
            self._look_at_free_space(len(view))
        written = 0
        while written < len(view):
            written += self._append(view[written:])
        self._digest.update(view)
        return written

    def _look_at_free_space(self, coming: int) -> None:
        if not self._vault.room_for(coming):
            raise VaultFull(f"the reserve of {self._vault.reserve_bytes} bytes is reached")
        self._next_look = self.size + RESERVE_STRIDE

    def _append(self, view: memoryview) -> int:
        try:
            count = os.pwrite(self._descriptor, view, self.size)
        except OSError as error:
            raise named(error) from error
        self.size += count
        return count

    def readinto(self, buffer: Any) -> int:
        """Read on from the reading position; 0 at the end."""
        count = os.preadv(self._descriptor, [buffer], self._position)
        self._position += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the reading position."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if origin + offset < 0:
            raise ValueError("a position before the beginning")
        self._position = origin + offset
        return self._position

    def tell(self) -> int:
        """The reading position."""
        return self._position

    def join(self, parts: Sequence[tuple[Path, int]], sha256: str | None) -> None:
        """Take the bytes of these parts, each with its length, into this empty file, and finish it.

        The hash is taken from the file unless it is known. Raises VaultFull.
        """
        join(parts, self._descriptor)
        self.size = sum(length for _path, length in parts)
        self._finished = sha256 or self._hash_of_file()

    def adopt(self, size: int, sha256: str | None) -> None:
        """Take the bytes that the file has already for all that will come, and finish it."""
        self.size = size
        self._finished = sha256 or self._hash_of_file()

    def _hash_of_file(self) -> str:
        self.seek(0)
        return hashlib.file_digest(self, "sha256").hexdigest()

    def finish(self) -> str:
        """No more bytes will come; gives the hash. May be called again."""
        if self._finished is None:
            self._finished = self._digest.hexdigest()
        return self._finished

    def sync(self) -> None:
        """Come back when the bytes are on the disk; raises VaultFull when they do not fit."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise named(error) from error

    def readable(self) -> bool:
        """It can be read back."""
        return True

    def writable(self) -> bool:
        """It can be written until it is finished."""
        return self._finished is None

    def seekable(self) -> bool:
        """The reading position can be moved."""
        return True

    def fileno(self) -> int:
        """The descriptor of the open file."""
        return self._descriptor

    def close(self) -> None:
        """Close the file; its bytes stay in staging until they are kept, discarded or tidied away."""
        if not self.closed:
            super().close()
            os.close(self._descriptor)
