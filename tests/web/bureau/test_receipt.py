"""The receipt: what it says of a round, to whom, and which files it hands out."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from reporting.bureaus import queries as bureaus
from reporting.bureaus import service as bureau_service
from reporting.core.actor import SYSTEM
from reporting.core.db import db, unit_of_work
from reporting.outbox.models import Message
from reporting.reports import queries as reports
from reporting.reviews import service as reviews
from tests.cast import beijing
from tests.files import material
from tests.web.bureau.desk import shown

KEY = "a-key-of-the-browsers-own-1"


def letters_about(cast, kind):
    """The letters of a kind, the newest last."""
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


@pytest.fixture
def handed_in(desk, hands):
    """Text and one photo, handed in on the 14th at 16:32:08."""
    hands.move_to(beijing(10, 14, 16, 32, 8))
    desk.open()
    desk.press(
        "/slots/photos/files",
        files={"photos": [("启动仪式.jpg", material.picture("JPEG"))]},
        title="河北总结",
        body="正文",
    )
    return desk.client.post(f"{desk.url}/submit", data={"key": KEY}).location


def test_says_all_that_was_received(desk, handed_in, cast):
    page = shown(desk.client.get(handed_in).text)
    round_id = int(handed_in.rsplit("/", 1)[1])
    submission = reports.submission(round_id)
    assert "BS-2014-000001" in page
    assert "2014年10月14日 (周二) 16:32:08 (北京时间)" in page
    assert "河北省质量技术监督局" in page
    assert "国质检质联〔2014〕432号" in page
    assert "第 1 次提交" in page
    assert "启动仪式.jpg" in page
    assert submission.files[0].sha256 in page
    assert submission.digest in page
    assert "仍欠：视频" in page
    assert "逾期" not in page


def test_each_slot_has_its_own_moment(desk, handed_in, hands):
    hands.move_to(beijing(10, 16, 9))
    desk.open()
    desk.press("/slots/videos/declare", reason_videos="没有拍摄")
    later = desk.client.post(f"{desk.url}/submit", data={"key": KEY + "2"}).location
    page = shown(desk.client.get(later).text)
    assert "申明无（逾期）" in page
    assert "逾期 9 小时" in page
    assert "2014年10月14日 (周二) 16:32:08" in page
    assert "2014年10月16日 (周四) 09:00:00" in page


def test_a_resubmission_after_a_return_is_no_late_hand_in(desk, cast, hands):
    first = cast.hand_in_all("Q-HE", beijing(10, 12, 9))
    with unit_of_work():
        reviews.give_back(
            cast.assignment("Q-HE"),
            first,
            note="请补数据",
            slots=[],
            due_at=None,
            actor=cast.actor("HQ", "reviewer"),
            now=beijing(10, 17),
        )
    hands.move_to(beijing(10, 18))
    desk.open()
    desk.press(body="补了数据")
    answer = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    page = shown(desk.client.get(answer.location).text)
    assert "截止后的修改；各项首次送达时间不变" in page
    assert "第 2 次提交" in page
    assert "逾期" not in shown(desk.open()).split("办理记录")[1], "the history calls no revision late"
    letter = letters_about(cast, "receipt")[-1]
    assert (letter.facts["timing"], letter.facts["round"]) == ("revision", 2)
    assert {slot["standing"] for slot in letter.facts["slots"]} == {"on_time", "declared"}


def test_frozen_files_outlive_the_working_copy(desk, handed_in, cast):
    report = reports.find_report(cast.assignment("Q-HE").id)
    file_id = reports.attachments(report.id)[0].id
    desk.open()
    desk.press(f"/files/{file_id}/remove")
    answer = desk.client.get(f"{handed_in}/files/{file_id}")
    assert answer.data == material.picture("JPEG")
    assert desk.client.get(f"{handed_in}/files/999999").status_code == 404


def test_a_paper_bears_the_names_of_its_day(desk, handed_in, cast):
    for code, since in (("Q-HE", date(2014, 10, 15)), ("HQ", date(2014, 10, 15))):
        with unit_of_work():
            bureau = bureaus.find_by_code(code)
            bureau_service.rename(
                bureau, name_zh=f"{code}新名", short_zh="", name_en="", since=since, actor=SYSTEM, now=beijing(10, 20)
            )
    page = shown(desk.client.get(handed_in).text)
    assert "河北省质量技术监督局" in page
    assert "国家质量监督检验检疫总局" in page
    assert "Q-HE新名" in shown(desk.client.get("/tasks").text) + shown(desk.open())


def test_a_stranger_meets_nothing(client, handed_in, cast):
    assert client.get(handed_in).location.startswith("/account/sign-in")
    client.sign_in(cast.user("C-SH"))
    assert client.get(handed_in).status_code == 404
    assert client.get("/receipts/999999").status_code == 404
    file_id = reports.attachments(reports.find_report(cast.assignment("Q-HE").id).id)[0].id
    assert client.get(f"{handed_in}/files/{file_id}").status_code == 404


def test_a_file_of_another_round_is_not_found(desk, handed_in, cast, hands):
    hands.forward(hours=1)
    desk.open()
    desk.press("/slots/photos/files", files={"photos": [("第二张.jpg", material.picture("JPEG", (32, 32)))]})
    desk.client.post(f"{desk.url}/submit", data={"key": KEY + "2"})
    report = reports.find_report(cast.assignment("Q-HE").id)
    second = next(file.id for file in reports.attachments(report.id) if file.name == "第二张.jpg")
    assert desk.client.get(f"{handed_in}/files/{second}").status_code == 404


def test_late_for_ever(desk, cast, hands):
    hands.move_to(beijing(10, 16) + timedelta(days=2, hours=3))
    desk.open()
    desk.press(body="迟到的正文")
    answer = desk.client.post(f"{desk.url}/submit", data={"key": KEY})
    page = shown(desk.client.get(answer.location).text)
    assert "逾期 2 天 3 小时" in page
    assert "逾期 2 天 3 小时" in shown(desk.open()).split("办理记录")[1]
    assert letters_about(cast, "receipt")[-1].facts["timing"] == "late"
