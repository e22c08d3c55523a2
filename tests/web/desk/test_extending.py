"""An extension on its page: what follows is told before, and it happens once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from reporting.campaigns.models import Assignment, DueChange
from reporting.core.db import db
from reporting.outbox.models import Message
from tests.crowd import CUTOFF, DUE, NOTHING

TYPED = {"due_on": "2014-10-22", "reason": "辖区水灾", "document_number": "国质检函〔2014〕88号"}


@pytest.fixture
def now():
    return DUE + timedelta(hours=9)


@pytest.fixture
def room(furnish):
    return furnish([NOTHING, NOTHING])


def address(room) -> str:
    return f"/desk/assignments/{room.assignment_ids[0]}/extend"


def test_the_page_says_what_follows(room):
    page = room.as_("coordinator").get(address(room)).text
    for words in ("只有该单位的截止时间改变", "保留在经过中", "不再发出", "写信通知：李敏。", "活动总结、图片、视频"):
        assert words in page


def test_one_bureau_is_extended_written_to_and_marked_on_the_board(room):
    client = room.as_("coordinator")
    assert [client.post(address(room), data=TYPED).status_code for _ in range(2)] == [303, 303]
    one, other = db.session.scalars(select(Assignment).order_by(Assignment.id)).all()
    assert (one.due_at, one.due_rev, one.cutoff_at) == (DUE + timedelta(days=7), 1, CUTOFF)
    assert (other.due_at, other.due_rev) == (DUE, 0)
    [change] = db.session.scalars(select(DueChange)).all()
    assert (change.reason, change.document_number, change.granted_by) == ("辖区水灾", "国质检函〔2014〕88号", "王芳")
    [letter] = db.session.scalars(select(Message)).all()
    assert (letter.kind, letter.facts["due_at"]) == ("extension", "2014-10-22T16:00:00+00:00")
    assert letter.organiser_id is not None
    board = client.get(f"/desk/tasks/{room.task_id}").text
    assert "10-22 24:00" in board
    assert "延期" in board
    assert "辖区水灾" in client.get(address(room).removesuffix("/extend")).text


def test_closing_moves_along_when_the_new_due_is_later(room):
    room.as_("coordinator").post(address(room), data={**TYPED, "due_on": "2014-11-20"})
    one = db.session.scalar(select(Assignment).order_by(Assignment.id))
    assert one.cutoff_at == one.due_at > CUTOFF


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"due_on": ""}, "请填写新的截止日期"),
        ({"due_on": "2014-10-15"}, "新的截止时间不晚于现在的截止时间"),
        ({"due_on": "2014-10-12"}, "新的截止时间不晚于现在的截止时间"),
        ({"reason": " "}, "原因还没有填写"),
        ({"reason": "长" * 501}, "原因超过 500 个字的上限"),
        ({"document_number": ""}, "文号还没有填写"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(room, changed, sentence):
    answer = room.as_("coordinator").post(address(room), data=TYPED | changed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert (TYPED | changed)["reason"].strip() in answer.text
    assert db.session.scalar(select(DueChange)) is None


@pytest.mark.parametrize("role", ["reviewer", "leader", "stranger", "reporter"])
def test_only_a_coordinator_extends(room, role):
    client = room.as_(role)
    assert client.get(address(room)).status_code == 404
    assert client.post(address(room), data=TYPED).status_code == 404
    assert db.session.scalar(select(DueChange)) is None
