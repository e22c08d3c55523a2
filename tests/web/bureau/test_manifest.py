"""Hash first through the pages: the manifest's door, and the whole road of one bureau around the deadline."""

import csv
import hashlib
import io
from datetime import datetime, timedelta

import openpyxl
import pytest

from reporting import jobs
from reporting.core.db import db, unit_of_work
from reporting.deadlines.rules import SETTLING
from reporting.outbox.models import Message
from reporting.reports import queries as reports
from reporting.tracking import queries as tracking
from tests.cast import beijing, make_cast
from tests.files import material
from tests.web.bureau.desk import Desk, shown

DUE = beijing(10, 16)
KEY = "a-key-of-the-browsers-own-{}"
PICTURES = [(f"照片{number}.png", material.picture("PNG", (8 + number, 8))) for number in range(3)]


@pytest.fixture
def cast(app):
    """The cast with a media window of a day."""
    return make_cast(window_hours=24)


@pytest.fixture
def desk(app, cast) -> Desk:
    return Desk(app, cast.user("Q-HE"), cast.assignment("Q-HE").id)


def line(name, content, **changed):
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "caption": ""} | changed


def file_manifest(desk, lines, *, kind="photos", **how):
    return desk.client.post(f"{desk.url}/slots/{kind}/manifest", json={"files": lines}, **how)


def hand_in_manifest(desk, hands):
    """At 23:59 the summary is written, videos are declared none, and three photos are promised and submitted."""
    hands.move_to(DUE - timedelta(minutes=1))
    desk.open()
    desk.press(body="写好的正文")
    desk.open()
    desk.press("/slots/videos/declare", reason_videos="没有拍摄")
    answer = file_manifest(desk, [line(*picture) for picture in PICTURES])
    assert (answer.status_code, answer.json["reasons"], len(answer.json["files"])) == (200, [], 3)
    return desk.client.post(f"{desk.url}/submit", data={"key": KEY.format(1)}).location


def send(desk, pictures):
    desk.open()
    return desk.press("/slots/photos/files", files={"photos": pictures})


def standing_of(page):
    return "清单已到，材料上传中" in page


def test_the_door_answers_with_what_stands_and_what_does_not(desk, cast):
    name, content = PICTURES[0]
    good, bad = line(name, content, caption="启动仪式"), line("程序.exe", b"MZ")
    answer = file_manifest(desk, [good, bad])
    [file] = answer.json["files"]
    report = reports.find_report(cast.assignment("Q-HE").id)
    [kept] = reports.attachments(report.id)
    assert file == {"sha256": good["sha256"], "attachment": kept.id}
    assert (kept.name, kept.caption, kept.is_promised) == (name, "启动仪式", True)
    assert [one.startswith("文件《程序.exe》的格式不能用于此项材料") for one in answer.json["reasons"]] == [True]
    assert file_manifest(desk, [good]).json["files"] == [file]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        {"files": "all"},
        {"files": []},
        {"files": ["photo.jpg"]},
        {"files": [{"name": "甲.jpg", "size": "1000", "sha256": "ab" * 32}]},
        {"files": [{"name": "甲.jpg", "size": True, "sha256": "ab" * 32}]},
        {"files": [{"name": 7, "size": 1000, "sha256": "ab" * 32}]},
        {"files": [{"name": "甲.jpg", "size": 1000}]},
        {"files": [{"name": "甲.jpg", "size": 2**70, "sha256": "ab" * 32}]},
        {"files": [{"name": "甲.jpg", "size": 1000, "sha256": "ab" * 32}] * 501},
    ],
)
def test_what_is_no_manifest_is_refused_in_words(desk, sent):
    answer = desk.client.post(f"{desk.url}/slots/photos/manifest", json=sent if sent is not None else "")
    assert answer.status_code == 400
    assert answer.json["reasons"] == [
        "收到的文件清单读不出来，没有登记。请刷新页面后重新选择文件。已登记的文件都还在。"
    ]


def test_the_door_is_shut_like_every_other(app, desk, cast, hands):
    lines = [line(*PICTURES[0])]
    assert file_manifest(desk, lines, csrf=False).status_code == 400
    assert file_manifest(desk, lines, kind="figures").status_code == 404
    stranger = Desk(app, cast.user("C-SH"), cast.assignment("Q-HE").id)
    assert file_manifest(stranger, lines).status_code == 404
    hands.move_to(beijing(11, 1))
    answer = file_manifest(desk, lines)
    assert (answer.status_code, answer.json["files"]) == (422, [])
    assert "已于 2014年10月31日 (周五) 24:00 关闭" in answer.json["reasons"][0]


