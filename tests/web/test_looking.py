"""What was made goes out to those who may see it, shown and powerless; and all files as one archive."""

import hashlib
import io
import zipfile

import pytest

from reporting import jobs
from reporting.core.db import unit_of_work
from reporting.files import queries as files
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from tests.cast import Cast, beijing, make_cast
from tests.files import films, material
from tests.fixtures.application import Client
from tests.web.bureau.desk import Desk

KINDS = {"thumb", "screen", "poster", "playable", "preview"}
PICTURES = [("照片.jpg", material.picture("JPEG", (900, 700))), ("手机.heic", material.heic())]
FILMS = [("启动仪式.avi", films.film("avi", "mpeg4"))]
PAPERS = [("总结.docx", material.docx())]


@pytest.fixture
def cast(app) -> Cast:
    return make_cast()


@pytest.fixture
def desk(app, cast) -> Desk:
    """Hebei's reporter, whose files are all prepared."""
    found = Desk(app, cast.user("Q-HE"), cast.assignment("Q-HE").id)
    found.open()
    answer = found.press(
        "/slots/photos/files", files={"photos": PICTURES, "videos": FILMS, "summary": PAPERS}, body="活动总结正文"
    )
    assert answer.status_code == 303
    return found


@pytest.fixture
def prepared(app, desk) -> Desk:
    assert jobs.prepare_media(app.extensions["kit"]).failed == 0
    return desk


def by_name(cast) -> dict:
    report = reports.find_report(cast.assignment("Q-HE").id)
    return {file.name: file.id for file in reports.attachments(report.id)}


def hand_in(cast, desk) -> int:
    with unit_of_work():
        assignment, who = cast.assignment("Q-HE"), cast.actor("Q-HE")
        round_, _new = report_service.submit(
            assignment, key="k9", is_certifier=False, actor=who, now=beijing(10, 14, 9)
        )
    return round_.id


def test_before_it_is_prepared_the_page_says_so_and_the_addresses_are_empty(desk, cast):
    page = desk.open()
    assert "正在制作预览" in page
    assert "正在制作可以在线播放的版本" in page
    for kind in KINDS:
        assert desk.client.get(f"{desk.url}/files/{by_name(cast)['手机.heic']}/{kind}").status_code == 404


