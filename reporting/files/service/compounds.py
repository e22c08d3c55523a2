"""OLE2 compound files (doc, xls, wps): header, sector table, directory and first bytes, read in bounded steps."""

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from reporting.files import rules
from reporting.files.service.reading import Unfit, Unreadable

MOST_DIRECTORY_SECTORS = 256
# Each names the sectors of 8 MB of table, or of 1 GB and more of file.
MOST_TABLE_LISTS = 64
_END_OF_CHAIN = 0xFFFFFFFE
_ENTRY = 128
# How many sectors of the sector table the header names by itself; further lists name the others.
_IN_HEADER = 109
# A box for any file whatever: what the packager of Windows wraps, programs too.
_PACKAGERS = {
    bytes.fromhex("0c00030000000000c000000000000046"),
    bytes.fromhex("20a70df22fc0ce11927b0800095ae340"),
}
_WORD_ENCRYPTED = 0x0100
_WORKBOOK_ENCRYPTED, _SHEET, _MACRO_SHEET = 0x2F, 0x85, 1
# The records before the sheets' own are few; what looks at more of them looks at noise.
_MOST_RECORDS = 4000


@dataclass(frozen=True)
class _Entry:
    name: str
    class_id: bytes
    first: int
    size: int


def look(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The task of the child: say what the compound file behind a descriptor is, and prove it."""
    with os.fdopen(arguments["files"]["content"], "rb") as file:
        return {"code": prove(file)}


def prove(file: IO[bytes]) -> str:
    """What the file is by its streams; raises Unreadable when its structure does not hold, Unfit when it acts."""
    try:
        compound = _Compound(file)
        entries = compound.entries()
        code = rules.compound_code([entry.name for entry in entries])
        if any(entry.class_id in _PACKAGERS for entry in entries):
            raise Unfit("document_embeds_program")
        if code == "doc":
            _check_word(compound, entries)
        if code == "xls":
            _check_workbook(compound, entries)
    except (OSError, struct.error, UnicodeDecodeError, IndexError, OverflowError) as error:
        raise Unreadable(str(error)) from error
    return code


def _check_word(compound: "_Compound", entries: list[_Entry]) -> None:
    head = compound.beginning(_named(entries, "WordDocument"), 32)
    if len(head) >= 12 and struct.unpack_from("<H", head, 10)[0] & _WORD_ENCRYPTED:
        raise Unfit("document_encrypted")


def _check_workbook(compound: "_Compound", entries: list[_Entry]) -> None:
    """The records at the beginning of a workbook tell of a password and of sheets that are programs."""
    stream = compound.beginning(_named(entries, "Workbook", "Book"), 1 << 20)
    at = 0
    for _ in range(_MOST_RECORDS):
        if at + 4 > len(stream):
            return
        record, length = struct.unpack_from("<HH", stream, at)
        if record == _WORKBOOK_ENCRYPTED:
            raise Unfit("document_encrypted")
        if record == _SHEET and at + 10 <= len(stream) and stream[at + 9] == _MACRO_SHEET:
            raise Unfit("document_has_macros")
        at += 4 + length


def _named(entries: list[_Entry], *names: str) -> _Entry:
    return next(entry for entry in entries if entry.name in names)


class _Compound:
    """Just enough of the format to walk its directory and to read where a stream begins."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        file.seek(0)
        header = file.read(512)
        if len(header) < 512 or header[28:30] != b"\xfe\xff":
            raise Unreadable("the header is cut or in a foreign byte order")
        shift = struct.unpack_from("<H", header, 30)[0]
        if shift not in {9, 12}:
            raise Unreadable("an impossible sector size")
        self._sector_bytes = 1 << shift
        self._first = struct.unpack_from("<I", header, 48)[0]
        self._smallest = struct.unpack_from("<I", header, 56)[0]
        self._table_sectors = list(struct.unpack_from(f"<{_IN_HEADER}I", header, 76))
        self._read_lists(struct.unpack_from("<I", header, 68)[0])

    def _read_lists(self, sector: int) -> None:
        """The sectors of the table that the header has no room for: a file of more than 7 MB has some."""
        names = self._sector_bytes // 4 - 1
        for _ in range(MOST_TABLE_LISTS):
            if sector >= _END_OF_CHAIN or sector == 0:
                return
            block = struct.unpack(f"<{names + 1}I", self._sector(sector))
            self._table_sectors += block[:names]
            sector = block[names]
        raise Unreadable("the lists of the table do not end")

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

    def entries(self) -> list[_Entry]:
        """All entries in use."""
        found: list[_Entry] = []
        sector = self._first
        for _ in range(MOST_DIRECTORY_SECTORS):
            if sector == _END_OF_CHAIN:
                return found
            block = self._sector(sector)
            found += [_entry(block[at : at + _ENTRY]) for at in range(0, len(block), _ENTRY) if block[at + 66]]
            sector = self._after(sector)
        raise Unreadable("the directory does not end")

    def beginning(self, entry: _Entry, most: int) -> bytes:
        """The first bytes of a stream that has sectors of its own; nothing of a smaller one."""
        wanted = min(entry.size, most)
        if entry.size < self._smallest:
            return b""
        found, sector = b"", entry.first
        while len(found) < wanted and sector < _END_OF_CHAIN:
            found += self._sector(sector)
            sector = self._after(sector)
        return found[:wanted]


def _entry(raw: bytes) -> _Entry:
    length = min(max(struct.unpack_from("<H", raw, 64)[0] - 2, 0), 62)
    first, size = struct.unpack_from("<II", raw, 116)
    return _Entry(raw[:length].decode("utf-16-le"), raw[80:96], first, size)
