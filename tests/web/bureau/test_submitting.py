"""Checking, handing to the certifier, and submitting; whatever happens to the answer."""

import re
from datetime import timedelta

import pytest

from reporting.core.db import db, unit_of_work
from reporting.outbox.models import Message
from reporting.reports import queries as reports
from tests.cast import beijing, make_cast
from tests.web.bureau.desk import Desk, shown

KEY = "a-key-of-the-browsers-own-1"


def write(desk, body="写好的正文"):
    desk.open()
    desk.press(body=body)


def rounds(cast):
    db.session.rollback()
    return reports.submissions(cast.assignment("Q-HE").id)


def test_the_page_shows_what_headquarters_will_see(desk):
    write(desk)
    page = shown(desk.client.get(f"{desk.url}/check").text)
    assert "写好的正文" in page
    assert "提交后仍欠：图片、视频" in page
    assert "提交活动总结" in page
    assert "将标注为逾期" not in page
    assert re.search(r'name="key" value="[\w-]{20,64}"', page)


def test_what_stands_in_the_way_is_listed_at_once(desk):
    page = shown(desk.client.get(f"{desk.url}/check").text)
    assert "标题还没有填写" in page
    assert "还没有任何一项必报材料填写完整" in page
    assert 'name="key"' not in page


def test_late_is_said_before(desk, hands):
    write(desk)
    hands.move_to(beijing(10, 16))
    assert "现在提交将标注为逾期" in desk.client.get(f"{desk.url}/check").text


def test_a_revision_of_what_came_in_time_is_not_called_late(desk, cast, hands):
    cast.hand_in_all("Q-HE", beijing(10, 12, 9))
    hands.move_to(beijing(10, 17))
    write(desk, body="补了数据")
    page = desk.client.get(f"{desk.url}/check").text
    assert "提交活动总结" in page
    assert "现在提交将标注为逾期" not in page


def test_submitting_gives_a_receipt(desk, cast):
    write(desk)
    answer = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    [submission] = rounds(cast)
    assert (answer.status_code, answer.location) == (303, f"/receipts/{submission.id}")
    page = desk.client.get(answer.location).text
    assert "BS-2014-000001" in page
    assert db.session.query(Message).filter_by(kind="receipt").count() == 2


def test_the_same_key_twice_is_one_round_and_the_same_receipt(desk, cast):
    write(desk)
    first = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    second = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    assert first.location == second.location
    assert len(rounds(cast)) == 1
    assert "没有重复提交" in desk.client.get(second.location).text


@pytest.mark.parametrize("key", ["", "short", "x" * 65])
def test_a_key_that_is_none_leads_back_to_the_check(desk, cast, key):
    write(desk)
    answer = desk.client.post(f"{desk.url}/submit", data={"key": key})
    assert answer.location == f"{desk.url}/check"
    assert rounds(cast) == []


def test_a_refusal_keeps_the_key(desk, cast):
    answer = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    assert answer.status_code == 422
    assert "还没有任何一项必报材料填写完整" in answer.text
    assert rounds(cast) == []


@pytest.mark.parametrize(("moment", "is_in"), [(beijing(10, 31, 23, 59, 59), True), (beijing(11, 1), False)])
def test_after_the_cut_off_nothing_is_taken(desk, cast, hands, moment, is_in):
    write(desk)
    hands.move_to(moment)
    answer = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    assert answer.status_code == (303 if is_in else 422)
    assert len(rounds(cast)) == is_in
    if not is_in:
        assert "已于 2014年10月31日 (周五) 24:00 关闭" in answer.text
        assert "写好的正文" in answer.text


def test_the_moment_is_taken_at_the_door(desk, cast, hands, monkeypatch):
    """A submit that waits for a lock over the deadline arrived before it."""
    write(desk)
    hands.move_to(beijing(10, 16) - timedelta(seconds=1))
    from reporting.reports import service

    real = service.submit

    def slow(*arguments, **named):
        hands.forward(seconds=30)
        return real(*arguments, **named)

    monkeypatch.setattr(service, "submit", slow)
    desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    assert [submission.late_seconds for submission in rounds(cast)] == [0]


def test_a_commit_whose_answer_was_lost_is_asked_for_and_not_guessed(desk, cast, monkeypatch):
    write(desk)
    _lose_the_answer(monkeypatch, committed=True)
    answer = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    monkeypatch.undo()
    [submission] = rounds(cast)
    assert (answer.status_code, answer.location) == (303, f"/receipts/{submission.id}")


