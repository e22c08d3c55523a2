"""Files on the report page: handed in, described, ordered, taken out, looked at; and bad ones, each with its sentence."""

import io
import re

import pytest

from reporting.core.db import db, unit_of_work
from reporting.reports import queries as reports
from tests.cast import make_cast
from tests.files import material
from tests.web.bureau.desk import Desk, shown

JPG = {"photos": [("启动仪式.jpg", material.picture("JPEG"))]}


def names(cast):
    report = reports.find_report(cast.assignment("Q-HE").id)
    return [] if report is None else [file.name for file in reports.attachments(report.id)]


def file_ids(cast):
    report = reports.find_report(cast.assignment("Q-HE").id)
    return {file.name: file.id for file in reports.attachments(report.id)}


def photos(count, *, first=1):
    return [(f"照片{number}.png", material.picture("PNG", (8 + number, 8))) for number in range(first, first + count)]


def put_three(desk):
    desk.open()
    desk.press("/slots/photos/files", files={"photos": photos(3)})
    desk.open()


def test_several_files_at_once(desk, cast):
    desk.open()
    answer = desk.press("/slots/photos/files", files={"photos": photos(3)})
    assert (answer.status_code, answer.location) == (303, f"{desk.url}#photos")
    page = shown(desk.open())
    assert "已上传 3 个文件。" in page
    assert names(cast) == ["照片1.png", "照片2.png", "照片3.png"]
    assert "3 张图片；尚未提交" in page


def test_whatever_button_is_pressed_text_captions_and_files_are_kept(desk, cast):
    put_three(desk)
    first = file_ids(cast)["照片1.png"]
    desk.press(
        "/slots/videos/declare",
        files={"summary": [("总结.docx", material.docx())]},
        body="写了一段",
        reason_videos="没有拍摄",
        **{f"caption_{first}": "启动仪式现场"},
    )
    report = reports.find_report(cast.assignment("Q-HE").id)
    found = {file.name: file for file in reports.attachments(report.id)}
    assert report.body == "写了一段"
    assert found["照片1.png"].caption == "启动仪式现场"
    assert "总结.docx" in found
    assert [one.reason for one in reports.declarations(report.id).values()] == ["没有拍摄"]


def test_posting_the_same_files_again_adds_nothing(desk, cast):
    desk.open()
    desk.press("/slots/photos/files", files=JPG)
    answer = desk.press("/slots/photos/files", files=JPG)
    assert answer.status_code == 422
    assert "《启动仪式.jpg》与本项中已有的文件内容相同，没有重复添加" in answer.text
    assert names(cast) == ["启动仪式.jpg"]


def test_no_file_chosen_is_told(desk, cast):
    desk.open()
    answer = desk.press("/slots/photos/files", body="写了一段")
    assert answer.status_code == 422
    assert "还没有选择文件" in answer.text
    assert reports.find_report(cast.assignment("Q-HE").id).body == "写了一段"


