"""Files become rows, however an office saves them."""

import csv
import io
import zipfile

import pytest
import xlsxwriter

from reporting.bureaus import service as bureaus
from reporting.bureaus.rules.headings import ROSTER
from reporting.core.errors import Refused

TEXT = "单位代码,单位名称,上级单位\nQ-HE,河北省质量技术监督局,HQ\n\n , ,\nQ-SX,山西省质量技术监督局,HQ\n"


def refused(call, *arguments) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return [reason.code for reason in caught.value.reasons]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_every_encoding_of_an_office_is_read_and_told(encoding, told):
    sheet = bureaus.read_csv(TEXT.encode(encoding))
    rows = bureaus.roster_rows(sheet)
    assert sheet.encoding == told
    assert [(row.number, row.code, row.name_zh, row.parent_code) for row in rows] == [
        (2, "Q-HE", "河北省质量技术监督局", "HQ"),
        (5, "Q-SX", "山西省质量技术监督局", "HQ"),
    ]


@pytest.mark.parametrize(
    "data", [b"\xff\x00\xfe\x01" * 50, bytes(range(128, 256)) * 8, b"\x89PNG\r\n\x1a\n" + bytes(400)]
)
def test_what_is_no_text_is_refused(data):
    assert refused(bureaus.read_csv, data) == ["encoding_unknown"]


def test_the_roster_of_2014_is_read(shared_data):
    sheet = bureaus.read_csv((shared_data / "roster_2014.csv").read_bytes())
    rows = bureaus.roster_rows(sheet)
    assert (len(rows), sheet.unknown(ROSTER)) == (72, ["name_verified"])
    assert (rows[0].code, rows[0].kind, rows[0].region, rows[0].division_code) == ("Q-BJ", "quality", "华北", "110000")


def test_words_for_kinds_and_several_aliases_are_understood():
    sheet = bureaus.read_text("代码\t名称\t类别\t别名\nQ-HE\t河北局\t质监\t冀局、河北质监; 省局\n")
    row = bureaus.roster_rows(sheet)[0]
    assert (row.kind, row.aliases) == ("quality", ("冀局", "河北质监", "省局"))


def test_cells_are_cleaned_of_what_nobody_sees():
    sheet = bureaus.read_csv('code,name\n\u200bQ-HE\ufeff,"  河北\n 局　"\n'.encode())
    row = bureaus.roster_rows(sheet)[0]
    assert (row.code, row.name_zh) == ("Q-HE", "河北 局")


def test_a_nul_is_told_with_its_line():
    row = bureaus.roster_rows(bureaus.read_csv("code,name\nQ-HE,河\x00北\n".encode()))[0]
    assert (row.number, row.name_zh) == (2, "河\x00北")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["header_missing"]),
        ("code,region\nQ-HE,华北\n", ["header_missing"]),
        ("code,name\n", ["no_rows"]),
        ("code,name\n\n , \n", ["no_rows"]),
        ("code,name\nQ-HE," + "名" * 200_000 + "\n", ["line_unreadable"]),
    ],
)
def test_an_unusable_table_is_refused(text, codes):
    def read(data):
        return bureaus.roster_rows(bureaus.read_csv(data))

    assert refused(read, text.encode()) == codes


def test_a_long_name_that_can_be_read_is_left_to_the_rules():
    row = bureaus.roster_rows(bureaus.read_csv(("code,name\nQ-HE," + "名" * 40_000 + "\n").encode()))[0]
    assert len(row.name_zh) == 40_000


@pytest.mark.parametrize(("count", "fine"), [(10_000, True), (10_001, False)])
def test_so_many_lines_and_no_more(count, fine):
    text = "code,name\n" + "".join(f"C{number},名\n" for number in range(count))
    if fine:
        assert len(bureaus.read_text(text).lines) == count
    else:
        assert refused(bureaus.read_text, text) == ["sheet_too_large"]


def workbook(tmp_path, rows):
    path = tmp_path / "名册.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, cells in enumerate(rows):
        sheet.write_row(at, 0, cells)
    book.close()
    return path


def test_a_workbook_is_read_with_numbers_as_they_look(tmp_path):
    path = workbook(
        tmp_path, [["code", "name", "division_code"], ["Q-HE", "河北局", 130000], [], ["Q-SX", "山西局", "140000"]]
    )
    sheet = bureaus.read_xlsx(path)
    assert sheet.encoding == "xlsx"
    assert [(row.number, row.division_code) for row in bureaus.roster_rows(sheet)] == [(2, "130000"), (4, "140000")]


def test_a_file_that_only_claims_to_be_a_workbook_is_refused(tmp_path):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    assert refused(bureaus.read_xlsx, path) == ["workbook_unreadable"]


def test_a_workbook_with_entities_is_refused(tmp_path):
    good = workbook(tmp_path, [["code", "name"], ["Q-HE", "河北局"]])
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/sharedStrings.xml":
                data = data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "boom">]>', 1).replace(b"Q-HE", b"&a;")
            target.writestr(name, data)
    assert refused(bureaus.read_xlsx, bad) == ["workbook_unreadable"]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", bytes(65 << 20))
    assert refused(bureaus.read_xlsx, path) == ["sheet_too_large"]


def test_people_without_a_name_are_left_out_and_the_role_is_the_reporter():
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(
        [
            ["单位代码", "单位名称", "姓名", "邮箱", "角色"],
            ["Q-HE", "河北局", "李敏", "LI@he.example", ""],
            ["Q-SX", "山西局", "", "", "填报人"],
        ]
    )
    rows = bureaus.contact_rows(bureaus.read_text(text.getvalue()))
    assert [(row.number, row.name, row.email, row.role) for row in rows] == [(2, "李敏", "li@he.example", "reporter")]
