"""Writing a table as XLSX or as CSV. The words come from the door; here they are made safe and put into cells."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from reporting.exports.rules import guarded, printable

Cell = str | int | datetime | None
MOMENT = "yyyy-mm-dd hh:mm:ss"
MOST_CHARACTERS = 32_767
ROWS_AT_ONCE = 200
_NARROW, _WIDE = 10, 40


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written; moments in it are on the clocks of their reader and have no zone any more."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()


def write_xlsx(table: Table, to: IO[bytes]) -> None:
    """Write a workbook of one sheet: text as text, moments as moments, the head frozen and with filters."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(to, options) as book:
        sheet = book.add_worksheet(_sheet_name(table.name))
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        moment = book.add_format({"num_format": MOMENT})
        plain = book.add_format({"quote_prefix": True})
        for place, label in enumerate(table.head):
            sheet.set_column(place, place, table.widths[place] if table.widths else _NARROW)
            sheet.write_string(0, place, _text(label), bold)
        last = 0
        for last, row in enumerate(table.rows, start=1):
            for place, cell in enumerate(row):
                _write(sheet, last, place, cell, {"text": plain, "moment": moment})
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, last, len(table.head) - 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)


def _write(sheet: Worksheet, row: int, place: int, cell: Cell, formats: dict[str, object]) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, _text(cell), formats["text"])
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, place, cell, formats["moment"])
    elif cell is not None:
        sheet.write_number(row, place, cell)


def _text(text: str) -> str:
    return printable(text)[:MOST_CHARACTERS]


def _sheet_name(name: str) -> str:
    """A name for a sheet: at most 31 characters, without those that Excel refuses."""
    kept = "".join(sign for sign in printable(name) if sign not in "[]:*?/\\\t\n").strip("' ")
    return kept[:31].strip("' ") or "Sheet1"


def write_csv(table: Table) -> Iterator[bytes]:
    """The same as CSV in UTF-8 with a mark at its beginning, by which Excel knows it; some rows at a time."""
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    page.write("\ufeff")
    writer.writerow([guarded(label) for label in table.head])
    for number, row in enumerate(table.rows, start=1):
        writer.writerow([_told(cell) for cell in row])
        if number % ROWS_AT_ONCE == 0:
            yield _taken(page)
    yield _taken(page)


def _told(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return guarded(cell) if isinstance(cell, str) else str(cell)


def _taken(page: io.StringIO) -> bytes:
    text = page.getvalue()
    page.seek(0)
    page.truncate()
    return text.encode("utf-8")