BAD = {
    "empty": ("空.jpg", b"", "文件《空.jpg》是空的"),
    "type": ("动图.gif", b"GIF89a" + b"x" * 100, "文件《动图.gif》的格式不能用于此项材料"),
    "contradiction": ("网页.jpg", b"<!doctype html><html></html>", "《网页.jpg》的内容与扩展名不符"),
    "broken": ("坏.jpg", material.picture("JPEG")[:200], "图片《坏.jpg》打不开"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_by_name_and_everything_else_is_kept(desk, cast, name):
    put_three(desk)
    first = file_ids(cast)["照片1.png"]
    given, content, sentence = BAD[name]
    answer = desk.press(
        "/slots/photos/files",
        files={"photos": [(given, content), *photos(1, first=9)]},
        body="写了一段",
        **{f"caption_{first}": "现场"},
    )
    assert answer.status_code == 422
    assert sentence in shown(answer.text)
    assert "已上传 1 个文件。" in answer.text
    assert names(cast) == ["照片1.png", "照片2.png", "照片3.png", "照片9.png"]
    assert desk.fields["body"] == "写了一段"
    assert desk.fields[f"caption_{first}"] == "现场"
    # The page that came back is as good as a fresh one: pressing on from it loses and stales nothing.
    assert desk.press(body="写了两段").status_code == 303
    assert reports.find_report(cast.assignment("Q-HE").id).body == "写了两段"


def test_a_file_over_the_slots_limit_is_told_with_the_limit(desk, cast):
    with unit_of_work():
        cast.task.slots[1].max_bytes = 2048
    desk.open()
    answer = desk.press(
        "/slots/photos/files", files={"photos": [("大.png", material.picture("PNG", (200, 200)))]}, body="写了一段"
    )
    assert "超过每个文件" in answer.text
    assert "文件《大.png》为" in answer.text
    assert names(cast) == []
    assert reports.find_report(cast.assignment("Q-HE").id).body == "写了一段"


def test_the_thirty_first_photo_of_thirty(desk, cast):
    desk.open()
    answer = desk.press("/slots/photos/files", files={"photos": photos(31)}, body="写了一段")
    assert answer.status_code == 422
    assert "此项材料最多 30 个文件，《照片31.png》超出，没有保存" in answer.text
    assert len(names(cast)) == 30
    assert "已达上限：最多 30 张图片" in shown(desk.open())
    assert desk.fields["body"] == "写了一段"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("质" * 251 + ".png", "质" * 251 + ".png"),
        ("质" * 300 + ".png", "质" * 251 + ".png"),
        ("../../etc/passwd.png", "_.._etc_passwd.png"),
        ("庆祝🎉.png", "庆祝🎉.png"),
        ("a\tb.png", "a b.png"),
    ],
)
def test_names_are_text_and_never_a_path(desk, cast, given, kept):
    desk.open()
    answer = desk.press("/slots/photos/files", files={"photos": [(given, material.picture("PNG"))]})
    assert answer.status_code == 303
    assert names(cast) == [kept]
    download = desk.client.get(f"{desk.url}/files/{file_ids(cast)[kept]}")
    assert download.data == material.picture("PNG")


def test_a_file_after_the_cut_off_is_refused_and_the_words_are_kept(desk, cast, hands):
    desk.open()
    hands.forward(days=30)
    answer = desk.press("/slots/photos/files", files=JPG, body="关闭以后写的")
    assert answer.status_code == 422
    assert "已于 2014年10月31日 (周五) 24:00 关闭" in answer.text
    assert names(cast) == []
    assert reports.find_report(cast.assignment("Q-HE").id).body == "关闭以后写的"


def test_refused_files_leave_nothing_in_staging(app, desk):
    desk.open()
    desk.press("/slots/photos/files", files={"photos": [BAD["type"][:2], BAD["empty"][:2]]})
    staging = app.extensions["kit"].settings.uploads_dir / "staging"
    assert list(staging.iterdir()) == []


@pytest.mark.parametrize(
    "where",
    [
        "/slots/photos/files",
        "/files/1/remove",
        "/files/1/restore",
        "/files/1/move?to=1",
        "/slots/photos/captions",
        "/slots/photos/declare",
        "/slots/photos/undeclare",
    ],
)
def test_the_wrong_bureau_meets_no_page(client, cast, desk, where):
    put_three(desk)
    client.sign_in(cast.user("C-SH"))
    assert client.post(f"{desk.url}{where}", data={"body": "别处的文字"}).status_code == 404
    assert client.post(f"/assignments/999999{where}", data={"body": "别处的文字"}).status_code == 404
    assert len(names(cast)) == 3
    assert reports.find_report(cast.assignment("Q-HE").id).body == ""


def test_an_unknown_slot_is_not_found(desk):
    desk.open()
    assert desk.press("/slots/figures/files", body="写了一段").status_code == 404


def test_remove_says_where_to_find_it_and_restore_brings_it_back(desk, cast):
    put_three(desk)
    file = file_ids(cast)["照片2.png"]
    for _again in range(2):
        assert desk.press(f"/files/{file}/remove").status_code == 303
    page = shown(desk.open())
    assert "已移除《照片2.png》。" in page
    assert "已移除的文件（1）" in page
    assert names(cast) == ["照片1.png", "照片3.png"]
    assert desk.press(f"/files/{file}/restore").status_code == 303
    assert names(cast) == ["照片1.png", "照片2.png", "照片3.png"]


