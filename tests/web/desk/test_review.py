"""One report as the organiser reads it, and the decision: bound to the round on the page, made once, by those who may."""

import hashlib
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from reporting.core.db import db, unit_of_work
from reporting.files.models import StoredFile
from reporting.outbox.models import Message
from reporting.reports.models import Report, Submission, SubmissionFile
from reporting.reviews.models import Review
from tests import crowd
from tests.crowd import DUE, NOTHING, PARTIAL, PUNCTUAL, SLOTS, History


@pytest.fixture
def now():
    return DUE + timedelta(days=2)


@pytest.fixture
def room(furnish):
    return furnish([PUNCTUAL, PARTIAL, NOTHING, PUNCTUAL])


def address(room, place=0) -> str:
    return f"/desk/assignments/{room.assignment_ids[place]}"


def round_on(page: str) -> str:
    return re.search(r'name="submission"[^>]*value="(\d+)"', page).group(1)


def decide(room, how, *, role="reviewer", place=0, **typed):
    client = room.as_(role)
    page = client.get(address(room, place)).text
    data = {"submission": round_on(page), "note": "", **typed}
    return client.post(f"{address(room, place)}/{how}", data=data)


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Report.state).order_by(Report.assignment_id)))


def another_round(room, place=0) -> None:
    with unit_of_work():
        report = db.session.scalar(select(Report).where(Report.assignment_id == room.assignment_ids[place]))
        first = db.session.scalar(select(Submission).where(Submission.report_id == report.id))
        second = Submission(
            report_id=report.id, assignment_id=first.assignment_id, round=2, idempotency_key="second", received_at=DUE + timedelta(days=1),
            submitted_by="李敏", due_at=DUE, due_rev=0, late_seconds=86_400, title="改过的总结", body="第二次的正文", digest="d",
        )  # fmt: skip
        db.session.add(second)
        report.round = 2


def test_accepting_goes_back_to_the_report_and_says_so(room):
    answer = decide(room, "accept", note="很好")
    assert (answer.status_code, answer.location) == (303, address(room))
    assert states() == ["accepted", "submitted", "submitted"]
    page = room.as_("leader").get(address(room)).text
    assert "很好" in page
    assert 'id="decision-title"' not in page


def test_returning_keeps_day_and_slots(room):
    day = "2014-10-20"
    assert decide(room, "return", note="请补说明", slots=["photos"], due_on=day).status_code == 303
    review = db.session.scalar(select(Review))
    assert (review.note, review.slot_kinds, review.due_at.isoformat()) == (
        "请补说明",
        ["photos"],
        "2014-10-20T16:00:00+00:00",
    )
    assert "要求于 2014年10月20日 (周一) 24:00 前再次提交" in room.as_("reviewer").get(address(room)).text


