"""Where what bureaus sent is kept: `staging/` while it arrives, `kept/` once it is whole.

A kept file is named by its SHA-256 and by nothing else; the name its owner gave it is data in a row and
never becomes a path. `keep` answers only when the bytes and the folders above them are on the disk.
"""

import errno
import hashlib
import io
import os
import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

KEY = re.compile(r"[0-9a-f]{64}")
STAGED_NAME = re.compile(r"[0-9a-f]{32}")

# How many bytes may be written between two looks at the free space: one look costs a microsecond or two.
RESERVE_STRIDE = 1 << 20

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class VaultFull(Exception):
    """The disk is full, or what is left of it is the reserve that reading and submitting live on."""


class Staging(io.RawIOBase):
    """A file that is arriving: bytes go to its end and are hashed on their way; it can be read back.

    Writing always appends, wherever reading has got to, because a hash cannot go back.
    """

    def __init__(self, path: Path, vault: "Vault") -> None:
        super().__init__()
        self.path = path
        self.size = 0
        self._vault = vault
        self._digest = hashlib.sha256()
        self._finished: str | None = None
        self._position = 0
        self._next_look = 0
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)

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
            raise _named(error) from error
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
            raise _named(error) from error

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


class Vault:
    """Files under one folder, addressed by the SHA-256 of their content.

    `reserve_bytes`: free space that arriving files must leave, so that the database can still write.
    """

    def __init__(self, root: Path, *, reserve_bytes: int = 0) -> None:
        self.root = root.resolve()
        self.reserve_bytes = reserve_bytes
        self._staging = self.root / "staging"
        self._kept = self.root / "kept"
        for folder in (self._staging, self._kept):
            folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(self.root)

    def stage(self) -> Staging:
        """A new empty file under a random name. The reserve is looked at when its first byte comes: a form's empty
        file box costs nothing.
        """
        try:
            return Staging(self._staging / secrets.token_hex(16), self)
        except OSError as error:
            raise _named(error) from error

    def keep(self, staging: Staging) -> str:
        """Make a staged file durable under its hash and give the hash; the same content is kept once.

        Bytes first, then the name, then the folders: a crash in between leaves a staged file, never a torn one.
        """
        key = staging.finish()
        target = self.path(key)
        try:
            staging.sync()
            self._make_folders(target.parent)
            if _size_or_none(target) == staging.size:
                # Made young again, so that a sweep of files without rows does not take it from under its new owner.
                os.utime(target)
                staging.path.unlink()
            else:
                # Nothing is there, or a damaged copy whose length cannot belong to this hash: ours replaces it.
                staging.path.replace(target)
            self._sync_folders(target.parent)
        except OSError as error:
            raise _named(error) from error
        finally:
            staging.close()
        return key

    def _make_folders(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def _sync_folders(self, folder: Path) -> None:
        # All three, also when they were there: another process may have made them and not yet synced.
        for level in (folder, folder.parent, self._kept):
            _sync_folder(level)

    def discard(self, staging: Staging) -> None:
        """Throw a staged file away; nothing happens to one that has been kept or discarded before."""
        staging.close()
        staging.path.unlink(missing_ok=True)

    def path(self, key: str) -> Path:
        """Where the content lives, whether it is there or not; raises ValueError for what is not a key."""
        if not KEY.fullmatch(key):
            raise ValueError("not a key of the vault")
        path = self._kept / key[:2] / key[2:4] / key
        if not path.resolve().is_relative_to(self._kept):
            raise ValueError("a path outside the vault")
        return path

    def open(self, key: str) -> io.FileIO:
        """The content for reading, unbuffered; raises FileNotFoundError when it is not kept."""
        return io.FileIO(self.path(key), "rb", opener=_open_itself)

    def size(self, key: str) -> int:
        """How many bytes the content has; raises FileNotFoundError when it is not kept."""
        return self.path(key).stat().st_size

    def holds(self, key: str) -> bool:
        """Whether the content is kept."""
        return self.path(key).is_file()

    def drop(self, key: str) -> None:
        """Remove kept content; nothing happens when it is not there."""
        self.path(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        """The key of everything kept, in order."""
        for path in sorted(self._kept.glob("??/??/*")):
            if KEY.fullmatch(path.name):
                yield path.name

    def free_bytes(self) -> int:
        """What the disk has left for this process."""
        state = os.statvfs(self.root)
        return state.f_bavail * state.f_frsize

    def room_for(self, count: int) -> bool:
        """Whether `count` more bytes leave the reserve untouched."""
        return self.free_bytes() - count >= self.reserve_bytes

    def tidy_staging(self, older_than: timedelta, now: datetime) -> int:
        """Remove staged files that nobody has written to for so long; gives their number.

        `now` is the host's time (`clock.system_clock()`), because the host dates the files:
        the demonstration's 2014 would find every file younger than itself.
        """
        limit = (now - older_than).timestamp()
        removed = 0
        if not self._staging.is_dir():
            return removed
        for path in sorted(self._staging.iterdir()):
            try:
                if STAGED_NAME.fullmatch(path.name) and path.stat().st_mtime < limit:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:
                # Another process has kept or discarded it between our two looks.
                continue
        return removed


def _open_itself(path: str, flags: int) -> int:
    """Open a file but not what a link in its place points to."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size_or_none(path: Path) -> int | None:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return None


def _named(error: OSError) -> Exception:
    """A full disk by its own name; anything else as it is."""
    return VaultFull(str(error)) if error.errno in DISK_FULL else error
