"""The report page stays one page: what was typed, ordered and opened lives on when a file has come in behind it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reporting import jobs
from reporting.reports import queries as reports
from tests.cast import make_cast
from tests.files import material
from tests.fixtures.browser import carry_first_below_second, watched_pages
from tests.web.bureau.lines import line_to
from tests.web.bureau.sending import (
    attached,
    big_video,
    choose,
    made,
    sign_in,
    slow_down,
    wait_for_percent,
)

pytestmark = pytest.mark.journey
MB = 1 << 20


@pytest.fixture
def report_url(live):
    with live.inside():
        return f"/assignments/{make_cast().assignment('Q-HE').id}"


def picture(name: str, width: int) -> dict:
    return {"name": name, "mimeType": "image/jpeg", "buffer": material.picture("JPEG", (width, 300))}


def names(live, url: str) -> list[str]:
    return [name for name, _caption, _hash in attached(live, url)]


def prepare(live) -> None:
    """Make the small pictures, here: a process of its own takes seconds to begin."""
    with live.inside() as app:
        assert jobs.prepare_media(app.extensions["kit"]).failed == 0


def drag_first_below_second(page: Page) -> None:
    carry_first_below_second(page)
    with page.expect_response(lambda answer: "/move?to=2" in answer.url and answer.status == 303):
        page.mouse.up()


def open_first(page: Page) -> None:
    page.locator("#photos a.file-open").first.click()
    expect(page.locator(".pswp--ui-visible")).to_be_visible()
    page.wait_for_function("() => !document.getAnimations().some((one) => one instanceof CSSTransition)")


def test_a_refresh_behind_keeps_days_and_ticks_and_pictures_still_open_and_move(live, open_page, report_url):
    page = sign_in(open_page(), report_url)
    choose(page, "photos", picture("甲.jpg", 400), picture("乙.jpg", 410))
    expect(page.locator("#photos .file-card")).to_have_count(2)
    before = names(live, report_url)
    first = page.locator("#photos .file-card").first
    first.get_by_label("拍摄日期").fill("2014-09-12")
    first.get_by_label("可以公开发布").check()
    prepare(live)
    page.evaluate("window.isTheSamePage = true")
    choose(page, "photos", picture("丙.jpg", 420))
    expect(page.locator("#photos .file-card")).to_have_count(3)
    expect(first.get_by_label("拍摄日期")).to_have_value("2014-09-12")
    expect(first.get_by_label("可以公开发布")).to_be_checked()
    open_first(page)
    expect(page.locator(".pswp__counter")).to_have_text("1 / 2")
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    drag_first_below_second(page)
    expect(page.locator(".gallery-said")).to_have_text("顺序已调整。")
    assert names(live, report_url) == [before[1], before[0], "丙.jpg"]
    moved = page.locator("#photos .file-card").nth(1)
    expect(moved.get_by_label("拍摄日期")).to_have_value("2014-09-12")
    expect(moved.get_by_label("可以公开发布")).to_be_checked()
    # What was moved was kept with all that was typed, and the next refresh brings the same.
    choose(page, "photos", picture("丁.jpg", 430))
    expect(page.locator("#photos .file-card")).to_have_count(4)
    drag_first_below_second(page)
    expect(page.locator("#photos .file-card").first).to_contain_text(before[0])
    expect(page.locator("#photos .file-card").first.get_by_label("拍摄日期")).to_have_value("2014-09-12")
    assert names(live, report_url) == [*before, "丙.jpg", "丁.jpg"]
    assert page.evaluate("window.isTheSamePage") is True
    with live.inside():
        report = reports.find_report(int(report_url.rsplit("/", 1)[1]))
        kept = {one.name: (str(one.taken_on), one.may_publish) for one in reports.attachments(report.id)}
    assert kept[before[0]] == ("2014-09-12", True)
    assert kept[before[1]] == ("None", False)


def swipe(page: Page, *, to_the_left: bool) -> None:
    """A finger that moves across the picture."""
    finger = page.context.new_cdp_session(page)
    places = range(300, 60, -20) if to_the_left else range(60, 300, 20)
    points = [[{"x": place, "y": 400}] for place in places]
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[0]})
    for point in points[1:]:
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": point})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def test_on_a_phone_a_finger_turns_the_pictures(live, open_page, report_url):
    page = sign_in(open_page("phone"), report_url)
    choose(page, "photos", picture("甲.jpg", 400), picture("乙.jpg", 410))
    expect(page.locator("#photos .file-card")).to_have_count(2)
    prepare(live)
    page.reload()
    open_first(page)
    counter = page.locator(".pswp__counter")
    expect(counter).to_have_text("1 / 2")
    swipe(page, to_the_left=True)
    expect(counter).to_have_text("2 / 2")
    page.wait_for_timeout(500)
    swipe(page, to_the_left=False)
    expect(counter).to_have_text("1 / 2")


def test_a_whole_folder_and_a_file_beside_it_can_be_dropped(live, open_page, report_url, tmp_path):
    folder = tmp_path / "质量月照片"
    (folder / "第二天").mkdir(parents=True)
    for place, width in (("甲.jpg", 64), ("第二天/乙.jpg", 65)):
        (folder / place).write_bytes(material.picture("JPEG", (width, 48)))
    (folder / "Thumbs.db").write_bytes(b"x")
    beside = tmp_path / "拖入.jpg"
    beside.write_bytes(material.picture("JPEG", (66, 48)))
    page = sign_in(open_page(), report_url)
    page.locator("#photos").scroll_into_view_if_needed()
    box = page.locator("#photos").bounding_box()
    hand = page.context.new_cdp_session(page)
    carried = {"items": [], "files": [str(folder), str(beside)], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 40, "y": max(box["y"], 0) + 20}
        hand.send("Input.dispatchDragEvent", {"type": step, "data": carried, **place})
        if step == "dragOver":
            expect(page.locator("#photos.is-drop")).to_be_visible()
    expect(page.locator("#photos .file-card")).to_have_count(3)
    expect(page.locator("#photos .upload-told")).to_contain_text("文件夹中有 1 个文件不是此项材料可用的格式")
    expect(page.locator(".is-drop")).to_have_count(0)
    assert sorted(names(live, report_url)) == ["乙.jpg", "拖入.jpg", "甲.jpg"]


WATCHES_STATES = """() => {
    window.seen = [];
    const row = document.querySelector("#videos .upload-row");
    const note = () => seen.at(-1) !== row.dataset.state && seen.push(row.dataset.state);
    new MutationObserver(note).observe(row, { attributes: true, attributeFilter: ["data-state"] });
}"""


def test_a_line_that_died_without_a_word_is_noticed_and_the_upload_goes_on_another(
    live, chromium, report_url, tmp_path: Path
):
    """Nothing is closed and nothing answers: only the page's own patience ends it, here after a second, not forty."""
    film = big_video(tmp_path / "启动仪式.mp4", 6 * MB)
    with line_to(int(live.url.rpartition(":")[2])) as line, watched_pages(chromium, line.url) as open_one:
        page = sign_in(open_one(may_lose_line=True), report_url)
        slow_down(page, MB)
        choose(page, "videos", film)
        wait_for_percent(page, 15)
        page.evaluate(WATCHES_STATES)
        assert line.die() == 1
        page.wait_for_timeout(1_000)
        assert page.evaluate("seen") == []
        page.evaluate("document.querySelector('#work').dataset.silence = 1000")
        slow_down(page)
        expect(page.locator("#videos .file-card")).to_have_count(1, timeout=30_000)
        assert "line" in page.evaluate("seen")
    assert [(one.state, one.sha256 is not None) for one in made(live)] == [("taken", True)]
    assert names(live, report_url) == [film.name]
