"""Roster files and lists of people become rows: CSV in whatever encoding an office saves it in, or XLSX."""

import codecs
import csv
import io
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from reporting.bureaus.rules.contacts import ContactRow
from reporting.bureaus.rules.headings import ALIAS_MARKS, BESIDE, CONTACTS, KIND_WORDS, ROLE_WORDS, ROSTER
from reporting.bureaus.rules.roster import RosterRow
from reporting.core.errors import Reason, Refused

MOST_ROWS = 10_000
MOST_COLUMNS = 40
# What a workbook may unpack to: its table of texts is held in memory.
MOST_UNPACKED = 64 << 20
BOMS = (("utf-8-sig", codecs.BOM_UTF8), ("utf-16", codecs.BOM_UTF16_LE), ("utf-16", codecs.BOM_UTF16_BE))
# Marks that no eye sees and that come along from web pages.
UNSEEN = dict.fromkeys([0x00AD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was read: its headings, its lines with their numbers, and how it was written.

    `encoding` is one of utf-8, utf-8-sig, utf-16, gb18030, xlsx, text.
    """

    headings: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str

    def unknown(self, meanings: Mapping[str, str]) -> list[str]:
        """The headings that mean nothing here and whose columns are therefore left out."""
        return [name for name in self.headings if name and _plain_heading(name) not in {*meanings, *BESIDE}]


def read_csv(data: bytes) -> Sheet:
    """Read a CSV file; raises Refused when its encoding, its form or its size cannot be used."""
    text, encoding = _decoded(data)
    return _sheet(_csv_lines(text), encoding)


def read_text(text: str) -> Sheet:
    """Read a table that was pasted: from a spreadsheet (tabs) or as CSV."""
    return _sheet(_csv_lines(text), "text")


def _decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding. What is valid UTF-8 is UTF-8; else it is what Windows in China writes."""
    marked = next((name for name, mark in BOMS if data.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _looks_binary(text):
            return text, encoding
    raise Refused(Reason.of("encoding_unknown"))


def _looks_binary(text: str) -> bool:
    """Whether this is no text at all: a few odd signs are told line by line, many mean another kind of file."""
    odd = sum(unicodedata.category(sign) in {"Cc", "Co", "Cn"} and sign not in "\t\r\n\x00" for sign in text[:20_000])
    return odd > 5 + len(text[:20_000]) // 100 or text[:20_000].count("\x00") > 5


def _csv_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines with the number on which each begins; a heading line decides what stands between cells."""
    head = text.lstrip().split("\n", 1)[0]
    delimiter = max("\t,;，", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(Reason.of("line_unreadable", row=number)) from error
        yield number, cells


def read_xlsx(path: Path) -> Sheet:
    """Read the first sheet of a workbook; raises Refused when it is none, is too large, or cannot be opened.

    The door has the package proven before (`files.inspect`); here only its unpacked size is looked at.
    """
    try:
        # Opened by us: openpyxl refuses a path that does not end in .xlsx, and a staged file has no name.
        with path.open("rb") as source:
            with zipfile.ZipFile(source) as package:
                if sum(member.file_size for member in package.infolist()) > MOST_UNPACKED:
                    raise Refused(Reason.of("sheet_too_large", most=MOST_ROWS))
            return _first_sheet(source)
    except (
        *(InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, IndexError),
        *(ValueError, TypeError, OSError, AttributeError),
    ) as error:
        raise Refused(Reason.of("workbook_unreadable")) from error


def _first_sheet(source: BinaryIO) -> Sheet:
    book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
    try:
        return _sheet(_xlsx_lines(book.worksheets[0]), "xlsx")
    finally:
        book.close()


def _xlsx_lines(sheet: object) -> Iterator[tuple[int, list[str]]]:
    # The size that the file states is not believed: it may say a million rows, or one.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)  # type: ignore[attr-defined]
    for number, values in enumerate(rows, start=1):
        if number > 2 * MOST_ROWS:
            raise Refused(Reason.of("sheet_too_large", most=MOST_ROWS))
        yield number, [_cell(value) for value in values]


def _cell(value: object) -> str:
    """A cell as text; a whole number is written without a decimal point, as the reader sees it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _sheet(lines: Iterable[tuple[int, Sequence[str]]], encoding: str) -> Sheet:
    """Headings and lines, cleaned; blank lines are left out but counted."""
    headings: tuple[str, ...] | None = None
    kept: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in lines:
        cleaned = tuple(_clean(cell) for cell in cells[:MOST_COLUMNS])
        if not any(cleaned):
            continue
        if headings is None:
            headings = cleaned
            continue
        if len(kept) >= MOST_ROWS:
            raise Refused(Reason.of("sheet_too_large", most=MOST_ROWS))
        kept.append((number, cleaned))
    return Sheet(headings or (), tuple(kept), encoding)


def _clean(cell: str) -> str:
    """One line of text in NFC, without blanks around it and without marks that nobody sees."""
    return unicodedata.normalize("NFC", " ".join(cell.translate(UNSEEN).split()))


def _plain_heading(text: str) -> str:
    return text.strip().lower().replace(" ", "_").strip("*＊").partition("（")[0].partition("(")[0]


def _records(
    sheet: Sheet, meanings: Mapping[str, str], required: Collection[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line as field → text; raises Refused for headings that are missing and for a table without lines."""
    fields = [meanings.get(_plain_heading(name)) for name in sheet.headings]
    missing = [name for name in required if name not in fields]
    if missing:
        raise Refused(Reason.of("header_missing", fields=tuple(missing)))
    if not sheet.lines:
        raise Refused(Reason.of("no_rows"))
    for number, cells in sheet.lines:
        record: dict[str, str] = {}
        for name, cell in zip(fields, cells, strict=False):
            # The first of two columns of one meaning counts, as long as it says something.
            if name and not record.get(name):
                record[name] = cell
        yield number, record


def roster_rows(sheet: Sheet) -> list[RosterRow]:
    """The rows of a roster; raises Refused when code or name has no column, or there are no lines."""
    rows = []
    for number, record in _records(sheet, ROSTER, ("code", "name_zh")):
        kind = record.get("kind", "")
        aliases = record.pop("aliases", "")
        values = {**record, "kind": KIND_WORDS.get(kind, kind.lower())}
        rows.append(RosterRow(number=number, aliases=_split(aliases), **{"code": "", "name_zh": "", **values}))
    return rows


def _split(text: str) -> tuple[str, ...]:
    for mark in ALIAS_MARKS:
        text = text.replace(mark, "\n")
    return tuple(part.strip() for part in text.split("\n") if part.strip())


def contact_rows(sheet: Sheet) -> list[ContactRow]:
    """The rows of a list of people; a line on which nobody is named yet is left out.

    Raises Refused when a column is missing or nobody is named at all.
    """
    rows = []
    for number, record in _records(sheet, CONTACTS, ("bureau_code", "name", "email")):
        if not any(record.get(name) for name in ("name", "email", "phone")):
            continue
        role = record.get("role", "") or "reporter"
        values = {**record, "email": record.get("email", "").lower(), "role": ROLE_WORDS.get(role, role.lower())}
        rows.append(ContactRow(number=number, **{"bureau_code": "", "name": "", **values}))
    if not rows:
        raise Refused(Reason.of("no_rows"))
    return rows
