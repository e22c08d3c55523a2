"""The roster comes in: shown first, then imported as it was shown, or not at all."""

import io

import openpyxl
import pytest

from reporting.bureaus import queries
from reporting.core.db import db, unit_of_work
from tests.bureaus.arranging import TODAY, person, tree

GOOD = "单位代码,单位名称,上级单位\nSX,山西局,HQ\nHE,河北省局,\n"


@pytest.fixture
def made(app, now):
    with unit_of_work():
        found = tree(now)
        for code, role in (("HQ", "administrator"), ("HQ", "coordinator"), ("HE", "administrator"), ("HE", "reporter")):
            found[f"{code}-{role}"] = person(found[code], role, now=now)
        return {name: (one.id, one) for name, one in found.items()}


def sign_in(client, made, name):
    return client.sign_in(made[name][1])


def post(client, made, data: bytes | str, place: str = "HQ", name: str = "名册.csv"):
    raw = data if isinstance(data, bytes) else data.encode()
    return client.post("/admin/bureaus/import", data={"place": str(made[place][0]), "sheet": (io.BytesIO(raw), name)})


def shown_in(page: str) -> str:
    return page.partition('name="shown" value="')[2].partition('"')[0]


def test_the_dry_run_writes_nothing_and_the_confirmation_what_was_shown(client, made):
    sign_in(client, made, "HQ-administrator")
    page = post(client, made, GOOD.encode("gbk")).text
    assert "GBK" in page
    assert "新增 1，改动 1，不变 0，有误 0" in page
    assert queries.find_by_code("SX") is None
    answer = client.post("/admin/bureaus/import/confirm", data={"shown": shown_in(page)})
    assert (answer.status_code, answer.location) == (302, "/admin/bureaus")
    assert queries.find_by_code("SX").parent_id == made["HQ"][0]
    assert queries.listing([made["HQ"][0]], text="河北省局")[1] == 1


def test_a_confirmation_sent_twice_imports_once_and_says_so(client, made):
    sign_in(client, made, "HQ-administrator")
    shown = shown_in(post(client, made, GOOD).text)
    client.post("/admin/bureaus/import/confirm", data={"shown": shown})
    again = client.post("/admin/bureaus/import/confirm", data={"shown": shown})
    assert again.status_code == 200
    assert "没有需要导入的" in again.text


@pytest.mark.parametrize("spoil", [lambda shown: "", lambda shown: shown[:-2], lambda shown: "x" + shown])
def test_a_confirmation_that_was_tampered_with_imports_nothing(client, made, spoil):
    sign_in(client, made, "HQ-administrator")
    shown = shown_in(post(client, made, GOOD).text)
    answer = client.post("/admin/bureaus/import/confirm", data={"shown": spoil(shown)})
    assert "核对结果已过期或不完整" in answer.text
    assert queries.find_by_code("SX") is None


def test_anothers_confirmation_imports_nothing(client, made):
    sign_in(client, made, "HQ-administrator")
    shown = shown_in(post(client, made, GOOD).text)
    sign_in(client, made, "HE-administrator")
    assert "核对结果已过期或不完整" in client.post("/admin/bureaus/import/confirm", data={"shown": shown}).text


