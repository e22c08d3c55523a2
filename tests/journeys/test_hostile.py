"""Chromium opens every hostile file that is kept, at each address where it is served, and nothing in it runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page
from sqlalchemy import select

from reporting import jobs
from reporting.core.db import db, unit_of_work
from reporting.demo import people
from reporting.files import rules
from reporting.files.models import Rendition
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.reports.models import Attachment
from reporting.uploads import service as uploads
from tests.cast import beijing, make_cast
from tests.files.hostile import CANARY, CORPUS, HTML, KEPT
from tests.fixtures.live import Live

pytestmark = pytest.mark.journey
SLOTS = {"document": "summary", "photo": "photos", "video": "videos"}
NOW = beijing(10, 13, 10)


@dataclass
class Served:
    """Where the kept files of the corpus and what was made of them are served, by the e-mail address of who may look."""

    files: list[int]
    places: dict[str, list[str]]


@pytest.fixture
def served(live: Live) -> Served:
    """Every kept file of the corpus, brought, prepared and handed in by the verbs of the pages."""
    with live.inside():
        live.move_clock_to(NOW)
        cast = make_cast()
        files = _bring(live, cast)
        jobs.prepare_media(live.app.extensions["kit"])
        round_id, assignment_id = cast.hand_in("Q-HE", NOW), cast.assignment("Q-HE").id
        views = [*_views(files)]
        db.session.rollback()
    own, receipt, desk = f"/assignments/{assignment_id}", f"/receipts/{round_id}", f"/desk/submissions/{round_id}"
    pages = {
        people.email("Q-HE"): [own, f"{own}/check", receipt],
        people.email("HQ", "reviewer"): [f"/desk/assignments/{assignment_id}", f"{desk}/contact-sheet"],
    }
    reporter, reviewer = pages
    # The copies go out by one function for whoever may see them: they are looked at where strangers to them look.
    places = {
        reporter: [*pages[reporter], *(f"{place}/files/{file}" for place in (own, receipt) for file in files)],
        reviewer: [*pages[reviewer], *(f"{desk}/files/{view}" for view in views)],
    }
    return Served(files, places)


def _views(files: list[int]) -> Iterator[str]:
    """The end of each address of a file: its own, and those of what was made of it."""
    for file_id, kind in db.session.execute(
        select(Attachment.id, Rendition.kind)
        .join(Rendition, Rendition.file_id == Attachment.file_id)
        .where(Rendition.state == "made", Rendition.kind != "text", Attachment.id.in_(files))
        .order_by(Attachment.id, Rendition.kind)
    ):
        yield f"{file_id}/{kind}"
    pdfs = select(Attachment.id).where(Attachment.media_type == "application/pdf", Attachment.id.in_(files))
    yield from (f"{file_id}/preview" for file_id in db.session.scalars(pdfs.order_by(Attachment.id)))
    yield from map(str, files)


def _bring(live: Live, cast) -> list[int]:
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
    return [file.id for file in reports.attachments(report.id)]


def visit(page: Page, address: str) -> None:
    """Go there; what the server sends as a download ends the visit, which is as good."""
    try:
        page.goto(address, wait_until="load")
    except Error as error:
        if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
            raise
    page.wait_for_timeout(100)


@pytest.fixture
def open_unwatched(chromium: Browser, live: Live) -> Iterator[Callable[[], Page]]:
    """Pages that nobody else watches: Chromium complains of its own viewer's style when it shows a sandboxed picture."""
    contexts = []

    def open_one() -> Page:
        contexts.append(chromium.new_context(base_url=live.url))
        return contexts[-1].new_page()

    yield open_one
    for context in contexts:
        context.close()


def test_no_kept_hostile_file_runs_anything(served: Served, open_unwatched: Callable[[], Page]) -> None:
    """Neither its bureau nor headquarters, at no address of the file, of its copies, or of a page that shows them."""
    assert len(served.files) == len([one for one in CORPUS if one.fate == KEPT])
    for address, places in served.places.items():
        page = open_unwatched()
        calls: list[str] = []
        page.context.on("request", lambda sent, into=calls: into.append(urlsplit(sent.url).path))
        page.goto("/account/sign-in")
        page.locator("#email").fill(address)
        page.locator("#password").fill(people.PASSWORD)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda address: "sign-in" not in address)
        for place in places:
            visit(page, place)
        assert set(places) <= set(calls)
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
