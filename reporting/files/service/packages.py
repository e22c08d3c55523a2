"""Zip packages (docx, xlsx, ofd): looked at from their directory before anything is inflated."""

import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from reporting.files.service.reading import Unreadable

MOST_MEMBERS = 2000
MOST_UNPACKED = 500 << 20
MOST_RATIO = 200
# Below this a high ratio is harmless: a page of blanks packs well.
RATIO_FLOOR = 1 << 20
# The directory of 2,000 members with long names; more is an attempt to fill our memory.
MOST_DIRECTORY = 4 << 20
MOST_MAIN_PART = 64 << 20

_END = struct.Struct("<4s4H2LH")
_LOCAL_HEADER_BYTES = 30
_STEP = 1 << 16
_UNSAFE_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|\x00")
_MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "ofd.xml"}


def members(path: Path) -> list[str]:
    """The names of all members; raises Unreadable for what is broken or dangerous to unpack."""
    try:
        with path.open("rb") as file:
            _check_end(file)
            with zipfile.ZipFile(file) as package:
                _check_directory(package.infolist(), package.start_dir)
                return package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise Unreadable(str(error)) from error


def prove(path: Path, code: str) -> None:
    """Inflate the content list and the main part in bounded memory; raises Unreadable when they are not sound."""
    wanted = {"[content_types].xml", _MAIN_PARTS[code]}
    try:
        with zipfile.ZipFile(path) as package:
            for member in package.infolist():
                if member.filename.lower() in wanted:
                    _check_part(package, member)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, zlib.error) as error:
        raise Unreadable(str(error)) from error


def _check_end(file: IO[bytes]) -> None:
    """Read the record at the end by hand: the library would first load a directory of any size."""
    size = file.seek(0, 2)
    start = max(0, size - _END.size - 0xFFFF)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise Unreadable("the package has no end")
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise Unreadable("a package of zip64 size")
    _sign, disk, first_disk, here, count, length, _offset, _comment = _END.unpack_from(tail, at)
    if disk or first_disk or here != count or count > MOST_MEMBERS or length > MOST_DIRECTORY:
        raise Unreadable("the directory of the package is too large or split")


def _check_directory(entries: list[zipfile.ZipInfo], end_of_data: int) -> None:
    if not entries or len(entries) > MOST_MEMBERS:
        raise Unreadable("no members, or too many")
    for entry in entries:
        _check_entry(entry)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MOST_UNPACKED or (unpacked > RATIO_FLOOR and unpacked > MOST_RATIO * max(packed, 1)):
        raise Unreadable("it would unpack to too much")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Unreadable("two members of one name")
    _check_overlap(entries, end_of_data)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if _UNSAFE_NAME.search(entry.orig_filename):
        raise Unreadable("a member's name leaves the package")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unreadable("a member is a link")
    if entry.flag_bits & 0x1:
        raise Unreadable("a member is encrypted")
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Unreadable("a member is packed in an unusual way")
    if entry.file_size > RATIO_FLOOR and entry.file_size > MOST_RATIO * 5 * max(entry.compress_size, 1):
        raise Unreadable("a member would unpack to too much")


def _check_overlap(entries: list[zipfile.ZipInfo], end_of_data: int) -> None:
    """Members that share bytes multiply: each must end before the next begins (Python 3.11.7 does not look)."""
    spans = sorted(
        (entry.header_offset, entry.header_offset + _LOCAL_HEADER_BYTES + entry.compress_size) for entry in entries
    )
    starts = [start for start, _end in spans[1:]] + [end_of_data]
    if any(end > next_start for (_start, end), next_start in zip(spans, starts, strict=True)):
        raise Unreadable("members overlap")


def _check_part(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """The part inflates to what the directory said, its checksum is right, and it declares no document type."""
    if member.file_size > MOST_MAIN_PART:
        raise Unreadable("the main part is too large")
    seen = 0
    with package.open(member) as part:
        while block := part.read(_STEP):
            if seen == 0 and b"<!DOCTYPE" in block[:1024].replace(b"\x00", b"").upper():
                raise Unreadable("an XML part declares a document type")
            seen += len(block)
    if seen != member.file_size:
        raise Unreadable("a part is shorter than the directory says")
