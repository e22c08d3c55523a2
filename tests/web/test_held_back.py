"""What has not come, was not checked, is infected or acts: told as it is everywhere, and handed out as clean nowhere."""

import io
import zipfile

import pytest
from sqlalchemy import select, update

from reporting import jobs
from reporting.core.db import db, unit_of_work
from reporting.files.models import Rendition, StoredFile
from reporting.reports import queries as reports
from tests.cast import Cast, beijing, make_cast
from tests.files import material
from tests.files.hostile import CORPUS, EICAR
from tests.web.bureau.desk import Desk, shown
from tests.web.bureau.test_manifest import file_manifest, line

pytestmark = pytest.mark.sqlite_only("what is asked of the database is asked by other tests on both")
LIST = "没有收入的文件.txt"
GOOD, BAD, LATE = "干净.jpg", "带毒.jpg", "未检查.jpg"
PHOTOS = {
    GOOD: material.picture("JPEG", (900, 700)),
    BAD: material.picture("JPEG", (901, 700)),
    LATE: material.picture("JPEG", (902, 700)),
}
FILM, PAPER = ("启动仪式.mp4", material.video("mp4")), ("总结.pdf", material.picture("PDF"))


@pytest.fixture
def app(make_app, scanner):
    return make_app(clamd=scanner.address)


@pytest.fixture
def cast(app) -> Cast:
    return make_cast(window_hours=24)


@pytest.fixture
def desk(app, cast) -> Desk:
    return Desk(app, cast.user("Q-HE"), cast.assignment("Q-HE").id)


def note(state: str, *names: str) -> None:
    """What the virus check says of these files from now on."""
    report = reports.submissions(db.session.scalar(select(reports.Submission.assignment_id)))[-1]
    wanted = [one.sha256 for one in report.files if one.name in names]
    assert len(wanted) == len(names)
    with unit_of_work():
        db.session.execute(update(StoredFile).where(StoredFile.sha256.in_(wanted)).values(scan_state=state))


@pytest.fixture
def round_id(app, cast, desk) -> int:
    """Three photos, a film and a paper, all prepared and handed in; one photo turned out infected, one is unchecked."""
    desk.open()
    photos = [*PHOTOS.items()]
    answer = desk.press("/slots/photos/files", files={"photos": photos, "videos": [FILM], "summary": [PAPER]})
    assert answer.status_code == 303
    assert jobs.prepare_media(app.extensions["kit"]).failed == 0
    found = cast.hand_in("Q-HE", beijing(10, 14, 9))
    note("infected", BAD)
    note("pending", LATE, FILM[0], PAPER[0])
    return found


def ids(round_id: int) -> dict[str, int]:
    found = {file.name: file.attachment_id for file in reports.submission(round_id).files}
    db.session.rollback()
    return found


KINDS = {BAD: ("thumb", "screen"), LATE: ("thumb", "screen"), FILM[0]: ("poster",), PAPER[0]: ("preview",)}


def test_renditions_of_what_is_infected_are_shut_and_of_what_is_unchecked_asked_about(app, cast, desk, round_id):
    reviewer = app.test_client().sign_in(cast.user("HQ", "reviewer"))
    infected_is_shut_for_everybody_also_to_who_has_it(cast, desk, reviewer, round_id)
    unchecked_is_for_its_own_bureau_and_after_a_word(desk, reviewer, round_id)


def infected_is_shut_for_everybody_also_to_who_has_it(cast, desk, reviewer, round_id):
    one = ids(round_id)[BAD]
    places = [f"{desk.url}/files/{one}", f"/receipts/{round_id}/files/{one}"]
    tags = [f'"{key}"' for key in db.session.scalars(select(Rendition.key).where(Rendition.key.is_not(None)))]
    asked = [(desk.client, place) for place in places]
    asked.append((reviewer, f"/desk/submissions/{round_id}/files/{one}"))
    for client, place in asked:
        for kind in KINDS[BAD]:
            for query in ("", "?confirmed=1"):
                answer = client.get(f"{place}/{kind}{query}", headers={"If-None-Match": ", ".join(tags)})
                assert (answer.status_code, answer.mimetype) == (403, "text/html"), (place, kind)
                assert "未通过病毒检查" in answer.text


