"""Every page, in Chinese and in English, on the desk's screen and on a phone: axe finds nothing, nothing sticks out."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from reporting.campaigns import queries as campaign_queries
from reporting.campaigns import service as campaigns
from reporting.campaigns.rules import SlotPlan, TaskPlan
from reporting.core.db import db, unit_of_work
from reporting.demo import people
from reporting.outbox import queries as letters
from reporting.receipts import queries as receipts
from reporting.reports import queries as reports
from reporting.reviews import service as reviews
from reporting.sink import Keeper
from tests.cast import Cast, beijing, make_cast
from tests.fixtures.browser import check_accessibility, check_fits
from tests.fixtures.live import Live

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
NOW = beijing(10, 17, 10)


def arrange(live: Live) -> dict[str, list[str]]:
    """A campaign past its deadline with something in every state; gives the pages of each account."""
    with live.inside():
        live.move_clock_to(NOW)
        cast = make_cast()
        first = cast.hand_in_all("Q-HE", beijing(10, 14, 16))
        second = cast.hand_in("Q-NB", beijing(10, 15, 16))
        cast.hand_in_all("C-NB", beijing(10, 16, 16))
        _decide(cast, first, second)
        cast.hand_in("Q-NB", beijing(10, 17, 9), text="补充后的总结", key="k2")
        _plan(cast)
        pages = _pages(cast, first)
        db.session.rollback()
    live.command("tick")
    with live.inside():
        pages["hq-coordinator@demo.example"].append(f"/desk/letters/{letters.page(limit=1).rows[0].id}")
        db.session.rollback()
    pages[""] += ["/demonstration/mailbox", f"/demonstration/mailbox/{_kept_letter(live)}"]
    return pages


def _decide(cast: Cast, accepted: int, returned: int) -> None:
    with unit_of_work():
        who = cast.actor("HQ", "reviewer")
        reviews.accept(cast.assignment("Q-HE"), accepted, note="好", actor=who, now=NOW)
        reviews.give_back(
            cast.assignment("Q-NB"),
            returned,
            note="请补图片",
            slots=["photos"],
            due_at=beijing(10, 22),
            actor=who,
            now=NOW,
        )


def _plan(cast: Cast) -> None:
    """A task that is still a draft, so that its opening can be looked at."""
    slots = (SlotPlan(kind="summary", formats=("docx",), takes_text=True),)
    plan = TaskPlan(
        title="活动方案", title_en="Plan", opens_at=NOW, due_at=beijing(10, 25), cutoff_at=beijing(10, 31), slots=slots
    )
    with unit_of_work():
        campaigns.create_task(cast.task.campaign, plan, actor=cast.actor("HQ", "coordinator"), now=NOW)


def _kept_letter(live: Live) -> str:
    """A letter in the mailbox, kept as the demonstration's own mail server keeps it; gives its name."""
    assert live.settings.mailbox_dir is not None
    raw = live.sink.letters[-1].raw
    kept = Keeper(live.settings.mailbox_dir).folder / "20141017T020000000000-0123abcd.eml"
    kept.write_bytes(f"Delivered-To: {live.sink.letters[-1].recipients[0]}\r\n".encode() + raw)
    return kept.stem


