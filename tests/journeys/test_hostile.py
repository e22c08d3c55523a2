"""Chromium opens every hostile file that is kept, at each address where it is served, and nothing in it runs."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page

from reporting.core.db import db, unit_of_work
from reporting.demo import people
from reporting.files import rules
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.uploads import service as uploads
from tests.cast import beijing, make_cast
from tests.files.hostile import CANARY, CORPUS, HTML, KEPT
from tests.fixtures.live import Live

pytestmark = pytest.mark.journey
SLOTS = {"document": "summary", "photo": "photos", "video": "videos"}
NOW = beijing(10, 13, 10)


@pytest.fixture
def addresses(live: Live) -> list[str]:
    """Every kept file of the corpus, handed in by the verbs of the pages; gives where they are served."""
    with live.inside():
        live.move_clock_to(NOW)
        cast = make_cast()
        found = list(_hand_in(live, cast))
        db.session.rollback()
    return found


def _hand_in(live: Live, cast) -> Iterator[str]:
    vault = live.app.extensions["kit"].vault
    limits = uploads.Limits(tuple(rules.FORMATS), 100 << 20)
    assignment_id = cast.assignment("Q-HE").id
    for one in (one for one in CORPUS if one.fate == KEPT):
        staging = vault.stage()
        staging.write(one.make())
        received = uploads.receive(staging, one.name, limits=limits, vault=vault, now=NOW)
        with unit_of_work():
            kind = SLOTS[received.kind]
            assignment = cast.assignment("Q-HE")
            next(slot for slot in assignment.task.slots if slot.kind == kind).most = 50
            report_service.attach(assignment, kind, [received], actor=cast.actor("Q-HE"), now=NOW)
    report = reports.find_report(assignment_id)
    for file in reports.attachments(report.id):
        yield f"/assignments/{assignment_id}/files/{file.id}"


def visit(page: Page, address: str) -> None:
    """Go there; what the server sends as a download ends the visit, which is as good."""
    try:
        page.goto(address, wait_until="load")
    except Error as error:
        if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
            raise
    page.wait_for_timeout(150)


@pytest.fixture
def page(chromium: Browser, live: Live) -> Iterator[Page]:
    """A page that nobody else watches: Chromium complains of its own viewer's style when it shows a sandboxed picture."""
    context = chromium.new_context(base_url=live.url)
    yield context.new_page()
    context.close()


def test_no_kept_hostile_file_runs_anything(page: Page, addresses: list[str]) -> None:
    assert len(addresses) == len([one for one in CORPUS if one.fate == KEPT])
    calls: list[str] = []
    page.context.on("request", lambda sent: calls.append(urlsplit(sent.url).path))
    page.goto("/account/sign-in")
    page.locator("#email").fill(people.email("Q-HE"))
    page.locator("#password").fill(people.PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    for address in addresses:
        visit(page, address)
    assert set(addresses) <= set(calls)
    assert CANARY not in calls


def test_the_canary_would_be_heard(open_page: Callable[..., Page]) -> None:
    """The same script on a page that lets it run: a beacon that is never sent proves nothing by itself."""
    page = open_page()
    calls: list[str] = []
    page.context.on("request", lambda sent: calls.append(urlsplit(sent.url).path))
    page.route("**/bait", lambda route: route.fulfill(body=HTML, content_type="text/html"))
    page.route(f"**{CANARY}", lambda route: route.fulfill(body="", content_type="image/png"))
    page.goto("/bait")
    page.wait_for_timeout(150)
    assert CANARY in calls
