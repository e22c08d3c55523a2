"""Tables as XLSX and CSV come back as they went out."""

import csv
import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from reporting.exports.rules import guarded, printable
from reporting.exports.service import Table, write_csv, write_xlsx

HEAD = ["单位代码", "单位名称", "首次送达", "件数"]
AT = datetime(2014, 10, 14, 16, 32, 8)  # noqa: DTZ001 - cells hold the reader's own clock
NASTY = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2",
    "@SUM(A1)",
    "＝1+1",
    '"=1"',
    "\t=1",
    "http://x.test",
    "0012",
    "甲\n乙",
    "�\x07a",
    "'quoted",
]


def xlsx(rows, name="报送情况") -> openpyxl.Workbook:
    paper = io.BytesIO()
    write_xlsx(Table(name, HEAD, rows, [10, 30, 20, 8]), paper)
    paper.seek(0)
    return openpyxl.load_workbook(paper)


def rows_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_workbook_comes_back_with_text_as_text_and_moments_as_moments():
    sheet = xlsx([["Q-HE", "河北省质量技术监督局", AT, 3], ["Q-TJ", "天津", None, 0]]).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        HEAD,
        ["Q-HE", "河北省质量技术监督局", AT, 3],
        ["Q-TJ", "天津", None, 0],
    ]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.title) == ("B2", "A1:D3", "报送情况")
    assert sheet["C2"].is_date
    assert sheet["C2"].number_format == "yyyy-mm-dd hh:mm:ss"


def test_an_empty_table_has_its_head():
    assert [[cell.value for cell in row] for row in xlsx([]).active.iter_rows()] == [HEAD]
    assert rows_of(b"".join(write_csv(Table("空", HEAD, [])))) == [HEAD]


@pytest.mark.parametrize("text", NASTY)
def test_a_nasty_name_is_text_in_a_workbook(text):
    cell = xlsx([["X", text, None, 0]]).active["B2"]
    assert cell.data_type == "s"
    assert cell.value == printable(text)
    assert cell.quotePrefix


def test_no_formula_and_no_link_leaves_the_house():
    paper = io.BytesIO()
    write_xlsx(Table("表", HEAD, [[text, text, None, 0] for text in NASTY]), paper)
    with zipfile.ZipFile(paper) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_csv_is_marked_for_excel_and_guards_its_cells():
    rows = rows_of(b"".join(write_csv(Table("表", HEAD, [["Q-HE", text, AT, 3] for text in NASTY]))))
    assert rows[0] == HEAD
    assert [row[1] for row in rows[1:]] == [guarded(text) for text in NASTY]
    assert rows[1] == ["Q-HE", "'=1+1", "2014-10-14 16:32:08", "3"]


def test_csv_comes_in_portions():
    portions = list(write_csv(Table("表", HEAD, ([str(n), "", None, n] for n in range(1_000)))))
    assert len(portions) > 4
    assert len(rows_of(b"".join(portions))) == 1_001


@settings(max_examples=40, deadline=None)
@given(some.lists(some.text(max_size=60), min_size=1, max_size=8))
def test_any_names_go_out_and_come_back(names):
    rows = [[str(n), name, None, n] for n, name in enumerate(names)]
    told = rows_of(b"".join(write_csv(Table("表", HEAD, rows))))
    assert [row[1] for row in told[1:]] == [guarded(name) for name in names]
    sheet = xlsx(rows).active
    found = [sheet.cell(number, 2) for number in range(2, len(names) + 2)]
    assert all(cell.data_type != "f" for cell in found)
    assert [cell.value or "" for cell in found] == [printable(name) for name in names]


@pytest.mark.parametrize(
    ("name", "title"), [("a/b:c*?[d]", "abcd"), ("", "Sheet1"), ("'单引号'", "单引号"), ("长" * 40, "长" * 31)]
)
def test_a_sheet_has_a_name_that_excel_takes(name, title):
    assert xlsx([], name).active.title == title
