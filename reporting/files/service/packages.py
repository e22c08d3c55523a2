"""Zip packages (docx, xlsx, ofd): looked at from their directory before anything is inflated."""

import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any, cast

from reporting.files import rules
from reporting.files.service import compounds, parts
from reporting.files.service.reading import Unfit, Unreadable

MOST_MEMBERS = 2000
MOST_UNPACKED = 500 << 20
MOST_RATIO = 200
# Below this a high ratio is harmless: a page of blanks packs well.
RATIO_FLOOR = 1 << 20
# The directory of 2,000 members with long names; more is an attempt to fill our memory.
MOST_DIRECTORY = 4 << 20
MOST_NESTED_BYTES = 64 << 20
_FOREIGN_ENDINGS = (".html", ".htm", ".mht", ".mhtml", ".rtf", ".hta", ".wsf")
_BROKEN = (
    *(zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError, EOFError, RuntimeError, zlib.error),
    LookupError,
)

_END = struct.Struct("<4s4H2LH")
_LOCAL_HEADER_BYTES = 30
_STEP = 1 << 16
_UNSAFE_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|\x00")
_OWN = frozenset({"docx", "xlsx", "ofd"})
_BOXES = {b"PK\x03\x04": "zip", b"\xd0\xcf\x11\xe0": "ole"}
# A workbook inside a document is a chart's; a package inside that one is nothing that a bureau would send.
MOST_NESTING = 2


def look(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The task of the child: say what the package behind a descriptor is, and prove it when it is one of ours."""
    with os.fdopen(arguments["files"]["content"], "rb") as file:
        code = rules.package_code(members(file))
        if code in _OWN:
            prove(file)
    return {"code": code}


def members(file: IO[bytes]) -> list[str]:
    """The names of all members; raises Unreadable for what is broken or dangerous to unpack."""
    try:
        _check_end(file)
        with zipfile.ZipFile(file) as package:
            _check_directory(package.infolist(), package.start_dir)
            return package.namelist()
    except _BROKEN as error:
        raise Unreadable(str(error)) from error


def prove(file: IO[bytes], depth: int = 1) -> None:
    """Inflate every member once, a block at a time; raises Unreadable or Unfit for what is not sound or acts."""
    try:
        with zipfile.ZipFile(file) as package:
            for member in package.infolist():
                _check_member(package, member, depth)
    except _BROKEN as error:
        raise Unreadable(str(error)) from error


def _check_member(package: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> None:
    if member.filename.lower().endswith(_FOREIGN_ENDINGS):
        raise Unfit("document_embeds_program")
    with package.open(member) as opened:
        part = cast("io.BufferedReader", opened)
        head = part.peek(64)[:64]
        if parts.is_markup(head):
            seen = parts.check(part)
        elif head[:2] == b"MZ" or head[:4] == b"\x7fELF":
            raise Unfit("document_embeds_program")
        elif head[:4] in _BOXES:
            seen = _check_box(part, _BOXES[head[:4]], member.file_size, depth)
        else:
            seen = sum(len(block) for block in iter(lambda: part.read(_STEP), b""))
    if seen != member.file_size:
        raise Unreadable("a part is shorter than the directory says")


def _check_box(part: IO[bytes], code: str, size: int, depth: int) -> int:
    """A package or compound file inside this one: the same rules, less deep each time."""
    if depth >= MOST_NESTING or size > MOST_NESTED_BYTES:
        raise Unreadable("a package inside a package, too deep or too large")
    content = io.BytesIO(part.read(MOST_NESTED_BYTES + 1))
    if code == "ole":
        compounds.prove(content)
    else:
        found = rules.package_code(members(content))
        if found == "macro":
            raise Unfit("document_has_macros")
        if found not in _OWN and found != "pptx":
            raise Unfit("document_embeds_program")
        prove(content, depth + 1)
    return len(content.getbuffer())


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