def test_the_time_that_media_have_is_said_before(desk):
    assert "图片、视频可在截止后 24 小时内传完，至 2014年10月16日 (周四) 24:00" in shown(desk.open())
    assert "图片、视频可在截止后 24 小时内传完" in desk.client.get("/tasks").text


def test_a_promised_file_can_be_described_and_removed_but_not_opened(desk, cast):
    file_manifest(desk, [line(*PICTURES[0])])
    page = shown(desk.open())
    assert "已登记，尚未传完" in page
    [one] = reports.attachments(reports.find_report(cast.assignment("Q-HE").id).id)
    assert f'href="{desk.url}/files/{one.id}"' not in page
    assert desk.client.get(f"{desk.url}/files/{one.id}").status_code == 404
    assert desk.press("/slots/photos/captions", **{f"caption_{one.id}": "会场全景"}).status_code == 303
    db.session.refresh(one)
    assert one.caption == "会场全景"
    desk.open()
    assert desk.press(f"/files/{one.id}/remove").status_code == 303
    assert "已登记，尚未传完" not in desk.open()


def test_manifest_at_23_59_media_at_8_the_next_morning_on_time(app, desk, cast, hands):
    receipt = hand_in_manifest(desk, hands)
    page = shown(desk.client.get(receipt).text)
    assert standing_of(page)
    assert "现已收到 0/3" in page
    assert page.count("尚未收到") == 3
    hands.move_to(DUE + timedelta(hours=1))
    jobs.sweep()
    assert standing_of(desk.client.get("/tasks").text)
    assert "继续上传材料" in desk.client.get("/tasks").text
    hands.move_to(DUE + timedelta(hours=8))
    assert send(desk, PICTURES[:2]).status_code == 303
    page = shown(desk.open())
    assert standing_of(page)
    assert "2/3" in page
    assert "传完即可，不必再次提交" in page
    assert send(desk, PICTURES[2:]).status_code == 303
    page = shown(desk.open())
    assert "按时" in page
    assert "图片的文件已全部传完" in page
    assert "查看回执" in page
    page = shown(desk.client.get(receipt).text)
    assert "现已收到 3/3" in page
    assert "尚未收到" not in page
    hands.move_to(DUE + timedelta(days=3))
    jobs.sweep()
    told = [
        (one.stage, one.standing, one.owed, one.on_the_way) for one in tracking.verdicts(cast.assignment("Q-HE").id)
    ]
    assert told == [("due", "on_time", "", "photos"), ("window", "on_time", "", "")]
    assert "材料传完期限届满时的情况" in desk.open()


def test_media_that_never_come_are_owed_and_told(desk, cast, hands):
    hand_in_manifest(desk, hands)
    hands.move_to(DUE + timedelta(hours=33))
    jobs.sweep()
    jobs.remind()
    told = [(one.stage, one.standing, one.owed, one.due_at) for one in tracking.verdicts(cast.assignment("Q-HE").id)]
    assert told == [("due", "on_time", "", DUE), ("window", "partial", "photos", DUE + timedelta(hours=24))]
    page = shown(desk.open())
    assert "未报：图片" in page
    assert "材料没有在 2014年10月16日 (周四) 24:00 前传完" in page
    mine = db.session.query(Message).filter_by(kind="reminder", to_address=cast.user("Q-HE").email).all()
    assert [one.facts["step"] for one in mine] == ["window"]
    assert send(desk, PICTURES).status_code == 303
    assert "逾期补报" in desk.open()


def test_a_file_that_was_changed_since_is_refused_with_what_to_do(desk, hands):
    hand_in_manifest(desk, hands)
    answer = send(desk, [(PICTURES[0][0], material.picture("PNG", (99, 9)))])
    assert answer.status_code == 422
    assert "与提交清单时登记的同名文件内容不同，没有接收" in shown(answer.text)


