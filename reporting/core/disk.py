"""What every writer of files needs to know of the disk: that it is full, and that a folder is written too."""

import errno
import os
from pathlib import Path

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class VaultFull(Exception):
    """The disk is full, or what is left of it is the reserve that reading and submitting live on."""


def named(error: OSError) -> Exception:
    """A full disk by its own name; anything else as it is."""
    return VaultFull(str(error)) if error.errno in DISK_FULL else error


def sync_folder(folder: Path) -> None:
    """Come back when the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