def _pages(cast: Cast, submission_id: int) -> dict[str, list[str]]:
    assert receipts.of_submission(submission_id) is not None
    hebei, ningbo, shanghai = (cast.assignment(code).id for code in ("Q-HE", "Q-NB", "C-SH"))
    bureau = cast.assignment("Q-HE").bureau_id
    task, campaign = cast.task_id, cast.task.campaign_id
    draft = next(one.id for one in campaign_queries.tasks_of([campaign]) if one.state == "draft")
    reporter, ningbo_bureau = cast.user("Q-HE").id, cast.assignment("Q-NB").bureau_id
    assert reports.find_report(hebei) is not None
    return {
        "": ["/account/sign-in", "/help", "/nowhere"],
        people.email("Q-HE"): ["/tasks", f"/assignments/{hebei}", f"/receipts/{submission_id}", "/account/password"],
        people.email("Q-NB"): ["/tasks", f"/assignments/{ningbo}", f"/assignments/{ningbo}/check"],
        people.email("C-SH"): ["/tasks", f"/assignments/{shanghai}", f"/assignments/{shanghai}/check"],
        people.email("HQ", "coordinator"): [
            "/desk/campaigns",
            "/desk/campaigns/new",
            f"/desk/campaigns/{campaign}",
            f"/desk/campaigns/{campaign}/edit",
            f"/desk/campaigns/{campaign}/tasks/new",
            f"/desk/tasks/{task}",
            f"/desk/tasks/{task}?standing=missing",
            f"/desk/tasks/{task}?text=nothing-like-this",
            f"/desk/tasks/{task}/edit",
            f"/desk/tasks/{task}/assign",
            f"/desk/tasks/{draft}/open",
            f"/desk/tasks/{task}/close",
            f"/desk/campaigns/{campaign}/close",
            f"/desk/assignments/{ningbo}",
            f"/desk/assignments/{ningbo}?round=1",
            f"/desk/assignments/{hebei}",
            f"/desk/assignments/{shanghai}",
            f"/desk/assignments/{shanghai}/extend",
            "/desk/letters",
        ],
        people.email("HQ", "leader"): [f"/desk/tasks/{task}", f"/desk/assignments/{ningbo}"],
        people.email("HQ", "administrator"): [
            "/admin/bureaus",
            f"/admin/bureaus/{bureau}",
            "/admin/bureaus/import",
            f"/admin/bureaus/{bureau}/close",
            f"/admin/bureaus/{ningbo_bureau}/people/new",
            "/admin/people",
            f"/admin/people/{reporter}",
            "/admin/people/import",
            "/admin/workdays",
            "/admin/workdays/import",
        ],
    }


def _sign_in(page: Page, email: str) -> None:
    page.goto("/account/sign-in")
    page.locator("#email").fill(email)
    page.locator("#password").fill(people.PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda address: "sign-in" not in address)


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_every_page_is_accessible_and_fits(live: Live, open_page: Callable[..., Page], screen: str) -> None:
    pages = arrange(live)
    for email, addresses in pages.items():
        page = open_page(screen)
        if email:
            _sign_in(page, email)
        for language in ("zh_Hans_CN", "en"):
            _choose(page, language)
            for address in addresses:
                answer = page.goto(address)
                assert answer is not None
                assert answer.status == (404 if address == "/nowhere" else 200), f"{address} answered {answer.status}"
                assert page.locator("html").get_attribute("lang") == language.replace("_", "-")
                assert page.locator("h1").count() == 1, f"{address} has not one heading"
                check_accessibility(page)
                check_fits(page)


ROSTER = "单位代码,单位名称,上级单位\nSX,山西省质量技术监督局,HQ\nQ-HE,河北省质量技术监督局,NO\n"
GOOD_ROSTER = "单位代码,单位名称,上级单位\nSX,山西省质量技术监督局,HQ\n"
PEOPLE = "单位代码,姓名,电子邮箱,电话,角色\nQ-HE,赵六,zhao@he.example,0311-1,填报人\nQ-XX,周华,zhou@,,填报人\n"