def test_a_picture_in_both_sizes(prepared, cast):
    for name in ("照片.jpg", "手机.heic"):
        for kind in ("thumb", "screen"):
            answer = prepared.client.get(f"{prepared.url}/files/{by_name(cast)[name]}/{kind}")
            assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
            assert answer.data[:3] == b"\xff\xd8\xff"
            assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
            assert answer.headers["Cache-Control"] == "private, no-cache"
            assert answer.headers["Content-Disposition"].startswith("inline;")
            again = prepared.client.get(answer.request.path, headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
    page = prepared.open()
    assert "正在制作" not in page
    assert 'data-pswp-width="900" data-pswp-height="700"' in page


def test_a_film_is_sent_by_ranges(prepared, cast):
    address = f"{prepared.url}/files/{by_name(cast)['启动仪式.avi']}/playable"
    whole = prepared.client.get(address)
    assert (whole.status_code, whole.mimetype, whole.data[4:8]) == (200, "video/mp4", b"ftyp")
    part = prepared.client.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    assert f'src="{address}"' in prepared.open()


def test_a_paper_may_stand_in_our_frame_and_run_nothing(prepared, cast):
    answer = prepared.client.get(f"{prepared.url}/files/{by_name(cast)['总结.docx']}/preview")
    assert answer.mimetype in {"application/pdf", "text/html"}
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert ("sandbox" in policy) is (answer.mimetype == "text/html")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nobody_else_sees_what_was_made(prepared, cast, app):
    round_id = hand_in(cast, prepared)
    one = by_name(cast)["照片.jpg"]
    places = [f"{prepared.url}/files/{one}/thumb", f"{prepared.url}/contact-sheet", f"{prepared.url}/files.zip"]
    places += [f"/receipts/{round_id}/files/{one}/thumb"]
    desk_places = [
        f"/desk/submissions/{round_id}/files/{one}/thumb",
        f"/desk/submissions/{round_id}/contact-sheet",
        f"/desk/submissions/{round_id}/files.zip",
    ]
    reviewer, stranger = cast.user("HQ", "reviewer"), cast.user("C-SH")
    for address in places:
        assert prepared.client.get(address).status_code == 200, address
        assert app.test_client().sign_in(stranger).get(address).status_code == 404, address
        assert app.test_client().get(address).status_code == 302, address
    for address in desk_places:
        assert app.test_client().sign_in(reviewer).get(address).status_code == 200, address
        assert app.test_client().sign_in(stranger).get(address).status_code == 404, address
        assert app.test_client().sign_in(reviewer).get(address.replace(str(round_id), "99999", 1)).status_code == 404


def test_an_unknown_kind_is_no_page(prepared, cast):
    for kind in ("text", "original", "..", "x"):
        address = f"{prepared.url}/files/{by_name(cast)['照片.jpg']}/{kind}"
        assert prepared.client.get(address).status_code in {302, 404}, kind


def test_the_archive_has_every_original_under_its_name_and_tells_its_length(prepared, cast):
    prepared.press("/slots/photos/files", files={"photos": [("照片.JPG", material.picture("JPEG", (50, 40)))]})
    answer = prepared.client.get(f"{prepared.url}/files.zip")
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
        assert archive.read("2 图片/照片.jpg") == PICTURES[0][1]
    assert names == [
        "1 活动总结/总结.docx",
        "2 图片/照片.jpg",
        "2 图片/手机.heic",
        "2 图片/照片 (2).JPG",
        "3 视频/启动仪式.avi",
    ]


def test_date_place_credit_and_permission_are_kept_and_frozen(prepared, cast, app):
    one = by_name(cast)["照片.jpg"]
    prepared.open()
    prepared.press(
        "/slots/photos/captions",
        **{f"taken_{one}": "2014-09-12", f"place_{one}": "石家庄", f"credit_{one}": "李敏", f"publish_{one}": "y"},
    )
    round_id = hand_in(cast, prepared)
    prepared.open()
    frozen = next(file for file in reports.submission(round_id).files if file.attachment_id == one)
    assert (str(frozen.taken_on), frozen.place, frozen.credit, frozen.may_publish) == (
        "2014-09-12",
        "石家庄",
        "李敏",
        True,
    )
    page = app.test_client().sign_in(cast.user("HQ", "reviewer")).get(f"/desk/assignments/{cast.assignment('Q-HE').id}")
    assert "石家庄 · 李敏 拍摄 · 可以公开发布" in page.text


def test_a_day_that_cannot_be_read_is_told_and_the_old_one_stays(prepared, cast):
    one = by_name(cast)["照片.jpg"]
    prepared.open()
    prepared.press("/slots/photos/captions", **{f"taken_{one}": "2014-09-12"})
    prepared.open()
    answer = prepared.press("/slots/photos/captions", **{f"taken_{one}": "2014-13-45", f"place_{one}": "字" * 101})
    assert answer.status_code == 422
    assert "《照片.jpg》的拍摄日期读不出来" in answer.text
    assert "《照片.jpg》的拍摄地点超过 100 个字的上限" in answer.text
    report = reports.find_report(cast.assignment("Q-HE").id)
    assert str(reports.find_attachment(report.id, one).taken_on) == "2014-09-12"


def test_the_photos_own_day_is_offered(app, cast, shared_data):
    desk = Desk(app, cast.user("Q-HE"), cast.assignment("Q-HE").id)
    desk.open()
    photo = (shared_data / "photos" / "jpg_mobile_jolla.jpg").read_bytes()
    desk.press("/slots/photos/files", files={"photos": [("现场.jpg", photo)]})
    jobs.prepare_media(app.extensions["kit"])
    desk.open()
    assert desk.fields[f"taken_{by_name(cast)['现场.jpg']}"] == "2014-09-21"


def test_the_contact_sheet_has_every_picture_in_its_order(prepared, cast):
    page = prepared.client.get(f"{prepared.url}/contact-sheet").text
    assert [page.index(name) for name in ("照片.jpg", "手机.heic", "启动仪式.avi")] == sorted(
        page.index(name) for name in ("照片.jpg", "手机.heic", "启动仪式.avi")
    )
    assert "总结.docx" not in page
    assert "共 3 幅" in page


def test_a_page_with_many_pictures_asks_no_more_than_one_with_few(prepared, count_queries):
    def statements() -> int:
        with count_queries() as made:
            prepared.client.get(prepared.url)
        return len(made)

    few = statements()
    more = [(f"{number}.png", material.picture("PNG", (9 + number, 9))) for number in range(20)]
    prepared.press("/slots/photos/files", files={"photos": more})
    prepared.open()
    assert statements() == few


def test_a_server_in_front_is_told_where_the_bytes_lie(make_app):
    app = make_app(accel_prefix="/kept")
    cast = make_cast()
    desk = Desk(app, cast.user("Q-HE"), cast.assignment("Q-HE").id)
    desk.open()
    desk.press("/slots/photos/files", files={"photos": PICTURES[:1]})
    jobs.prepare_media(app.extensions["kit"])
    one = by_name(cast)["照片.jpg"]
    key = hashlib.sha256(PICTURES[0][1]).hexdigest()
    answer = desk.client.get(f"{desk.url}/files/{one}")
    assert answer.headers["X-Accel-Redirect"] == f"/kept/{key[:2]}/{key[2:4]}/{key}"
    assert (answer.data, answer.mimetype) == (b"", "image/jpeg")
    row = files.rendition_of(files.find_by_hash(key).id, "thumb")
    thumb = desk.client.get(f"{desk.url}/files/{one}/thumb")
    assert thumb.headers["X-Accel-Redirect"].endswith(row.key)
    stranger: Client = app.test_client().sign_in(cast.user("C-SH"))
    assert "X-Accel-Redirect" not in stranger.get(f"{desk.url}/files/{one}").headers