@pytest.mark.parametrize(
    ("how", "typed", "sentence"),
    [
        ("return", {"note": " "}, "退回时需要写明审阅意见"),
        ("return", {"note": "改", "due_on": "2014-10-17"}, "要求再次提交的日期已经过去"),
        ("return", {"note": "改", "due_on": "2014-11-20"}, "晚于关闭时间"),
        ("return", {"note": "改", "due_on": "不是日期"}, "日期读不出来"),
        ("accept", {"note": "长" * 2001}, "超过 2,000 个字的上限"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(room, how, typed, sentence):
    answer = decide(room, how, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert typed["note"].strip() in answer.text
    assert states() == ["submitted"] * 3


def test_what_owes_something_can_only_be_returned(room):
    page = room.as_("reviewer").get(address(room, 1)).text
    assert "采纳这份材料" not in page
    answer = decide(room, "accept", place=1)
    assert answer.status_code == 422
    assert "该单位还缺 图片、视频" in answer.text


def test_another_round_in_between_is_told_and_the_note_stays(room):
    client = room.as_("reviewer")
    first = round_on(client.get(address(room)).text)
    another_round(room)
    answer = client.post(f"{address(room)}/accept", data={"submission": first, "note": "写好的意见"})
    assert answer.status_code == 409
    for words in ("现为第 2 次提交", "写好的意见", "第二次的正文", 'href="#round"'):
        assert words in answer.text
    assert states()[0] == "submitted"
    # The page shows the new round now, and decides on that.
    second = round_on(answer.text)
    assert second != first
    assert client.post(f"{address(room)}/accept", data={"submission": second, "note": "写好的意见"}).status_code == 303


def test_an_earlier_round_can_be_read_but_not_decided(room):
    another_round(room)
    page = room.as_("reviewer").get(f"{address(room)}?round=1").text
    assert "这是较早的一次提交" in page
    assert 'name="submission"' not in page
    assert room.as_("reviewer").get(f"{address(room)}?round=3").status_code == 404


def test_posting_twice_decides_once(room):
    client = room.as_("reviewer")
    data = {"submission": round_on(client.get(address(room)).text), "note": ""}
    assert [client.post(f"{address(room)}/accept", data=data).status_code for _ in range(2)] == [303, 303]
    assert db.session.scalar(select(func.count()).select_from(Review)) == 1


def test_the_second_reviewer_learns_who_was_first(room):
    page = room.as_("coordinator").get(address(room)).text
    decide(room, "return", note="改")
    answer = room.as_("coordinator").post(f"{address(room)}/accept", data={"submission": round_on(page), "note": "好"})
    assert answer.status_code == 422
    assert "已由 王芳 作出决定" in answer.text
    assert states()[0] == "returned"


@pytest.mark.parametrize("submission", ["", "x", "９", "99999", "-1", "9" * 40])
def test_a_round_that_is_not_there_is_not_found(room, submission):
    answer = room.as_("reviewer").post(f"{address(room)}/accept", data={"submission": submission, "note": ""})
    assert answer.status_code == 404


def test_a_round_of_another_bureau_is_not_found(room):
    other = round_on(room.as_("reviewer").get(address(room, 3)).text)
    answer = room.as_("reviewer").post(f"{address(room)}/accept", data={"submission": other, "note": ""})
    assert answer.status_code == 404


def test_a_leader_reads_and_does_not_decide(room):
    client = room.as_("leader")
    page = client.get(address(room)).text
    assert 'name="submission"' not in page
    assert "13800000000" in page
    for how in ("accept", "return"):
        assert client.post(f"{address(room)}/{how}", data={"submission": "1", "note": "x"}).status_code == 404
    assert states() == ["submitted"] * 3


@pytest.mark.parametrize("role", ["stranger", "reporter"])
def test_nobody_else_learns_that_it_is_there(room, role):
    assert room.as_(role).get(address(room)).status_code == 404
    assert room.as_(role).get("/desk/assignments/99999").status_code == 404


def test_nothing_handed_in_says_what_will_be_here(room):
    page = room.as_("reviewer").get(address(room, 2)).text
    assert "该单位还没有提交" in page
    assert "未报" in page


def test_the_queue_leads_to_those_that_wait(room):
    page = room.as_("reviewer").get(address(room, 2)).text
    assert re.findall(r'href="([^"]*)" rel="(prev|next)"', page) == [
        (address(room, 1), "prev"),
        (address(room, 3), "next"),
    ]


def test_text_is_shown_as_text(room):
    with unit_of_work():
        db.session.scalar(select(Submission).order_by(Submission.id)).body = "一<b>粗\n\n<script>alert(1)</script>"
    page = room.as_("reviewer").get(address(room)).text
    assert "<p>一&lt;b&gt;粗</p><p>&lt;script&gt;alert(1)&lt;/script&gt;</p>" in page


@pytest.fixture
def photo(app, room) -> str:
    """A kept photo in the first round of the first bureau; gives its address."""
    vault = app.extensions["kit"].vault
    staging = vault.stage()
    staging.write(b"\xff\xd8\xff a photo")
    key = vault.keep(staging)
    assert key == hashlib.sha256(b"\xff\xd8\xff a photo").hexdigest()
    with unit_of_work():
        submission = db.session.scalar(select(Submission).order_by(Submission.id))
        slot = submission.slots[1]
        stored = StoredFile(sha256=key, size=11, media_type="image/jpeg", kind="photo", facts={}, kept_at=DUE)
        db.session.add(stored)
        db.session.flush()
        attachment_id = crowd.attachment(submission.report_id, slot.slot_id, stored)
        frozen = SubmissionFile(
            submission_id=submission.id, attachment_id=attachment_id, slot_id=slot.slot_id, slot_kind="photos", slot_position=1,
            position=0, file_id=stored.id, name="启动仪式.jpg", caption="启动", focus_area="", sha256=key, size=11, media_type="image/jpeg",
        )  # fmt: skip
        db.session.add(frozen)
        return f"/desk/submissions/{submission.id}/files/{attachment_id}"


def test_photos_are_shown_and_can_be_saved(room, photo):
    client = room.as_("leader")
    assert f'src="{photo}"' in client.get(address(room)).text
    shown, saved = client.get(photo), client.get(f"{photo}?download=1")
    assert shown.data == b"\xff\xd8\xff a photo"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert shown.headers["Content-Security-Policy"].startswith("sandbox")


def test_files_of_others_are_not_found(room, photo):
    assert room.as_("stranger").get(photo).status_code == 404
    assert room.as_("reporter").get(photo).status_code == 404
    assert room.as_("leader").get(photo + "9").status_code == 404
    assert room.as_("leader").get("/desk/submissions/9999/files/1").status_code == 404


def test_the_declared_reason_is_shown_in_both_languages(furnish):
    came = History(dict.fromkeys(SLOTS, DUE - timedelta(days=1)), declared=frozenset({"videos"}))
    room = furnish([came])
    for role in ("coordinator", "reviewer", "leader", "english"):
        page = room.as_(role).get(address(room)).text
        videos = page[page.index('id="slot-videos"') :]
        assert "本年度没有拍摄" in videos, role
    assert "本年度没有拍摄" not in room.as_("reporter").get(address(room)).text


def test_the_letters_about_it_are_listed(room):
    decide(room, "accept")
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1
    assert "采纳通知" in room.as_("reviewer").get(address(room)).text
