"""What each picture of the documents shows, and how one gets there: as a person would, through the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from reporting.demo import writing
from reporting.demo.people import PASSWORD, email

Opener = Callable[[str, str], Page]


@dataclass
class Camera:
    """Opens pages of one demonstration; `open_page(screen, language)` is a new visitor each time."""

    open_page: Opener

    def signed_in(self, address: str, *, screen: str = "desk", language: str = "zh-CN") -> Page:
        """A page behind the sign-in of one of the demonstration's people."""
        page = self.open_page(screen, language)
        page.goto("/account/sign-in")
        page.fill("#email", address)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda found: "/sign-in" not in found)
        if language == "en":
            page.click(".language-switch button[value=en]")
            page.wait_for_selector("html[lang=en]")
        return page


@dataclass(frozen=True)
class Picture:
    """A picture: its file, the stage of the demonstration it is taken at, and how it is taken."""

    name: str
    stage: str
    take: Callable[[Camera], bytes]


PICTURES: list[Picture] = []


def picture(name: str, *, stage: str) -> Callable[[Callable[[Camera], bytes]], Callable[[Camera], bytes]]:
    """Add a function to the pictures; those of one stage are taken in the order in which they stand here."""

    def add(take: Callable[[Camera], bytes]) -> Callable[[Camera], bytes]:
        PICTURES.append(Picture(name, stage, take))
        return take

    return add


def shot(page: Page, *, top: str = "") -> bytes:
    """The window as it is seen, scrolled so that the element `top` is at its upper edge."""
    page.wait_for_load_state("networkidle")
    if top:
        page.eval_on_selector(
            top, "element => window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 64)"
        )
    else:
        page.evaluate("window.scrollTo(0, 0)")
    taken = page.screenshot(animations="disabled", caret="hide")
    page.context.close()
    return taken


