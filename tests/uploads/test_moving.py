"""The offset moves once for each byte, on both databases, whoever asks first."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from reporting.core.db import db, unit_of_work
from reporting.core.errors import Refused
from reporting.core.vault import Vault
from reporting.reports import service as reports
from reporting.uploads import queries
from reporting.uploads import service as uploads
from reporting.uploads.rules import Gain, Wanted
from tests.cast import make_cast

A, B = "0-aaaaaaaaaaaaaaaa", "100-bbbbbbbbbbbbbbbb"
WEEK = timedelta(days=7)


@pytest.fixture
def upload(app, now):
    cast = make_cast()
    with unit_of_work():
        assignment = cast.assignment("Q-HE")
        return uploads.begin(
            assignment, assignment.task.slots[0], Wanted(name="a.docx", length=300),
            lifetime=WEEK, actor=cast.actor("Q-HE"), now=now,
        )  # fmt: skip


def advance(upload, gain, now):
    with unit_of_work():
        return uploads.advance(upload.id, gain, lifetime=WEEK, now=now)


def recorded(upload):
    db.session.rollback()
    db.session.refresh(upload)
    return upload.offset, [(part.name, part.start, part.length) for part in queries.parts(upload.id)]


def test_parts_follow_one_another(upload, now):
    assert advance(upload, Gain(A, 0, 0, 60), now)
    assert advance(upload, Gain(A, 0, 60, 100), now)
    assert advance(upload, Gain(B, 100, 0, 200), now)
    assert recorded(upload) == (300, [(A, 0, 100), (B, 100, 200)])


@pytest.mark.parametrize("gain", [Gain("0-cccccccccccccccc", 0, 0, 90), Gain(A, 0, 50, 90), Gain(B, 100, 0, 50)])
def test_whoever_does_not_stand_at_the_offset_changes_nothing(upload, now, gain):
    advance(upload, Gain(A, 0, 0, 60), now)
    assert not advance(upload, gain, now)
    assert recorded(upload) == (60, [(A, 0, 60)])


def test_an_upload_that_is_closed_takes_no_more(upload, now):
    with unit_of_work():
        assert uploads.end(upload)
    assert not advance(upload, Gain(A, 0, 0, 60), now)
    with unit_of_work():
        assert not uploads.end(upload)
        assert not uploads.mark_taken(upload, 1)
        assert not uploads.mark_refused(upload, [])
    assert recorded(upload) == (0, [])


def test_each_byte_lengthens_its_life(upload, now):
    later = now + timedelta(days=6)
    advance(upload, Gain(A, 0, 0, 60), later)
    assert recorded(upload)[0] == 60
    assert (upload.touched_at, upload.expires_at) == (later, later + WEEK)
    with unit_of_work():
        assert uploads.expire(now=later + WEEK - timedelta(seconds=1)) == []
    with unit_of_work():
        assert uploads.expire(now=later + WEEK) == [upload.token]


def test_expiry_spares_what_somebody_goes_on_with_at_that_very_moment(app, upload, now):
    """The clock has read that the time is over, and waits for the row that a sender is just moving."""
    end, expired = now + WEEK, []

    def expire() -> None:
        with app.app_context(), unit_of_work():
            expired.extend(uploads.expire(now=end))

    clock = threading.Thread(target=expire)
    with unit_of_work():
        assert uploads.advance(upload.id, Gain(A, 0, 0, 60), lifetime=WEEK, now=end)
        clock.start()
        wait_for_somebody_waiting()
    clock.join(20)
    assert expired == []
    assert recorded(upload)[0] == 60
    with unit_of_work():
        assert uploads.expire(now=end + WEEK) == [upload.token]


def wait_for_somebody_waiting() -> None:
    """Until another transaction waits for this one; SQLite does not tell, so that a moment must do."""
    if db.session.get_bind().dialect.name == "sqlite":
        time.sleep(0.2)
        return
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(200):
        if db.session.scalar(waiting):
            return
        time.sleep(0.01)
    # Nobody waits: what the test asserts afterwards says whether that is right.


def test_two_bureaus_that_begin_at_once_are_not_promised_the_same_room(app, tmp_path, now):
    cast = make_cast()
    quota, vault, refused = reports.Quota(1 << 30, 1000, WEEK), Vault(tmp_path), []

    def begin(code: str) -> None:
        wanted = Wanted(name="a.docx", length=600)
        who = cast.actor(code)
        reports.begin_upload(cast.assignment(code), "summary", wanted, vault=vault, quota=quota, actor=who, now=now)

    def also() -> None:
        with app.app_context():
            try:
                with unit_of_work():
                    begin("C-SH")
            except Refused as refusal:
                refused.extend(reason.code for reason in refusal.reasons)

    other = threading.Thread(target=also)
    with unit_of_work():
        begin("Q-HE")
        other.start()
        wait_for_somebody_waiting()
    other.join(20)
    assert refused == ["vault_full"]
    assert queries.underway().announced == 600
