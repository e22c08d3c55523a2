"""The parts of a file that arrives by and by: below `staging/<token>/`, a file of its own for each writer.

Two writers never write to one file, so whoever loses a race cannot touch what the winner wrote. A part is named
`<start>-<nonce>` after the place of its first byte. A mark behind the name says how it stands: `.done` that its writer
has ended and another may take it over (by renaming, which only one can do), `.held` that its bytes do not count before
their checksum was right, or at all because the disk failed to take them. A crash leaves a part without a mark: what
lies in it can be counted, but not be added to.
"""

import ctypes
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from reporting.core.disk import named, sync_folder

TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
PART = re.compile(r"(\d{1,18})-[0-9a-f]{16}")
DONE, HELD = ".done", ".held"

# The kernel is asked to begin writing after so many bytes, so that the sync at the end has little left to do.
WRITEBACK_BYTES = 2 << 20
_SYNC_FILE_RANGE_WRITE = 2
_FALLOC_KEEP_SIZE = 1
_system = ctypes.CDLL(None, use_errno=True)
_sync_file_range = getattr(_system, "sync_file_range", None)
if _sync_file_range is not None:
    _sync_file_range.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
_fallocate = getattr(_system, "fallocate64", None)
if _fallocate is not None:
    _fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]


class Part:
    """One open part. `size` is how many bytes its file has; they are durable up to `synced`."""

    def __init__(self, folder: Path, name: str, mark: str, *, fresh: bool) -> None:
        self.name = name
        self.start = start_of(name)
        self._folder = folder
        self._path = folder / (name + mark)
        flags = os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT | os.O_EXCL if fresh else 0)
        self._descriptor = os.open(self._path, flags, 0o640)
        self.size = self.synced = 0 if fresh else os.fstat(self._descriptor).st_size
        self._begun = self.size
        self._folder_synced = not fresh

    def expect(self, count: int) -> None:
        """Let the file system make room for so many more bytes at once, which costs less than block by block.

        The size of the file stays what was written. Only a hint: where it fails, `write` finds out.
        """
        if _fallocate is not None:
            _fallocate(self._descriptor, _FALLOC_KEEP_SIZE, self.size, count)

    def write(self, view: memoryview) -> None:
        """Append bytes; raises VaultFull when they do not fit on the disk."""
        written = 0
        while written < len(view):
            try:
                count = os.pwrite(self._descriptor, view[written:], self.size)
            except OSError as error:
                raise named(error) from error
            written += count
            self.size += count
        if _sync_file_range is not None and self.size - self._begun >= WRITEBACK_BYTES:
            # Only a hint: whether it succeeds or not, `sync` decides.
            _sync_file_range(self._descriptor, self._begun, self.size - self._begun, _SYNC_FILE_RANGE_WRITE)
            self._begun = self.size

    def sync(self) -> int:
        """Come back when the bytes and the name are on the disk; gives how many bytes that are.

        Raises VaultFull, and FileNotFoundError when the upload has ended and its folder is gone.
        """
        size = self.size
        try:
            os.fdatasync(self._descriptor)
            if not self._folder_synced:
                sync_folder(self._folder)
                sync_folder(self._folder.parent)
        except OSError as error:
            raise named(error) from error
        self._folder_synced = True
        self.synced = size
        return size

    def close(self) -> None:
        """Close the file; its bytes stay."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def hold(self) -> None:
        """Let nobody count what was not recorded: after a sync that failed, the next may succeed and prove nothing."""
        hold(self._folder, self.name)

    def hand_on(self) -> None:
        """Close the file and let another writer go on in it; only when every byte of it counts."""
        self.close()
        with suppress(FileNotFoundError):  # the upload has been finished meanwhile, by somebody who was told its end
            self._path.rename(self._folder / (self.name + DONE))

    def drop(self) -> None:
        """Close and remove the file; only when no row knows it and none can come to know it."""
        self.close()
        self._path.unlink(missing_ok=True)
        with suppress(OSError):  # others have parts here
            self._folder.rmdir()


class Parts:
    """The parts of one upload."""

    def __init__(self, staging: Path, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise ValueError("not the token of an upload")
        self._folder = staging / token

    def begin(self, start: int, *, held: bool = False) -> Part:
        """A new part whose first byte has the place `start`; raises VaultFull."""
        name = f"{start}-{secrets.token_hex(8)}"
        while True:
            try:
                self._folder.mkdir(exist_ok=True)
                return Part(self._folder, name, HELD if held else "", fresh=True)
            except FileNotFoundError:  # the last one has left and taken the folder along
                continue
            except OSError as error:
                raise named(error) from error

    def take_over(self, name: str, size: int) -> Part | None:
        """Go on in a part that its writer has handed on with so many bytes; None when it was not, or somebody was faster."""
        start_of(name)
        try:
            (self._folder / (name + DONE)).rename(self._folder / name)
        except FileNotFoundError:
            return None
        part = Part(self._folder, name, "", fresh=False)
        if part.size == size:
            return part
        part.close()
        return None

    def path(self, name: str) -> Path:
        """Where a part lies, whatever its mark; raises FileNotFoundError."""
        start_of(name)
        for mark in ("", DONE, HELD, ""):  # twice the first: it may lose its mark between two looks
            found = self._folder / (name + mark)
            if found.exists():
                return found
        raise FileNotFoundError(name)

    def growing(self) -> dict[str, int]:
        """The parts that have no mark, each with its bytes: their writers run, or died without a word."""
        try:
            found = [(path.name, path.stat().st_size) for path in self._folder.iterdir() if PART.fullmatch(path.name)]
        except FileNotFoundError:  # the folder is not there yet, or a part was handed on between two looks
            return {} if not self._folder.is_dir() else self.growing()
        return dict(sorted(found))

    def sync(self, name: str) -> None:
        """Come back when a part and its name are on the disk, whoever wrote it."""
        descriptor = os.open(self.path(name), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.fdatasync(descriptor)
        except OSError as error:
            hold(self._folder, name)
            raise named(error) from error
        finally:
            os.close(descriptor)
        sync_folder(self._folder)
        sync_folder(self._folder.parent)

    def drop(self) -> None:
        """Remove everything; only when the upload has ended."""
        shutil.rmtree(self._folder, ignore_errors=True)


def hold(folder: Path, name: str) -> None:
    """Mark a growing part so that its bytes do not count."""
    with suppress(FileNotFoundError):
        (folder / name).rename(folder / (name + HELD))


def start_of(name: str) -> int:
    """The place of a part's first byte, by its name; raises ValueError for what is no part's name."""
    found = PART.fullmatch(name)
    if found is None:
        raise ValueError("not the name of a part")
    return int(found[1])


def join(parts: Iterable[tuple[Path, int]], target: Any) -> None:
    """Copy the first bytes of each part, in their order, behind one another into the descriptor `target`."""
    place = 0
    for path, length in parts:
        source = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            done = 0
            while done < length:
                count = os.copy_file_range(source, target, length - done, done, place)
                if not count:
                    raise EOFError(f"the part {path.name} ends before its {length} bytes")
                done += count
                place += count
        except OSError as error:
            raise named(error) from error
        finally:
            os.close(source)