def unchecked_is_for_its_own_bureau_and_after_a_word(desk, reviewer, round_id):
    found = ids(round_id)
    for name in (LATE, FILM[0], PAPER[0]):
        for kind in KINDS[name]:
            own = desk.client.get(f"{desk.url}/files/{found[name]}/{kind}")
            assert (own.status_code, own.mimetype) == (200, "application/pdf" if name == PAPER[0] else "image/jpeg")
            place = f"/desk/submissions/{round_id}/files/{found[name]}/{kind}"
            asked = reviewer.get(place)
            assert (asked.status_code, asked.mimetype) == (200, "text/html")
            assert "尚未完成病毒检查，不能确认是否安全" in asked.text
            assert reviewer.get(f"{place}?confirmed=1").data == own.data


def test_pages_name_the_mark_and_show_nothing_and_archives_leave_out_or_ask(app, cast, desk, round_id):
    reviewer = app.test_client().sign_in(cast.user("HQ", "reviewer"))
    pages_name_the_mark_and_link_to_no_picture_of_it(cast, desk, reviewer, round_id)
    archives_leave_the_infected_out_and_ask_before_the_unchecked(desk, reviewer, round_id)


def pages_name_the_mark_and_link_to_no_picture_of_it(cast, desk, reviewer, round_id):
    found = ids(round_id)
    gallery = shown(reviewer.get(f"/desk/assignments/{cast.assignment('Q-HE').id}").text)
    sheet = shown(reviewer.get(f"/desk/submissions/{round_id}/contact-sheet").text)
    for page in (gallery, sheet):
        assert f"/files/{found[GOOD]}/thumb" in page
        assert not [name for name in KINDS for kind in KINDS[name] if f"/files/{found[name]}/{kind}" in page]
        assert "没有小样" not in page
        # Of the unchecked a photo and a film stand on the sheet, on the page the paper too.
        assert (page.count("未通过病毒检查"), page.count("尚未完成病毒检查")) == (1, 2 if page is sheet else 3)
    assert gallery.count("已通过病毒检查") == 1
    own, own_sheet = shown(desk.open()), shown(desk.client.get(f"{desk.url}/contact-sheet").text)
    for page in (own, own_sheet):
        assert f"/files/{found[LATE]}/thumb" in page
        assert f"/files/{found[BAD]}/" not in page.replace(f"/files/{found[BAD]}/move", "").replace(
            f"/files/{found[BAD]}/remove", ""
        )
        assert page.count("未通过病毒检查") == 1


def archive(answer) -> tuple[dict[str, bytes], str]:
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        assert opened.testzip() is None
        content = {name: opened.read(name) for name in opened.namelist()}
    return content, content.pop(LIST, b"").decode("utf-8-sig")


def archives_leave_the_infected_out_and_ask_before_the_unchecked(desk, reviewer, round_id):
    own, said = archive(desk.client.get(f"{desk.url}/files.zip"))
    assert {name.partition("/")[2] for name in own} == {GOOD, LATE, FILM[0], PAPER[0]}
    assert said == f"《{BAD}》未通过病毒检查。"
    place = f"/desk/submissions/{round_id}/files.zip"
    asked = reviewer.get(place)
    assert (asked.status_code, asked.mimetype) == (200, "text/html")
    assert "尚未完成病毒检查" in asked.text
    for query in ("?confirmed=1", ""):
        if not query:
            note("clean", LATE, FILM[0], PAPER[0])
        content, said = archive(reviewer.get(place + query))
        assert (content, said) == (own, f"《{BAD}》未通过病毒检查。")