def test_a_commit_that_failed_is_told_and_the_key_stays(desk, cast, monkeypatch):
    write(desk)
    _lose_the_answer(monkeypatch, committed=False)
    answer = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    monkeypatch.undo()
    assert answer.status_code == 503
    assert "提交没有成功" in answer.text
    assert f'value="{KEY}"' in answer.text
    assert rounds(cast) == []
    assert desk.client.post(f"{desk.url}/submit", data={"key": KEY}).status_code == 303
    assert len(rounds(cast)) == 1


def _lose_the_answer(monkeypatch, *, committed):
    real = db.session.commit

    def commit():
        if committed:
            real()
        raise ConnectionError("the line broke while the commit was under way")

    monkeypatch.setattr(db.session, "commit", commit)


@pytest.mark.parametrize("where", ["submit", "prepare"])
def test_the_wrong_bureau_submits_nothing(client, cast, desk, where):
    write(desk)
    client.sign_in(cast.user("C-SH"))
    assert client.post(f"{desk.url}/{where}", data={"key": KEY}).status_code == 404
    assert rounds(cast) == []


def test_without_a_token_nothing_is_submitted(desk, cast):
    write(desk)
    assert desk.client.post(f"{desk.url}/submit", data={"key": KEY}, csrf=False).status_code == 400
    assert rounds(cast) == []


class TestSignOff:
    @pytest.fixture
    def cast(self, app):
        return make_cast(sign_off=True)

    @pytest.fixture
    def certifier(self, app, cast):
        return Desk(app, cast.user("Q-HE", "certifier"), cast.assignment("Q-HE").id)

    def test_the_reporter_hands_it_to_the_certifier_who_submits(self, desk, certifier, cast):
        write(desk)
        page = shown(desk.client.get(f"{desk.url}/check").text)
        assert "送签发" in page
        assert 'name="key"' not in page
        for _again in range(2):
            assert desk.client.post(f"{desk.url}/prepare").status_code == 303
        assert "已送签发，待签发人核对后提交" in shown(desk.open())
        assert "待签发" in desk.client.get("/tasks").text
        page = shown(certifier.client.get(f"{desk.url}/check").text)
        assert f"由{cast.user('Q-HE').name}送签" in page
        answer = certifier.client.post(f"{desk.url}/submit", data={"key": KEY})
        assert answer.status_code == 303
        page = shown(certifier.client.get(answer.location).text)
        assert f"送签人 {cast.user('Q-HE').name}" in page

    def test_the_reporter_cannot_submit(self, desk, cast):
        write(desk)
        answer = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
        assert answer.status_code == 422
        assert "提交须由本单位签发人办理" in answer.text
        assert rounds(cast) == []

    def test_a_change_needs_handing_over_again(self, desk):
        write(desk)
        desk.client.post(f"{desk.url}/prepare")
        desk.open()
        desk.press(body="又改了")
        assert "待签发人核对后提交" not in desk.open()

    def test_the_certifier_signs_what_they_saw(self, desk, certifier, cast):
        write(desk)
        desk.client.post(f"{desk.url}/prepare")
        page = certifier.client.get(f"{desk.url}/check").text
        seen = re.search(r'name="revision" value="(\d+)"', page)[1]
        desk.open()
        desk.press(body="送签之后又改的")
        answer = certifier.client.post(f"{desk.url}/submit", data={"key": KEY, "revision": seen})
        assert answer.status_code == 422
        assert f"{cast.user('Q-HE').name}又修改过这份材料" in answer.text
        assert "送签之后又改的" in answer.text, "the page shows what would be signed now"
        assert rounds(cast) == []
        seen = re.search(r'name="revision" value="(\d+)"', answer.text)[1]
        assert certifier.client.post(f"{desk.url}/submit", data={"key": KEY, "revision": seen}).status_code == 303
        assert [one.body for one in rounds(cast)] == ["送签之后又改的"]

    def test_an_empty_report_is_not_handed_over(self, desk):
        answer = desk.client.post(f"{desk.url}/prepare")
        assert answer.status_code == 422
        assert "还没有任何一项必报材料填写完整" in answer.text


def test_a_certifier_of_another_bureau_is_none_here(client, cast, desk):
    with unit_of_work():
        cast.task.sign_off = True
    write(desk)
    assert client.sign_in(cast.user("Q-NB")).get(f"{desk.url}/check").status_code == 404