def test_moving_names_the_place(desk, cast):
    put_three(desk)
    file = file_ids(cast)["照片3.png"]
    for _again in range(2):
        assert desk.press(f"/files/{file}/move?to=1").status_code == 303
    assert names(cast) == ["照片3.png", "照片1.png", "照片2.png"]
    assert desk.press(f"/files/{file}/move").status_code == 404


def test_captions_and_focus_areas(desk, cast):
    put_three(desk)
    file = file_ids(cast)["照片1.png"]
    area = cast.task.campaign.focus_areas[2]
    area_id = area.id
    desk.press("/slots/photos/captions", **{f"caption_{file}": "启动仪式", f"area_{file}": str(area_id)})
    desk.open()
    assert (desk.fields[f"caption_{file}"], desk.fields[f"area_{file}"]) == ("启动仪式", str(area_id))


def test_a_long_caption_is_told_by_name_and_given_back(desk, cast):
    put_three(desk)
    one, two = file_ids(cast)["照片1.png"], file_ids(cast)["照片2.png"]
    answer = desk.press("/slots/photos/captions", **{f"caption_{one}": "字" * 201, f"caption_{two}": "现场"})
    assert answer.status_code == 422
    assert "《照片1.png》的说明超过 200 个字的上限" in answer.text
    assert desk.fields[f"caption_{one}"] == "字" * 201
    assert desk.fields[f"caption_{two}"] == "现场"


def test_an_older_page_does_not_take_back_another_tabs_caption(desk, cast, app):
    put_three(desk)
    file = file_ids(cast)["照片1.png"]
    old_fields = desk.fields
    desk.press("/slots/photos/captions", **{f"caption_{file}": "新说明"})
    desk.press(**old_fields | {"body": "另一页的文字"})
    desk.open()
    assert desk.fields[f"caption_{file}"] == "新说明"
    assert desk.fields["body"] == "另一页的文字"


def test_declaring_none_without_a_reason_is_told(desk):
    desk.open()
    answer = desk.press("/slots/videos/declare")
    assert answer.status_code == 422
    assert "申明没有视频时需要写明原因" in answer.text


def test_a_reason_typed_beside_another_button_is_still_there(desk):
    desk.open()
    desk.press(body="先保存正文", reason_videos="设备故障，没有拍成")
    page = desk.open()
    assert 'value="设备故障，没有拍成"' in page
    assert "已申明没有视频" not in page, "typed is not declared"
    assert "设备故障" not in desk.open(), "given back once"


def test_a_declaration_is_shown_and_can_be_taken_back(desk):
    desk.open()
    desk.press("/slots/videos/declare", reason_videos="本年度没有拍摄")
    assert "已申明没有视频。原因：本年度没有拍摄" in desk.open()
    desk.press("/slots/videos/undeclare")
    assert "已申明没有视频" not in desk.open()


def test_files_are_served_to_their_bureau_alone(client, cast, desk):
    desk.open()
    desk.press("/slots/photos/files", files=JPG)
    file = file_ids(cast)["启动仪式.jpg"]
    answer = desk.client.get(f"{desk.url}/files/{file}")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.content_type == "image/jpeg"
    assert client.sign_in(cast.user("C-SH")).get(f"{desk.url}/files/{file}").status_code == 404
    mine = f"/assignments/{cast.assignment('C-SH').id}/files/{file}"
    assert client.get(mine).status_code == 404


def test_only_light_pictures_are_drawn_small(desk, cast):
    desk.open()
    desk.press(
        "/slots/photos/files", files={"photos": [("小.jpg", material.picture("JPEG")), ("苹果.heic", material.heic())]}
    )
    page = desk.open()
    pictures = re.findall(r'<img src="([^"]*)"', page)
    assert pictures == [f"{desk.url}/files/{file_ids(cast)['小.jpg']}"]