def test_the_receipts_letter_says_what_is_on_the_way(app, desk, cast, hands):
    hand_in_manifest(desk, hands)
    letter = db.session.query(Message).filter_by(kind="receipt", to_address=cast.user("Q-HE").email).one()
    facts = letter.facts
    db.session.rollback()
    written = app.extensions["kit"].letters.write("receipt", facts, language="zh_Hans_CN")
    assert "图片：清单已到，材料上传中 0/3" in written.text
    assert "请在 2014年10月16日 (周四) 24:00 前传完" in written.text
    assert "仍欠" not in written.text


def test_headquarters_sees_what_is_on_the_way(app, desk, cast, hands):
    hand_in_manifest(desk, hands)
    hands.move_to(DUE + timedelta(hours=1))
    send(desk, PICTURES[:1])
    task_id, assignment_id = cast.task_id, cast.assignment("Q-HE").id
    at_desk = app.test_client().sign_in(cast.user("HQ", "coordinator"))
    board = shown(at_desk.get(f"/desk/tasks/{task_id}?standing=manifest").text)
    assert "符合条件 1 家，共 4 家" in board
    assert f'href="/desk/assignments/{assignment_id}"' in board
    assert "1/3 10-15 23:59" in board
    page = shown(at_desk.get(f"/desk/assignments/{assignment_id}").text)
    assert standing_of(page)
    assert "的文件还没有传齐，传齐之前不能采纳" in page
    assert "采纳这份材料" not in page
    assert page.count("尚未收到") == 2
    answer = at_desk.get(f"/desk/tasks/{task_id}/export.csv?standing=manifest")
    head, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    told = dict(zip(head, row, strict=True))
    assert told["报送情况"] == "清单已到，材料上传中"
    assert (told["图片情况"], told["图片件数"]) == ("清单已到，材料上传中 1/3", "3")
    assert told["图片首次送达（北京时间）"] == "2014-10-15 23:59:00"
    book = at_desk.get(f"/desk/tasks/{task_id}/export.xlsx?standing=manifest").data
    head, row = ([cell.value for cell in line] for line in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows())
    told = dict(zip(head, row, strict=True))
    assert told["报送情况"] == "清单已到，材料上传中"
    assert (told["图片情况"], told["图片件数"]) == ("清单已到，材料上传中 1/3", 3)
    assert told["图片首次送达（北京时间）"] == datetime(2014, 10, 15, 23, 59)  # noqa: DTZ001 - a cell has no zone


def test_the_board_counts_what_became_of_the_manifests(app, desk, cast, hands):
    hand_in_manifest(desk, hands)
    at_desk = app.test_client().sign_in(cast.user("HQ", "leader"))
    hands.move_to(DUE + timedelta(days=1) - timedelta(seconds=1))
    assert "期限届满后判定" not in shown(at_desk.get(f"/desk/tasks/{cast.task_id}").text)
    hands.move_to(DUE + timedelta(days=1) + SETTLING)
    jobs.sweep()
    board = shown(at_desk.get(f"/desk/tasks/{cast.task_id}").text)
    assert "按时 1 家，部分已报 0 家，未报 3 家" in board
    assert "材料传完期限届满后判定：如期传完 0 家，未传完 1 家" in board


def test_the_board_needs_one_statement_more_for_all_manifests(app, desk, cast, hands, count_queries):
    at_desk = app.test_client().sign_in(cast.user("HQ", "leader"))
    hand_in_manifest(desk, hands)
    with count_queries() as asked:
        at_desk.get(f"/desk/tasks/{cast.task_id}")
    asked.expect(10)
    hands.move_to(DUE)
    with count_queries() as asked:
        at_desk.get(f"/desk/tasks/{cast.task_id}")
    assert len(asked) <= 12, str(asked)


def test_a_sign_off_stands_while_media_come_in(app, hands):
    cast = make_cast(sign_off=True, window_hours=24)
    desk = Desk(app, cast.user("Q-HE"), cast.assignment("Q-HE").id)
    hands.move_to(DUE - timedelta(hours=1))
    desk.open()
    desk.press(body="写好的正文")
    file_manifest(desk, [line(*PICTURES[0])])
    with unit_of_work():
        from reporting.reports import service

        service.prepare(cast.assignment("Q-HE"), actor=cast.actor("Q-HE"), now=hands.moment)
    send(desk, PICTURES[:1])
    report = reports.find_report(cast.assignment("Q-HE").id)
    assert report.prepared_revision == report.revision
