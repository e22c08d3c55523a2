"""Every page, in Chinese and in English, on the desk's screen and on a phone: axe finds nothing, nothing sticks out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from reporting.core.db import db, unit_of_work
from reporting.demo import people
from reporting.outbox import queries as letters
from reporting.receipts import queries as receipts
from reporting.reports import queries as reports
from reporting.reviews import service as reviews
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
        pages = _pages(cast, first)
        db.session.rollback()
    live.command("tick")
    with live.inside():
        pages["hq-coordinator@demo.example"].append(f"/desk/letters/{letters.page(limit=1).rows[0].id}")
        db.session.rollback()
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


def _pages(cast: Cast, submission_id: int) -> dict[str, list[str]]:
    assert receipts.of_submission(submission_id) is not None
    hebei, ningbo, shanghai = (cast.assignment(code).id for code in ("Q-HE", "Q-NB", "C-SH"))
    bureau = cast.assignment("Q-HE").bureau_id
    task, campaign = cast.task_id, cast.task.campaign_id
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
            "/admin/people",
            "/admin/people/import",
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


def _choose(page: Page, language: str) -> None:
    """Choose the language by the switch that every page has."""
    page.goto("/help")
    if page.locator("html").get_attribute("lang") != language.replace("_", "-"):
        page.locator("form[action='/account/language'] button").first.click()
        page.wait_for_function(f"document.documentElement.lang === '{language.replace('_', '-')}'")


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
