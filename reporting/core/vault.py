"""Where what bureaus sent is kept: `staging/` while it arrives, `kept/` once it is whole.

A kept file is named by its SHA-256 and by nothing else; the name its owner gave it is data in a row and
never becomes a path. `keep` answers only when the bytes and the folders above them are on the disk.
"""

import errno
import io
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from reporting.core.disk import VaultFull, named, sync_folder
from reporting.core.parts import TOKEN, Parts
from reporting.core.staging import RESERVE_STRIDE, Staging

__all__ = ["RESERVE_STRIDE", "Staging", "Vault", "VaultFull"]

KEY = re.compile(r"[0-9a-f]{64}")
STAGED_NAME = re.compile(r"[0-9a-f]{32}")


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
        sync_folder(self.root)

    def stage(self) -> Staging:
        """A new empty file under a random name. The reserve is looked at when its first byte comes: a form's empty
        file box costs nothing.
        """
        try:
            return Staging(self._staging / secrets.token_hex(16), self)
        except OSError as error:
            raise named(error) from error

    def parts(self, token: str) -> Parts:
        """The parts of an upload that is under way; raises ValueError for what is no token."""
        return Parts(self._staging, token)

    def stage_whole(self, parts: Sequence[tuple[Path, int]], sha256: str | None = None) -> Staging:
        """A finished staged file of these parts, each with its length; the parts stay, so that this may be repeated.

        A single part is linked and not copied. Its writer has written all of it, or it would not be whole.
        """
        path = self._staging / secrets.token_hex(16)
        size = sum(length for _path, length in parts)
        try:
            linked = len(parts) == 1 and parts[0][0].stat().st_size == size and _link(parts[0][0], path)
            staging = Staging(path, self, fresh=not linked)
        except OSError as error:
            raise named(error) from error
        try:
            staging.adopt(size, sha256) if linked else staging.join(parts, sha256)
        except BaseException:
            self.discard(staging)
            raise
        return staging

    def keep(self, staging: Staging) -> str:
        """Make a staged file durable under its hash and give the hash; the same content is kept once.

        Bytes first, then the name, then the folders: a crash in between leaves a staged file, never a torn one.
        """
        key = staging.finish()
        target = self.path(key)
        try:
            staging.sync()
            self._make_folders(target.parent)
            # Its age is counted from now, not from its last byte, so that `forget` leaves time for its row.
            os.utime(staging.fileno())
            if _made_young(target, staging.size):
                staging.path.unlink()
            else:
                # Nothing is there, or a damaged copy whose length cannot belong to this hash: ours replaces it.
                staging.path.replace(target)
                # Of two names for one file that became the same name, both would stay.
                staging.path.unlink(missing_ok=True)
            self._sync_folders(target.parent)
        except OSError as error:
            raise named(error) from error
        finally:
            staging.close()
        return key

    def _make_folders(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def _sync_folders(self, folder: Path) -> None:
        # All three, also when they were there: another process may have made them and not yet synced.
        for level in (folder, folder.parent, self._kept):
            sync_folder(level)

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

    def forget(self, key: str, older_than: timedelta, now: datetime) -> bool:
        """Remove content that no row names, one of `keys_older`; False when somebody has brought it again since, or it is gone.

        It is set aside before the last look at its age: whoever brings the same content at this very moment has made it
        young, and it is put back, or finds it gone, and its own takes the place. `now` is the host's time.
        """
        limit, target, aside = (now - older_than).timestamp(), self.path(key), self._staging / secrets.token_hex(16)
        try:
            target.rename(aside)
        except FileNotFoundError:
            return False
        is_old = aside.stat().st_mtime < limit
        if not is_old:
            with suppress(FileExistsError):
                os.link(aside, target)
        aside.unlink()
        return is_old

    def keys(self) -> Iterator[str]:
        """The key of everything kept, in order."""
        for path in sorted(self._kept.glob("??/??/*")):
            if KEY.fullmatch(path.name):
                yield path.name

    def keys_older(self, than: timedelta, now: datetime) -> list[str]:
        """The key of everything that nobody has brought for so long; `now` is the host's time."""
        limit = (now - than).timestamp()
        return [key for key in self.keys() if (_changed_or_none(self.path(key)) or limit) < limit]

    def tokens(self) -> list[str]:
        """The uploads that have parts here, in order."""
        return sorted(path.name for path in self._staging.iterdir() if path.is_dir() and TOKEN.fullmatch(path.name))

    def staged(self, older_than: timedelta, now: datetime) -> list[Path]:
        """Staged files that nobody has written to for so long; `now` is the host's time."""
        limit = (now - older_than).timestamp()
        files = [path for path in sorted(self._staging.iterdir()) if STAGED_NAME.fullmatch(path.name)]
        return [path for path in files if (_changed_or_none(path) or limit) < limit]

    def kept_at(self, key: str) -> float:
        """When the content was last brought, in the host's seconds; raises FileNotFoundError."""
        return self.path(key).stat().st_mtime

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
        if not self._staging.is_dir():
            return 0
        found = self.staged(older_than, now)
        for path in found:
            # Another process may keep or discard it between our two looks.
            path.unlink(missing_ok=True)
        return len(found)


def _open_itself(path: str, flags: int) -> int:
    """Open a file but not what a link in its place points to."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)


def _link(source: Path, target: Path) -> bool:
    """Give a file a second name; False where the file system knows no second names."""
    try:
        os.link(source, target, follow_symlinks=False)
    except PermissionError:
        return False
    except OSError as error:
        if error.errno in {errno.EMLINK, errno.EOPNOTSUPP, errno.EXDEV}:
            return False
        raise
    return True


def _changed_or_none(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None


def _made_young(path: Path, size: int) -> bool:
    """Whether content of this size is there; if so its age is counted from now."""
    try:
        if path.lstat().st_size != size:
            return False
        os.utime(path)
    except FileNotFoundError:  # it was never there, or has been set aside by `forget` between the two
        return False
    return True
