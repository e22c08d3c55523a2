"""Pages about files that are unchecked, infected, doubted or on their way, in both languages and on both screens."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from reporting.core.db import db, unit_of_work
from reporting.demo import people
from reporting.files.models import StoredFile
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.reports.models import Attachment
from reporting.reports.rules import Entry
from reporting.uploads import service as uploads
from tests.cast import beijing, make_cast
from tests.files import material
from tests.fixtures.browser import SCREENS
from tests.fixtures.live import Live
from tests.journeys.test_every_page import _choose, _look_at, _sign_in

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
NOW = beijing(10, 13, 10)
UNCHECKED, INFECTED, DOUBTED = "未检查.jpg", "带毒.jpg", "早先的.jpg"
PHOTOS = {
    UNCHECKED: material.picture("JPEG", (640, 480)),
    INFECTED: material.picture("JPEG", (641, 480)),
    DOUBTED: material.picture("JPEG", (642, 480)),
}


@pytest.fixture
def pages(live: Live) -> dict[str, list[tuple[str, int]]]:
    """Addresses and what they answer with, by who looks."""
    with live.inside() as app:
        live.move_clock_to(NOW)
        cast, vault = make_cast(window_hours=24), app.extensions["kit"].vault
        received = []
        for name, content in PHOTOS.items():
            staging = vault.stage()
            staging.write(content)
            limits = uploads.Limits(["jpg"], 1 << 30)
            received.append(uploads.receive(staging, name, limits=limits, vault=vault, now=NOW))
        with unit_of_work():
            assignment, who = cast.assignment("Q-HE"), cast.actor("Q-HE")
            report_service.attach(assignment, "photos", received, actor=who, now=NOW)
            promised = Entry("还在路上.mp4", 99, "ab" * 32, "")
            report_service.promise(assignment, "videos", [promised], actor=who, now=NOW)
            for state, number in (("pending", 0), ("infected", 1), ("clean", 2)):
                found = update(StoredFile).where(StoredFile.sha256 == received[number].sha256)
                db.session.execute(found.values(scan_state=state))
            db.session.execute(update(Attachment).where(Attachment.name == DOUBTED).values(taken_on=date(2013, 9, 12)))
        round_id, assignment_id = cast.hand_in("Q-HE", NOW), assignment.id
        file = {one.name: one.attachment_id for one in reports.submission(round_id).files}
        db.session.rollback()
    own, desk = f"/assignments/{assignment_id}", f"/desk/submissions/{round_id}"
    return {
        people.email("Q-HE"): [
            (own, 200),
        ],
        people.email("HQ", "reviewer"): [
            (f"/desk/assignments/{assignment_id}", 200),
            (f"{desk}/contact-sheet", 200),
            (f"{desk}/files/{file[UNCHECKED]}", 200),
            (f"{desk}/files/{file[INFECTED]}", 403),
        ],
    }


MARKS = {
    "zh_Hans_CN": ("未通过病毒检查", "尚未完成病毒检查", "不在活动期间"),
    "en": ("Did not pass the virus check", "Not yet checked for viruses", "outside the campaign"),
}


def test_pages_of_marked_files_are_accessible_and_fit(
    pages: dict[str, list[tuple[str, int]]], open_page: Callable[..., Page]
) -> None:
    for email, places in pages.items():
        page = open_page()
        _sign_in(page, email)
        for language in ("zh_Hans_CN", "en"):
            _choose(page, language)
            for address, status in places:
                page.set_viewport_size(SCREENS["desk"])
                answer = page.goto(address)
                assert answer is not None
                assert answer.status == status, address
                _look_at(page)
                page.set_viewport_size(SCREENS["phone"])
                _look_at(page)
            page.goto(places[0][0])
            for words in MARKS[language][: 1 if email == people.email("Q-HE") else None]:
                expect(page.get_by_text(words).first).to_be_visible()
