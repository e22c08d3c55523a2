"""Looking at what came in: pictures by keyboard, a film that plays and seeks, a paper beside it, the sheet on paper."""

import io
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from reporting.demo_material import make_docx, make_heic, make_photo, make_video
from reporting.reports import queries as reports
from tests.files import films
from tests.fixtures.browser import carry_first_below_second, check_accessibility, check_fits
from tests.fixtures.live import Live
from tests.journeys.test_the_story import begin, open_report, sign_in, upload

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


@pytest.fixture
def material(tmp_path: Path) -> dict[str, list[Path]]:
    """A paper, four photos (one HEIC), a film that browsers play and one that they do not, under Chinese names."""
    made = {
        "summary": {"活动总结.docx": make_docx("活动总结", ["一、加强领导", "二、广泛宣传"])},
        "photos": {
            **{f"照片{number}.jpg": make_photo(number, f"第 {number} 张") for number in (1, 2, 3)},
            "实验室 IMG_2003.HEIC": make_heic(4, "实验室开放日"),
        },
        "videos": {"启动仪式.mp4": make_video(4), "老机器拍的.wmv": films.film("asf", "wmv2", "wmav2", seconds=2)},
    }
    found: dict[str, list[Path]] = {}
    for slot, files in made.items():
        for name, content in files.items():
            path = tmp_path / name
            path.write_bytes(content)
            found.setdefault(slot, []).append(path)
    return found


def names(live: Live, url: str) -> list[str]:
    with live.inside():
        report = reports.find_report(int(url.rsplit("/", 1)[1].partition("#")[0]))
        assert report is not None
        return [file.name for file in reports.attachments(report.id) if file.media_type.startswith("image/")]


def picture_is_shown(page: Page, selector: str) -> None:
    page.locator(selector).first.scroll_into_view_if_needed()
    page.wait_for_function(
        "found => { const one = document.querySelector(found); return one && one.complete && one.naturalWidth > 0 }",
        arg=selector,
    )


def test_a_bureau_looks_orders_and_describes_and_headquarters_sees_the_same(
    live: Live, open_page: Callable[..., Page], material: dict[str, list[Path]], tmp_path: Path
) -> None:
    begin(live)
    page = sign_in(open_page(), "q-he@demo.example")
    open_report(page)
    upload(page, "summary", material["summary"])
    upload(page, "photos", material["photos"])
    upload(page, "videos", material["videos"])
    expect(page.get_by_text("正在制作预览").first).to_be_visible()
    told = live.command("prepare-media")
    assert " 0 failed" in told, told
    page.reload()
    expect(page.get_by_text("正在制作预览")).to_have_count(0)
    picture_is_shown(page, "#photos .file-card:last-child img")
    describes(page, live)
    plays_and_seeks(page)
    opens_pictures_by_keyboard(page)
    orders_by_dragging(page, live)
    check_accessibility(page)
    check_fits(page)
    reads_the_paper(page)
    prints_the_sheet(page, tmp_path)
    downloads_everything(page)
    hands_in(page, material)
    headquarters_sees_it(live, open_page, tmp_path)


def describes(page: Page, live: Live) -> None:
    card = page.locator("#photos .file-card").first
    card.get_by_label("说明").fill("启动仪式现场")
    card.get_by_label("拍摄日期").fill("2014-09-12")
    card.get_by_label("拍摄地点").fill("石家庄")
    card.get_by_label("拍摄者").fill("李敏")
    card.get_by_label("可以公开发布").check()
    page.locator("#photos").get_by_role("button", name="保存说明").click()
    expect(page.get_by_text("说明已保存。")).to_be_visible()
    expect(page.locator("#photos .file-card").first.get_by_label("拍摄地点")).to_have_value("石家庄")
    expect(page.locator("#photos .file-card").first.get_by_label("可以公开发布")).to_be_checked()


def plays_and_seeks(page: Page) -> None:
    """Both films play, the second from its copy, and go to a place in the middle without being loaded whole."""
    expect(page.locator("#videos video.film")).to_have_count(2)
    for number in (0, 1):
        film = page.locator("#videos video.film").nth(number)
        film.scroll_into_view_if_needed()
        reached = film.evaluate(
            """async film => {
                film.muted = true;
                await film.play();
                film.pause();
                const moved = new Promise((done, failed) => { film.onseeked = done; film.onerror = failed; });
                film.currentTime = film.duration / 2;
                await moved;
                return [film.currentTime > 0.3, film.videoWidth > 0, film.error];
            }"""
        )
        assert reached == [True, True, None]


def opens_pictures_by_keyboard(page: Page) -> None:
    first = page.locator("#photos a.file-open").first
    first.focus()
    page.keyboard.press("Enter")
    large = page.locator(".pswp--open")
    expect(large).to_be_visible()
    expect(page.locator(".pswp__counter")).to_have_text("1 / 4")
    expect(page.locator(".pswp__words")).to_have_text("启动仪式现场")
    # While it opens it listens to no keys.
    expect(page.locator(".pswp--ui-visible")).to_be_visible()
    page.wait_for_function("() => !document.getAnimations().some((one) => one instanceof CSSTransition)")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pswp__counter")).to_have_text("2 / 4")
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    expect(first).to_be_focused()