def test_every_wrong_line_is_told_and_nothing_can_be_confirmed(client, made):
    sign_in(client, made, "HQ-administrator")
    page = post(client, made, "code,name,parent\nSX,山西局,NO\nSX,又一个,\n,没有代码,\n").text
    for sentence in ("第 2 行 SX 的上级单位 NO 不存在", "第 3 行 单位代码 SX 与第 2 行重复", "第 4 行 缺少“单位代码”"):
        assert sentence in page
    assert 'name="shown"' not in page


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"\xff\x00\xfe\x01" * 50, "a.csv", "编码无法识别"),
        (b"PK\x03\x04 nothing", "a.xlsx", "这个 Excel 文件打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "这个 Excel 文件打不开"),
        (b"code\nSX\n", "a.csv", "第一行缺少列名：单位名称"),
        (b"", "", "还没有选择文件"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(client, made, data, name, sentence):
    sign_in(client, made, "HQ-administrator")
    answer = post(client, made, data, name=name)
    assert answer.status_code == 200
    assert sentence in answer.text


def test_a_pasted_table_stays_in_its_box(client, made):
    sign_in(client, made, "HQ-administrator")
    table = "代码\t名称\nSX\t山西局\n"
    page = client.post("/admin/bureaus/import", data={"place": str(made["HQ"][0]), "pasted": table}).text
    assert "新增 1，" in page
    assert "SX\t山西局" in page


def test_an_administrator_of_a_province_cannot_import_above_it(client, made):
    sign_in(client, made, "HE-administrator")
    assert post(client, made, GOOD, place="HQ").status_code == 404
    assert "已被本单位范围以外的单位使用" in post(client, made, "code,name\nJS,我的江苏\n", place="HE").text
    assert client.get(f"/admin/bureaus/{made['JS'][0]}").status_code == 404
    assert client.get(f"/admin/bureaus/{made['HE-1'][0]}").status_code == 200


@pytest.mark.parametrize(("who", "status"), [("HQ-coordinator", 404), ("HE-reporter", 404), ("HQ-administrator", 200)])
def test_only_administrators_import(client, made, who, status):
    sign_in(client, made, who)
    assert client.get("/admin/bureaus/import").status_code == status


def test_renaming_keeps_what_was_typed_and_the_old_name(client, made, hands):
    sign_in(client, made, "HQ-administrator")
    address = f"/admin/bureaus/{made['HE'][0]}/name"
    page = client.post(
        address, data={"name_zh": "新" * 201, "short_zh": "短" * 61, "name_en": "E", "since": "2014-01-01"}
    )
    assert page.status_code == 200
    for sentence in ("“单位名称”超过 200 个字", "“简称”超过 60 个字", "启用日期早于现用名称的启用日期", "新" * 201):
        assert sentence in page.text
    hands.forward(days=30)
    done = client.post(address, data={"name_zh": "河北新局", "short_zh": "", "name_en": "", "since": "2014-11-01"})
    assert done.status_code == 302
    assert [one.name_zh for one in queries.names_of(made["HE"][0])] == ["河北省质量技术监督局", "河北新局"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(client, made, count_queries, app, now, count):
    from reporting.bureaus import service as bureaus
    from reporting.bureaus.rules import RosterRow
    from reporting.core.actor import SYSTEM

    with unit_of_work():
        rows = [RosterRow(n, f"N{n}", f"局{n}", parent_code="HQ") for n in range(count)]
        bureaus.import_roster(rows, actor=SYSTEM, now=now, today=now.date())
    sign_in(client, made, "HQ-administrator")
    with count_queries() as asked:
        assert client.get("/admin/bureaus").status_code == 200
    asked.expect(8)


def test_a_roster_comes_in_from_excel(client, made):
    book = openpyxl.Workbook()
    for row in (
        ("单位代码", "单位名称", "上级单位", "行政区划代码"),
        ("SX", "山西局", "HQ", 140000),
        ("HE", "河北省局", "HQ", "130000"),
    ):
        book.active.append(row)
    raw = io.BytesIO()
    book.save(raw)
    sign_in(client, made, "HQ-administrator")
    page = post(client, made, raw.getvalue(), name="单位名册.xlsx").text
    assert "新增 1，改动 1，不变 0，有误 0" in page
    assert client.post("/admin/bureaus/import/confirm", data={"shown": shown_in(page)}).status_code == 302
    found = queries.find_by_code("SX")
    assert (found.name_zh, found.parent_id, found.division_code) == ("山西局", made["HQ"][0], "140000")


def test_an_alias_is_added_once_shown_and_found(client, made):
    sign_in(client, made, "HQ-administrator")
    address = f"/admin/bureaus/{made['HE'][0]}"
    for _twice in range(2):
        assert client.post(f"{address}/alias", data={"alias": " 河北技监 "}).location == address
    page = client.get(address).text
    assert "别名已添加" in page
    assert queries.aliases_of(made["HE"][0]) == ["河北技监"]
    for words in ("河北技监", "hbjj"):
        assert "河北质监局" in client.get("/admin/bureaus", query_string={"text": words}).text, words
    told = client.post(f"{address}/alias", data={"alias": " "})
    assert told.status_code == 200
    assert "别名" in told.text
    assert queries.aliases_of(made["HE"][0]) == ["河北技监"]


def test_a_bureau_is_closed_and_taken_back_on_its_page(client, made, now):
    sign_in(client, made, "HQ-administrator")
    address, number = f"/admin/bureaus/{made['HE'][0]}", made["HE"][0]
    assert client.get(f"{address}/close").status_code == 200
    assert closed_on(number) is None, "asking closes nothing"
    for _twice in range(2):
        assert client.post(f"{address}/close").location == address
        assert closed_on(number) == TODAY
    assert "单位已撤销" in client.get(address).text
    assert "河北省质量技术监督局" in client.get(address).text, "its history stays"
    assert client.get(f"{address}/reopen").status_code == 200
    for _twice in range(2):
        assert client.post(f"{address}/reopen").location == address
        assert closed_on(number) is None
    assert "单位已恢复" in client.get(address).text


def closed_on(bureau_id):
    """When a bureau was closed, as it is stored now."""
    db.session.expire_all()
    return queries.find(bureau_id).closed_on