def files(*found: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Files of the demonstration as a browser's file field takes them."""
    kinds = {"jpg": "image/jpeg", "HEIC": "image/heic", "mp4": "video/mp4"}
    return [{"name": one[0], "mimeType": kinds[one[0].rpartition(".")[2]], "buffer": one[1]} for one in found]


HEBEI = email("Q-HE")


def open_report(page: Page) -> None:
    """From the list of tasks to the report."""
    page.goto("/tasks")
    page.click(".task-title a")


def upload(page: Page, kind: str, *found: tuple[Any, ...]) -> None:
    """Choose files for a slot, and wait until the last of them has come in."""
    page.set_input_files(f"#files_{kind}", files(*found))
    for one in found:
        page.locator(f"#{kind} .file-card", has_text=one[0]).wait_for()


def show(page: Page, pictures: str, count: int) -> None:
    """Open the page again until the clock has made its small pictures."""
    for _attempt in range(60):
        page.goto(page.url.partition("#")[0])
        if page.locator(pictures).count() >= count:
            return
        page.wait_for_timeout(500)
    raise TimeoutError(f"{count} pictures {pictures} were not made within 30 seconds")


@picture("tasks.png", stage="deadline-week")
def tasks(camera: Camera) -> bytes:
    """What a reporter sees first, two and a half days before the deadline."""
    return shot(camera.signed_in(HEBEI))


@picture("report.png", stage="deadline-week")
def report(camera: Camera) -> bytes:
    """A report with its text and three photos; the video is still missing."""
    page = camera.signed_in(HEBEI)
    open_report(page)
    page.fill("#body", writing.summary("我局", seed=3))
    upload(page, "photos", writing.photo(0), writing.photo(1), writing.photo(3))
    captions = page.locator("#photos input[name^=caption_]")
    areas = page.locator("#photos select[name^=area_]")
    for place, words in enumerate(
        ("石家庄主会场启动仪式，9月2日", "质量咨询服务进社区，裕华区", "特种设备安全专项检查")
    ):
        captions.nth(place).fill(words)
        areas.nth(place).select_option(index=4 - place)
    page.click("button[formaction$='/slots/photos/captions']")
    page.wait_for_load_state("networkidle")
    show(page, "#photos .file-card img", 3)
    return shot(page)


@picture("report-photos.png", stage="deadline-week")
def report_photos(camera: Camera) -> bytes:
    """The photos of the same report, each with caption and focus area."""
    page = camera.signed_in(HEBEI)
    open_report(page)
    return shot(page, top="#photos")


@picture("report-phone.png", stage="deadline-week")
def report_phone(camera: Camera) -> bytes:
    """The same report on a phone."""
    page = camera.signed_in(HEBEI, screen="phone")
    open_report(page)
    return shot(page)


@picture("check.png", stage="deadline-week")
def check(camera: Camera) -> bytes:
    """The last look before submitting, while the video is owed."""
    page = camera.signed_in(HEBEI)
    open_report(page)
    page.click("button[name=then][value=check]")
    page.wait_for_url("**/check")
    return shot(page)


@picture("receipt.png", stage="deadline-week")
def receipt(camera: Camera) -> bytes:
    """The receipt after the video has come in."""
    page = camera.signed_in(HEBEI)
    open_report(page)
    upload(page, "videos", writing.video(0))
    page.click("button[name=then][value=check]")
    page.wait_for_url("**/check")
    page.click("form[action$='/submit'] button[type=submit]")
    page.wait_for_url("**/receipts/*")
    return shot(page)


@picture("letter.png", stage="deadline-week")
def letter(camera: Camera) -> bytes:
    """A reminder to somebody who serves two bureaus, in the mailbox of the demonstration."""
    page = camera.open_page("desk", "zh-CN")
    page.goto(f"/demonstration/mailbox?to={email('Q-NB')}")
    page.click("main a[href*='/mailbox/']")
    return shot(page)


COORDINATOR = email("HQ", "coordinator")
REVIEWER = email("HQ", "reviewer")


def open_board(page: Page) -> None:
    """From the list of campaigns to the board of the first task."""
    page.goto("/desk/campaigns")
    page.click("main table th a")
    page.wait_for_url("**/desk/tasks/*")


@picture("board.png", stage="under-review")
def board(camera: Camera) -> bytes:
    """The board of the task while its reports are under review."""
    page = camera.signed_in(COORDINATOR)
    open_board(page)
    return shot(page)


@picture("board-english.png", stage="under-review")
def board_english(camera: Camera) -> bytes:
    """The same board in English, those that still owe; a language belongs to its person, so that others keep theirs."""
    page = camera.signed_in(email("HQ", "leader"), language="en")
    open_board(page)
    page.goto(page.url + "?standing=owing")
    return shot(page)


@picture("review.png", stage="under-review")
def review(camera: Camera) -> bytes:
    """A report that waits for a decision."""
    page = camera.signed_in(REVIEWER)
    open_board(page)
    page.goto(page.url + "?review_state=submitted&standing=on_time")
    page.click("main table tbody th a")
    page.wait_for_url("**/desk/assignments/*")
    show(page, ".file-card img", 3)
    return shot(page)


@picture("gallery.png", stage="under-review")
def gallery(camera: Camera) -> bytes:
    """The photos and the film of the same report, as headquarters looks at them."""
    page = camera.signed_in(REVIEWER)
    open_board(page)
    page.goto(page.url + "?review_state=submitted&standing=on_time")
    page.click("main table tbody th a")
    page.wait_for_url("**/desk/assignments/*")
    show(page, ".file-card img", 3)
    return shot(page, top=".as-gallery")


@picture("letters.png", stage="under-review")
def letters(camera: Camera) -> bytes:
    """The letters that were written, and what became of each."""
    page = camera.signed_in(COORDINATOR)
    page.goto("/desk/letters")
    return shot(page)


@picture("assign.png", stage="under-review")
def assign(camera: Camera) -> bytes:
    """Which bureaus owe the task."""
    page = camera.signed_in(COORDINATOR)
    page.goto("/desk/campaigns")
    page.click(".panel-title a")
    page.click("main a[href*='/assign']")
    return shot(page)


@picture("roster.png", stage="under-review")
def roster(camera: Camera) -> bytes:
    """A roster with faults, examined and not imported."""
    page = camera.signed_in(email("HQ", "administrator"))
    page.goto("/admin/bureaus")
    page.click("main a[href$='/bureaus/import']")
    page.fill("#pasted", FAULTY_ROSTER)
    page.click("form[enctype] button[type=submit]")
    page.wait_for_load_state("networkidle")
    return shot(page)


FAULTY_ROSTER = """单位代码,单位名称,简称,类别,上级单位
Q-HE-01,石家庄市质量技术监督局,石家庄市质监局,city,Q-HE
Q-HE-02,唐山市质量技术监督局,唐山市质监局,city,Q-HE
Q-HE-01,秦皇岛市质量技术监督局,秦皇岛市质监局,city,Q-HE
Q-HE-04,邯郸市质量技术监督局,邯郸市质监局,city,Q-XX
"""
