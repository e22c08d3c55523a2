"""The page of one report, in each of its states."""

import re
from datetime import timedelta

import pytest

from reporting.campaigns import service as campaigns
from reporting.core.db import db, unit_of_work
from reporting.reports import queries as reports
from reporting.reviews import service as reviews
from reporting.tracking import service as tracking
from tests.cast import beijing
from tests.web.bureau.desk import shown


def decide(cast, verb, round_id, at, **more):
    with unit_of_work():
        verb(cast.assignment("Q-HE"), round_id, actor=cast.actor("HQ", "reviewer"), now=at, **more)


def test_nobody_has_begun(desk):
    page = shown(desk.open())
    assert "截止" in page
    assert "2014年10月15日 (周三) 24:00" in page
    assert desk.fields["title"] == "河北省质量技术监督局2014年全国“质量月”活动总结"
    assert desk.fields["version"] == "0"
    assert "最多 30 张，每张不超过 30 MB" in page
    assert "还差：活动总结、图片、视频" in page


def test_looking_makes_nothing(desk, cast):
    desk.open()
    assert reports.find_report(cast.assignment("Q-HE").id) is None


@pytest.mark.parametrize("place", ["", "/check", "/files/1", "/text"])
def test_a_foreign_report_and_a_missing_one_answer_alike(client, cast, place):
    client.sign_in(cast.user("C-SH"))
    foreign = client.get(f"/assignments/{cast.assignment('Q-HE').id}{place}")
    missing = client.get(f"/assignments/999999{place}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text.replace("csrf", "").count("<h1") == missing.text.count("<h1")


def test_an_address_for_forms_leads_back_when_it_is_opened(client, cast, desk):
    answer = client.sign_in(cast.user("Q-HE")).get(f"{desk.url}/slots/photos/files")
    assert (answer.status_code, answer.location) == (302, desk.url)


def test_returned_says_what_is_asked_and_opens_again(desk, cast, hands):
    round_id = cast.hand_in_all("Q-HE", beijing(10, 12, 9))
    decide(
        cast,
        reviews.give_back,
        round_id,
        beijing(10, 17),
        note="请补充数据\n并署名",
        slots=["summary"],
        due_at=beijing(10, 21),
    )
    hands.move_to(beijing(10, 18))
    page = shown(desk.open())
    assert "请补充数据\n并署名" in page
    assert "需要修改：活动总结" in page
    assert "请于 2014年10月20日 (周一) 24:00 前修改并再次提交。" in page
    assert "首次提交的时间记录不受影响" in page
    assert "body" in desk.fields


def test_accepted_is_read_only(desk, cast):
    round_id = cast.hand_in_all("Q-HE", beijing(10, 12, 9))
    decide(cast, reviews.accept, round_id, beijing(10, 13), note="")
    page = shown(desk.open())
    assert "这份材料已被采纳，不能再改动" in page
    assert desk.fields == {}
    assert "活动总结正文" in page
    assert "查看回执" in page


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (beijing(9, 29, 8, 59, 59), "将于 2014年9月29日 (周一) 09:00 开始"),
        (beijing(11, 1), "已于 2014年10月31日 (周五) 24:00 关闭"),
    ],
)
def test_a_shut_gate_shows_the_draft_and_a_sentence(desk, cast, hands, moment, sentence):
    desk.open()
    desk.press(title="河北总结", body="草稿一段")
    hands.move_to(moment)
    page = shown(desk.open())
    assert sentence in page
    assert "草稿一段" in page
    assert desk.fields == {}


def test_shows_what_became_of_the_deadline(desk, cast, hands):
    late = beijing(10, 16, 1)
    with unit_of_work():
        campaigns.extend(
            cast.assignment("Q-HE"), due_at=beijing(10, 21), reason="洪灾", document_number="冀质监函〔2014〕9号",
            actor=cast.actor("HQ", "coordinator"), now=beijing(10, 14),
        )  # fmt: skip
        tracking.sweep(now=late)
    hands.move_to(beijing(10, 22))
    with unit_of_work():
        tracking.sweep(now=beijing(10, 22))
    page = shown(desk.open())
    assert "冀质监函〔2014〕9号" in page
    assert "2014年10月20日 (周一) 24:00" in page
    assert re.search(r"截止时的情况：.*?未报</span></span>\s+活动总结、图片、视频", page, re.DOTALL)
    assert page.index("冀质监函") < page.index("截止时的情况")


def test_changes_after_a_round_are_said_to_be_not_submitted(desk, cast, now):
    cast.hand_in_all("Q-HE", now - timedelta(hours=1))
    desk.open()
    desk.press(body="补一段")
    assert "第 1 次提交之后有修改，尚未提交。" in desk.open()
    db.session.rollback()
    assert reports.find_report(cast.assignment("Q-HE").id).state == "submitted"


def test_reads_in_english(client, cast, desk):
    with unit_of_work():
        cast.user("Q-HE").language = "en"
    page = shown(desk.open())
    assert 'lang="en"' in page
    assert "National Quality Month" in page