def orders_by_dragging(page: Page, live: Live) -> None:
    before = names(live, page.url)
    page.locator("#photos .file-card").nth(1).get_by_label("说明").fill("拖动时还没有保存的说明")
    carry_first_below_second(page)
    page.mouse.up()
    expect(page.locator(".gallery-said")).to_have_text("顺序已调整。")
    assert names(live, page.url) == [before[1], before[0], *before[2:]]
    expect(page.locator("#photos .file-card").first.get_by_label("说明")).to_have_value("拖动时还没有保存的说明")


def reads_the_paper(page: Page) -> None:
    paper = page.locator("#summary details.paper-view")
    paper.locator("summary").click()
    frame = paper.locator("iframe")
    expect(frame).to_be_visible()
    answer = page.request.get(frame.get_attribute("src") or "")
    assert answer.status == 200
    assert answer.headers["content-type"].partition(";")[0] in {"application/pdf", "text/html"}
    assert "script-src" not in answer.headers["content-security-policy"]
    if answer.headers["content-type"] == "application/pdf":
        # The browser's own viewer has started: it is an extension in a frame of its own.
        paper.locator("iframe").scroll_into_view_if_needed()
        page.wait_for_timeout(2000)
        assert [one.url for one in page.frames if one.url.startswith("chrome-extension://")]
    assert answer.headers["content-security-policy"].count("default-src 'none'") == 1


def prints_the_sheet(page: Page, folder: Path) -> None:
    here = page.url
    page.get_by_role("link", name="图片小样（可打印）").click()
    expect(page.locator(".contact-cell")).to_have_count(6)
    picture_is_shown(page, ".contact-cell img")
    check_accessibility(page)
    check_fits(page)
    page.wait_for_load_state("networkidle")
    page.pdf(path=folder / "sheet.pdf", format="A4", prefer_css_page_size=True)
    paper = PdfReader(folder / "sheet.pdf")
    # Fonts share a shape between a character and its radical, and the paper names the radical: ⽯ for 石.
    text = unicodedata.normalize("NFKC", "".join(sheet.extract_text() for sheet in paper.pages))
    assert len(paper.pages) == 1
    assert (round(paper.pages[0].mediabox.width), round(paper.pages[0].mediabox.height)) == (595, 842)
    assert "启动仪式现场" in text
    assert "石家庄" in text
    assert "用浏览器的" not in text
    page.goto(here)


def downloads_everything(page: Page) -> None:
    address = page.get_by_role("link", name="下载全部文件（ZIP）").get_attribute("href")
    answer = page.request.get(address or "")
    body = answer.body()
    assert int(answer.headers["content-length"]) == len(body)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert "2 图片/实验室 IMG_2003.HEIC" in archive.namelist()
        assert len(archive.namelist()) == 7


def hands_in(page: Page, material: dict[str, list[Path]]) -> None:
    page.locator("#body").fill("今年质量月活动开展情况良好。")
    page.locator(".next-step button").first.click()
    page.wait_for_url("**/check")
    expect(page.locator(".as-gallery .file-card")).to_have_count(4)
    check_accessibility(page)
    check_fits(page)
    page.locator(".next-step button").first.click()
    page.wait_for_url("**/receipts/*")


def headquarters_sees_it(live: Live, open_page: Callable[..., Page], folder: Path) -> None:
    for screen in ("desk", "phone"):
        page = sign_in(open_page(screen), "hq-reviewer@demo.example")
        page.goto("/desk/campaigns")
        with live.inside():
            found = reports.submissions(assignment_of_hebei(live))
            address = f"/desk/assignments/{found[-1].assignment_id}"
        page.goto(address)
        expect(page.locator(".as-gallery .file-card")).to_have_count(4)
        expect(page.get_by_text("李敏 拍摄")).to_be_visible()
        picture_is_shown(page, ".as-gallery img")
        plays = page.locator("video.film")
        expect(plays).to_have_count(2)
        check_accessibility(page)
        check_fits(page)


def assignment_of_hebei(live: Live) -> int:
    from reporting.bureaus import queries as bureaus
    from reporting.campaigns import queries as campaigns

    hebei = bureaus.find_by_code("Q-HE")
    assert hebei is not None
    found = campaigns.assignment_of(1, hebei.id)
    assert found is not None
    return found.id


def test_without_scripts_pictures_open_by_their_links_and_films_have_their_controls(
    live: Live, open_page: Callable[..., Page], material: dict[str, list[Path]]
) -> None:
    begin(live)
    page = sign_in(open_page("phone", javascript=False), "q-he@demo.example")
    open_report(page)
    for slot, button in (("photos", "上传图片"), ("videos", "上传视频")):
        page.locator(f"input[name=files_{slot}]").set_input_files([str(path) for path in material[slot]])
        page.get_by_role("button", name=button, exact=True).click()
    live.command("prepare-media")
    page.reload()
    check_fits(page)
    expect(page.locator("#videos video.film[controls]")).to_have_count(2)
    page.locator("#photos a.file-open").last.click()
    page.wait_for_url("**/screen")
    page.wait_for_selector("img")
    assert page.evaluate("document.images[0].naturalWidth") > 100
