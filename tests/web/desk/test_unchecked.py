"""The virus check on headquarters' pages: what was not checked is marked and confirmed, what is infected stays shut."""

import re

import pytest
from sqlalchemy import select, update

from reporting import jobs
from reporting.core.db import db, unit_of_work
from reporting.files.models import StoredFile
from reporting.outbox.models import Message
from reporting.reports.models import Submission, SubmissionFile
from tests import crowd
from tests.crowd import DUE, PUNCTUAL
from tests.files import material
from tests.files.hostile import EICAR


@pytest.fixture
def now():
    return DUE


@pytest.fixture
def app(make_app, scanner):
    return make_app(clamd=scanner.address)


@pytest.fixture
def room(furnish):
    return furnish([PUNCTUAL])


def keep(app, content: bytes) -> tuple[int, str]:
    """A photo in the first round; gives its row's id and its address."""
    vault = app.extensions["kit"].vault
    staging = vault.stage()
    staging.write(content)
    size, key = staging.size, vault.keep(staging)
    with unit_of_work():
        submission = db.session.scalar(select(Submission).order_by(Submission.id))
        slot = submission.slots[1]
        stored = StoredFile(sha256=key, size=size, media_type="image/jpeg", kind="photo", facts={}, kept_at=DUE)
        db.session.add(stored)
        db.session.flush()
        attachment_id = crowd.attachment(submission.report_id, slot.slot_id, stored)
        frozen = SubmissionFile(
            submission_id=submission.id, attachment_id=attachment_id, slot_id=slot.slot_id, slot_kind="photos", slot_position=1,
            position=0, file_id=stored.id, name="启动仪式.jpg", caption="", focus_area="", sha256=key, size=size, media_type="image/jpeg",
        )  # fmt: skip
        db.session.add(frozen)
        return stored.id, f"/desk/submissions/{submission.id}/files/{attachment_id}"


def state(file_id: int) -> str:
    db.session.rollback()
    return db.session.scalar(select(StoredFile.scan_state).where(StoredFile.id == file_id))


def test_what_is_not_checked_is_marked_not_shown_and_confirmed(room, app):
    _file, url = keep(app, material.picture("JPEG"))
    client = room.as_("leader")
    page = client.get(f"/desk/assignments/{room.assignment_ids[0]}").text
    assert "尚未完成病毒检查" in page
    assert "已通过病毒检查" not in page
    assert f'src="{url}"' not in page
    asked = client.get(url)
    assert (asked.status_code, asked.mimetype) == (200, "text/html")
    confirmed = re.search(r'href="([^"]+confirmed=1[^"]*)"', asked.text).group(1).replace("&amp;", "&")
    sent = client.get(confirmed)
    assert sent.data == material.picture("JPEG")
    assert sent.headers["Content-Disposition"].startswith("attachment")


def test_what_is_clean_is_shown_and_says_so(room, app, scanner):
    file_id, url = keep(app, material.picture("JPEG"))
    assert jobs.scan(app.extensions["kit"]) == 1
    assert state(file_id) == "clean"
    client = room.as_("leader")
    page = client.get(f"/desk/assignments/{room.assignment_ids[0]}").text
    assert "已通过病毒检查" in page
    assert f'src="{url}"' in page
    assert client.get(url).data == material.picture("JPEG")
    assert jobs.scan(app.extensions["kit"]) == 0
    assert scanner.seen == 1


def test_what_is_found_later_is_shut_for_everybody_and_told_once(room, app):
    file_id, url = keep(app, material.picture("JPEG") + EICAR)
    jobs.scan(app.extensions["kit"])
    assert state(file_id) == "infected"
    client = room.as_("coordinator")
    assert "未通过病毒检查" in client.get(f"/desk/assignments/{room.assignment_ids[0]}").text
    for address in (url, url + "?confirmed=1", url + "?download=1&confirmed=1"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert EICAR not in answer.data
    own = room.as_("reporter").get(f"/assignments/{room.assignment_ids[0]}/files/{url.rpartition('/')[2]}")
    assert own.status_code == 403
    letters = list(db.session.scalars(select(Message).where(Message.kind == "infected")))
    assert {letter.facts["found"] for letter in letters} == {"Eicar"}
    told = len(letters)
    with unit_of_work():
        db.session.execute(update(StoredFile).values(scan_state="pending", scan_due_at=None))
    jobs.scan(app.extensions["kit"])
    db.session.rollback()
    assert told == len(list(db.session.scalars(select(Message).where(Message.kind == "infected")))) == 2


def test_a_scanner_that_is_away_leaves_it_unchecked_and_is_asked_again_later(room, app, scanner, hands):
    file_id, _url = keep(app, material.picture("JPEG"))
    scanner.away = True
    assert jobs.scan(app.extensions["kit"]) == 0
    assert state(file_id) == "pending"
    scanner.away = False
    assert jobs.scan(app.extensions["kit"]) == 0
    hands.forward(minutes=1)
    assert jobs.scan(app.extensions["kit"]) == 1
    assert state(file_id) == "clean"