def test_a_missing_token_does_nothing_with_the_files(client, cast, desk):
    desk.open()
    data = {"body": "写了很久的正文", "files_photos": (io.BytesIO(material.picture("JPEG")), "图.jpg")}
    answer = desk.client.post(f"{desk.url}/slots/photos/files", data=data, csrf=False)
    assert answer.status_code == 400
    assert "写了很久的正文" in answer.text
    assert names(cast) == []


# What the limits of a whole request, the disk and the line do to the real page: earlier files and words stay.


@pytest.fixture
def kept_three(make_app):
    """Hebei's reporter with three photos and a text saved, in an application that takes 64 KiB a request."""
    app = make_app(max_request_bytes=64 << 10)
    cast = make_cast()
    desk = Desk(app, cast.user("Q-HE"), cast.assignment("Q-HE").id)
    put_three(desk)
    assert desk.press(body="写了一段").status_code == 303
    desk.open()
    return app, cast, desk


def check_nothing_is_lost(app, cast):
    """What was there before the failed request is there after it, and nothing of the request is left in staging."""
    db.session.rollback()
    report = reports.find_report(cast.assignment("Q-HE").id)
    assert report.body == "写了一段"
    assert names(cast) == ["照片1.png", "照片2.png", "照片3.png"]
    assert list((app.extensions["kit"].settings.uploads_dir / "staging").iterdir()) == []


BACK = "此前保存的文字和文件都在"


def test_a_request_over_the_limit_is_told_with_the_limit(kept_three):
    app, cast, desk = kept_three
    answer = desk.press("/slots/photos/files", files={"photos": [("大.png", bytes(65 << 10))]})
    assert answer.status_code == 413
    page = shown(answer.text)
    assert "一次上传的全部文件合计超过 0.1 MB 的上限，这次的文件没有保存" in page
    assert BACK in page
    check_nothing_is_lost(app, cast)


def test_a_full_disk_is_told_and_later_the_same_files_come_in(kept_three, monkeypatch):
    app, cast, desk = kept_three
    with monkeypatch.context() as full:
        full.setattr(app.extensions["kit"].vault, "reserve_bytes", 1 << 60)
        answer = desk.press("/slots/photos/files", files={"photos": photos(1, first=4)})
        assert answer.status_code == 507
        page = shown(answer.text)
        assert "服务器存储空间不足，这次上传的文件没有保存" in page
        assert BACK in page
        check_nothing_is_lost(app, cast)
        # A browser sends every file box, the empty ones too.
        empty = {"photos": [("", b"")], "videos": [("", b"")]}
        assert desk.press(files=empty, body="写了一段").status_code == 303, "text is taken while the disk is full"
    assert desk.press("/slots/photos/files", files={"photos": photos(1, first=4)}).status_code == 303
    assert len(names(cast)) == 4


def test_a_line_that_breaks_in_the_middle_is_told(kept_three):
    app, cast, desk = kept_three
    body = (
        b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\nlost\r\n'
        b'--x\r\nContent-Disposition: form-data; name="files_photos"; filename="a.png"\r\n\r\n'
        + material.picture("PNG")
    )
    answer = desk.client.post(
        f"{desk.url}/slots/photos/files",
        input_stream=io.BytesIO(body),
        environ_overrides={"CONTENT_LENGTH": str(len(body) + 1000)},
        content_type="multipart/form-data; boundary=x",
        csrf=False,
    )
    assert answer.status_code == 400
    page = shown(answer.text)
    assert "网络在上传途中断开，这次的文件没有全部送到，没有保存" in page
    assert BACK in page
    check_nothing_is_lost(app, cast)


@pytest.mark.parametrize(
    ("reserve", "status", "sentence"), [(0, 413, "exceed the limit of 0.1 MB"), (1 << 60, 507, "storage is full")]
)
def test_the_same_sentences_in_english(kept_three, monkeypatch, reserve, status, sentence):
    app, _cast, desk = kept_three
    desk.client.post("/account/language", data={"language": "en"})
    monkeypatch.setattr(app.extensions["kit"].vault, "reserve_bytes", reserve)
    size = (65 << 10) if status == 413 else 10
    answer = desk.press("/slots/photos/files", files={"photos": [("a.png", bytes(size))]})
    assert answer.status_code == status
    assert sentence in shown(answer.text)