def test_what_is_promised_is_told_as_on_its_way_and_breaks_nothing(app, cast, desk, hands):
    hands.move_to(beijing(10, 15, 9))
    desk.open()
    desk.press("/slots/photos/files", files={"photos": [(GOOD, PHOTOS[GOOD])]})
    assert file_manifest(desk, [line(LATE, PHOTOS[LATE])]).status_code == 200
    assert file_manifest(desk, [line("长片.mp4", b"x" * 99)], kind="videos").status_code == 200
    jobs.prepare_media(app.extensions["kit"])
    round_id = cast.hand_in("Q-HE", beijing(10, 15, 10))
    found = ids(round_id)
    reviewer = app.test_client().sign_in(cast.user("HQ", "reviewer"))
    gallery = f"/desk/assignments/{cast.assignment('Q-HE').id}"
    sheets = (f"/desk/submissions/{round_id}/contact-sheet", f"{desk.url}/contact-sheet")
    for client, place, count in ((reviewer, gallery, 2), (reviewer, sheets[0], 2), (desk.client, sheets[1], 2)):
        page = shown(client.get(place).text)
        assert page.count("尚未收到") == count, place
        assert "正在制作" not in page
        assert "不能在线查看" not in page
        for name in (LATE, "长片.mp4"):
            assert name in page
            assert f'src="{desk.url}/files/{found[name]}' not in page
            assert f"/submissions/{round_id}/files/{found[name]}" not in page
    assert desk.open().count("已登记，尚未传完") == 2
    for client, place in ((desk.client, desk.url), (reviewer, f"/desk/submissions/{round_id}")):
        content, said = archive(client.get(f"{place}/files.zip"))
        assert list(content.values()) == [PHOTOS[GOOD]]
        assert said.splitlines() == [f"《{LATE}》尚未收到。", "《长片.mp4》尚未收到。"]
        for kind in ("", "/thumb", "/screen"):
            assert client.get(f"{place}/files/{found[LATE]}{kind}").status_code == 404
    hands.move_to(beijing(10, 16, 8))
    desk.open()
    assert desk.press("/slots/photos/files", files={"photos": [(LATE, PHOTOS[LATE])]}).status_code == 303
    jobs.prepare_media(app.extensions["kit"])
    assert f"/files/{found[LATE]}/thumb" in reviewer.get(gallery).text
    content, said = archive(reviewer.get(f"/desk/submissions/{round_id}/files.zip"))
    assert (list(content.values()), said) == ([PHOTOS[GOOD], PHOTOS[LATE]], "《长片.mp4》尚未收到。")


ACTING = {one.name: one.make for one in CORPUS if one.family == "pdf acts" and one.name in {"script.pdf", "launch.pdf"}}


@pytest.mark.parametrize("name", [*ACTING, "quiet.pdf"])
def test_a_pdf_that_acts_is_a_download_and_nothing_else(app, cast, desk, name):
    content = ACTING[name]() if name in ACTING else material.picture("PDF")
    desk.open()
    assert desk.press("/slots/summary/files", files={"summary": [(name, content)]}).status_code == 303
    round_id = cast.hand_in_all("Q-HE", beijing(10, 14, 9))
    one = ids(round_id)[name]
    reviewer = app.test_client().sign_in(cast.user("HQ", "reviewer"))
    pages = (
        (desk.client, desk.url, f"{desk.url}/files/{one}"),
        (reviewer, f"/desk/assignments/{cast.assignment('Q-HE').id}", f"/desk/submissions/{round_id}/files/{one}"),
        (desk.client, f"/receipts/{round_id}", f"/receipts/{round_id}/files/{one}"),
    )
    for client, page, file in pages:
        text = shown(client.get(page).text)
        sent, viewed = client.get(file), client.get(f"{file}/preview")
        assert (sent.data, sent.headers["Content-Disposition"].partition(";")[0]) == (content, "attachment")
        assert sent.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        if name in ACTING:
            assert viewed.status_code == 404
            assert "<iframe" not in text
            assert ("不能在线查看，请下载" in text) is ("receipts" not in page)
        else:
            assert (viewed.status_code, viewed.data) == (200, content)
            assert (f'<iframe class="paper-frame" src="{file}/preview"' in text) is ("receipts" not in page)


def test_the_scanners_word_comes_through_the_real_clock(app, cast, desk, scanner):
    """Kept while the scanner was away, found infected by the clock: from then on it is in no picture and no archive."""
    scanner.away = True
    desk.open()
    desk.press("/slots/photos/files", files={"photos": [(BAD, PHOTOS[BAD] + EICAR), (GOOD, PHOTOS[GOOD])]})
    jobs.prepare_media(app.extensions["kit"])
    one = {file.name: file.id for file in reports.attachments(reports.find_report(cast.assignment("Q-HE").id).id)}
    assert desk.client.get(f"{desk.url}/files/{one[BAD]}/thumb").status_code == 200
    scanner.away = False
    with unit_of_work():
        db.session.execute(update(StoredFile).values(scan_due_at=None))
    assert jobs.scan(app.extensions["kit"]) == 2
    assert desk.client.get(f"{desk.url}/files/{one[BAD]}/thumb").status_code == 403
    assert desk.client.get(f"{desk.url}/files/{one[GOOD]}/thumb").status_code == 200
    content, said = archive(desk.client.get(f"{desk.url}/files.zip"))
    assert (list(content.values()), said) == ([PHOTOS[GOOD]], f"《{BAD}》未通过病毒检查。")