def _look_at(page: Page) -> None:
    """What is asked of every page."""
    assert page.locator("h1").count() == 1, f"{page.url} has not one heading"
    check_accessibility(page)
    check_fits(page)


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_the_pages_that_follow_a_form_are_accessible_and_fit(
    live: Live, open_page: Callable[..., Page], screen: str
) -> None:
    """Dry runs with and without faults, first passwords, and two texts beside each other."""
    with live.inside():
        live.move_clock_to(beijing(10, 13, 10))
        cast = make_cast()
        report = f"/assignments/{cast.assignment('C-SH').id}"
        bureau = cast.assignment("Q-HE").bureau_id
        db.session.rollback()
    for language in ("zh_Hans_CN", "en"):
        desk = open_page(screen)
        _sign_in(desk, people.email("HQ", "administrator"))
        _choose(desk, language)
        for address, table in (
            ("/admin/bureaus/import", ROSTER),
            ("/admin/bureaus/import", GOOD_ROSTER),
            ("/admin/people/import", PEOPLE),
        ):
            desk.goto(address)
            desk.locator("#pasted").fill(table)
            desk.locator("form[enctype='multipart/form-data'] button[type=submit]").click()
            desk.wait_for_selector("main table")
            _look_at(desk)
        desk.goto(f"/admin/bureaus/{bureau}/people/new")
        desk.locator("#name").fill("赵六")
        desk.locator("#email").fill(f"zhao-{language.lower()}@he.example")
        desk.locator("main form[method=post] button[type=submit]").last.click()
        desk.wait_for_selector("main code")
        _look_at(desk)
        _merge(live, open_page(screen), report, language)


def _merge(live: Live, page: Page, report: str, language: str) -> None:
    """Two windows without scripts' help: the second one's text is offered beside the first's."""
    _sign_in(page, people.email("C-SH"))
    _choose(page, language)
    page.goto(report)
    other = page.context.new_page()
    other.goto(report)
    other.locator("#body").fill(f"另一个窗口的文字 {language}")
    other.locator("#title").click()
    other.wait_for_selector("[data-saving-state][data-state=saved]")
    other.close()
    page.locator("#body").fill(f"这个窗口的文字 {language}")
    page.locator("#title").click()
    page.wait_for_selector("[data-saving-state][data-state=conflict]")
    page.locator("[data-script-notice] button").click()
    page.wait_for_selector(".two-texts")
    _look_at(page)


NAVIGATION = (".site-head", ".demo-bar", ".page-foot", ".trail", ".btn", ".skip-link")


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_receipt_and_board_print_with_heading_and_date_and_without_navigation(
    live: Live, open_page: Callable[..., Page], language: str
) -> None:
    with live.inside():
        live.move_clock_to(NOW)
        cast = make_cast()
        receipt, task = cast.hand_in_all("Q-HE", beijing(10, 14, 16)), cast.task_id
        db.session.rollback()
    for email, address in (
        (people.email("Q-HE"), f"/receipts/{receipt}"),
        (people.email("HQ", "coordinator"), f"/desk/tasks/{task}"),
    ):
        page = open_page()
        _sign_in(page, email)
        _choose(page, language)
        page.goto(address)
        assert page.locator(".site-head").is_visible()
        page.emulate_media(media="print")
        for selector in NAVIGATION:
            shown = [one for one in page.locator(selector).all() if one.is_visible()]
            assert not shown, f"{address} prints {selector}"
        assert page.locator("h1").is_visible()
        assert page.locator(".print-date").is_visible()
        expect(page.locator("main .standing").first).to_be_visible()
        sheet = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True))
        assert sheet is not None
        assert sorted(round(float(side)) for side in sheet.groups()) == [595, 842], "the sheet is A4"


def _choose(page: Page, language: str) -> None:
    """Choose the language by the switch that every page has."""
    page.goto("/help")
    if page.locator("html").get_attribute("lang") != language.replace("_", "-"):
        page.locator("form[action='/account/language'] button").first.click()
        expect(page.locator("html")).to_have_attribute("lang", language.replace("_", "-"))


def test_the_main_road_works_without_javascript(live: Live, open_page: Callable[..., Page]) -> None:
    with live.inside():
        live.move_clock_to(beijing(10, 13, 10))
        make_cast()
        db.session.rollback()
    page = open_page(javascript=False)
    _sign_in(page, people.email("C-SH"))
    page.get_by_role("link", name="活动总结").first.click()
    page.get_by_label("总结正文").fill("没有脚本也能报送。")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("region", name="进度和下一步").get_by_role("button", name="核对并提交").click()
    page.get_by_role("button", name="提交活动总结").click()
    page.wait_for_url("**/receipts/*")
    assert page.get_by_text("BS-2014-000001").first.is_visible()
