"""OLE2 compound files (doc, xls, wps): header, sector table and directory, read in bounded steps."""

import struct
from pathlib import Path
from typing import IO

from reporting.files.service.reading import Unreadable

MOST_DIRECTORY_SECTORS = 256
_END_OF_CHAIN = 0xFFFFFFFE
_ENTRY = 128
# How many sectors of the sector table the header names by itself: enough for 6.8 MB of small sectors; a
# directory that lies behind them is found only through further lists, which no word processor needs for it.
_IN_HEADER = 109


def entries(path: Path) -> list[str]:
    """The names of the streams and storages; raises Unreadable when the structure does not hold."""
    try:
        with path.open("rb") as file:
            return list(_Compound(file).names())
    except (OSError, struct.error, UnicodeDecodeError, IndexError) as error:
        raise Unreadable(str(error)) from error


class _Compound:
    """Just enough of the format to walk its directory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        header = file.read(512)
        if len(header) < 512 or header[28:30] != b"\xfe\xff":
            raise Unreadable("the header is cut or in a foreign byte order")
        shift = struct.unpack_from("<H", header, 30)[0]
        if shift not in {9, 12}:
            raise Unreadable("an impossible sector size")
        self._sector_bytes = 1 << shift
        self._first = struct.unpack_from("<I", header, 48)[0]
        self._table_sectors = struct.unpack_from(f"<{_IN_HEADER}I", header, 76)

    def _sector(self, number: int) -> bytes:
        self._file.seek((number + 1) * self._sector_bytes)
        found = self._file.read(self._sector_bytes)
        if len(found) < self._sector_bytes:
            raise Unreadable("a sector lies beyond the end")
        return found

    def _after(self, number: int) -> int:
        """The next sector of the chain, from the sector table."""
        per_sector = self._sector_bytes // 4
        table = self._table_sectors[number // per_sector]
        found: int = struct.unpack_from("<I", self._sector(table), 4 * (number % per_sector))[0]
        return found

    def names(self) -> list[str]:
        """The names of all entries in use."""
        found: list[str] = []
        sector = self._first
        for _ in range(MOST_DIRECTORY_SECTORS):
            if sector == _END_OF_CHAIN:
                return found
            block = self._sector(sector)
            found += [_name(block[at : at + _ENTRY]) for at in range(0, len(block), _ENTRY) if block[at + 66]]
            sector = self._after(sector)
        raise Unreadable("the directory does not end")


def _name(entry: bytes) -> str:
    length = min(max(struct.unpack_from("<H", entry, 64)[0] - 2, 0), 62)
    return entry[:length].decode("utf-16-le")
