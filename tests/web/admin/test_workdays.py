"""The calendar of working days on pages: a year at a glance, corrections, imports, confirmation, and who may do it."""

import io
from datetime import date

import pytest

from reporting.core.db import unit_of_work
from reporting.workdays import queries
from reporting.workdays.rules import Correction
from tests.bureaus.arranging import person, tree

NOTICE = "国办发明电〔2026〕1号"
GOOD = "日期,上班,名称\n2027年10月1日,放假,国庆节\n2027-10-09,1,\n"


@pytest.fixture
def made(app, now):
    with unit_of_work():
        found = tree(now)
        posts = [("HQ", "administrator"), ("HQ", "coordinator"), ("HE", "administrator"), ("HE", "reporter")]
        people = {f"{code}-{role}": person(found[code], role, now=now) for code, role in posts}
        people["english"] = person(found["HQ"], "administrator", now=now, email="en@test.example")
        people["english"].language = "en"
    return people


def upload(client, text: str):
    sheet = (io.BytesIO(text.encode("gbk")), "放假.csv")
    return client.post("/admin/workdays/import", data={"sheet": sheet}).text


def shown_in(page: str) -> str:
    return page.partition('name="shown" value="')[2].partition('"')[0]


def test_the_year_of_the_notice_shows_holidays_and_make_up_days_in_both_languages(client, made):
    page = client.sign_in(made["HQ-administrator"]).get("/admin/workdays").text
    assert "2014 年工作日历" in page
    assert page.count('<table class="month">') == 12
    assert '<td class="day-make_up">11<span class="day-mark">班</span></td>' in page
    assert '<td class="day-holiday" title="国庆节">1<span class="day-mark">休</span></td>' in page
    assert '<td class="day-weekend">12</td>' in page
    assert "估算" not in page
    page = client.sign_in(made["english"]).get("/admin/workdays?year=2014").text
    for words in (
        "Working days of 2014",
        "October",
        "National Day",
        '11<span class="day-mark">work</span>',
        "Make-up day",
    ):
        assert words in page
    assert "only an estimate" in client.get("/admin/workdays?year=2027").text


def test_a_day_is_corrected_shown_as_such_and_taken_back(client, made):
    client.sign_in(made["HQ-administrator"])
    told = {"day": "2014-10-11", "works": "off", "name": "台风停工", "source": "通知〔2014〕9号"}
    assert client.post("/admin/workdays/days", data=told).location == "/admin/workdays?year=2014"
    page = client.get("/admin/workdays?year=2014").text
    for words in (
        "台风停工",
        "管理员改正：通知〔2014〕9号",
        '<span class="day-mark">休</span><span class="day-mark">改</span>',
    ):
        assert words in page
    client.post("/admin/workdays/days/clear", data={"day": "2014-10-11"})
    assert queries.calendar(2014, 2014).corrections == {}


def test_a_correction_that_cannot_be_meant_stays_typed_and_is_told(client, made):
    client.sign_in(made["HQ-administrator"])
    page = client.post("/admin/workdays/days", data={"day": "1999-12-31", "works": "off", "name": "跨年"}).text
    assert "工作日历只记 2000 至 2100 年" in page
    assert 'value="跨年"' in page
    assert "请选择上班或放假" in client.post("/admin/workdays/days", data={"day": "2014-10-11"}).text


def test_an_import_is_shown_first_and_then_carried_out_as_shown(client, made):
    client.sign_in(made["HQ-administrator"])
    page = upload(client, GOOD)
    assert "新增 2，改动 0，不变 0，有误 0" in page
    assert queries.calendar(2027, 2027).corrections == {}
    asked = {"shown": shown_in(page), "source": NOTICE}
    assert client.post("/admin/workdays/import/confirm", data=asked).location == "/admin/workdays?year=2027"
    assert queries.calendar(2027, 2027).corrections == {
        date(2027, 10, 1): Correction(False, "国庆节", NOTICE),
        date(2027, 10, 9): Correction(True, "", NOTICE),
    }
    assert "没有需要导入的" in client.post("/admin/workdays/import/confirm", data=asked).text


def test_every_wrong_line_is_told_and_nothing_can_be_confirmed(client, made):
    client.sign_in(made["HQ-administrator"])
    page = upload(client, "日期,上班\n2027-02-29,1\n2027-10-01,也许\n2027-10-01,0\n")
    for sentence in (
        "第 2 行 日期“2027-02-29”读不出来",
        "第 3 行 “也许”看不出是否上班",
        "第 4 行 日期 2027-10-01 与第 3 行重复",
    ):
        assert sentence in page
    assert 'name="shown"' not in page
    assert "第一行缺少列名：上班" in upload(client, "日期\n2027-10-01\n")


def test_a_year_is_confirmed_by_its_document_and_taken_back(client, made):
    client.sign_in(made["HQ-administrator"])
    assert "还没有填写依据的文号" in client.post("/admin/workdays/2027/confirm").text
    client.post("/admin/workdays/2027/confirm", data={"document_number": NOTICE})
    page = client.get("/admin/workdays?year=2027").text
    assert f"按“{NOTICE}”确认" in page
    assert "估算" not in page.partition("<main")[2].partition("撤回以后")[0]
    client.post("/admin/workdays/2027/withdraw")
    assert "尚未确认" in client.get("/admin/workdays?year=2027").text


@pytest.mark.parametrize(("who", "status"), [("HQ-coordinator", 200), ("HE-administrator", 200), ("HE-reporter", 404)])
def test_only_the_administrator_at_the_top_changes_what_holds_for_everybody(client, made, who, status):
    client.sign_in(made[who])
    page = client.get("/admin/workdays")
    assert page.status_code == status
    assert "保存改正" not in page.text
    assert client.get("/admin/workdays/import").status_code == 404
    for address in ("days", "days/clear", "2027/confirm", "import", "import/confirm"):
        told = {"day": "2014-10-11", "works": "off", "document_number": NOTICE}
        assert client.post(f"/admin/workdays/{address}", data=told).status_code == 404, address
    calendar = queries.calendar(2014, 2027)
    assert (calendar.corrections, calendar.confirmed) == ({}, {})
