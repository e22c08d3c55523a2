"""Rows of what is made: planned once, claimed by one, written by whoever holds the lease, tried again, given up."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from reporting.core.db import db, unit_of_work
from reporting.files import queries
from reporting.files import service as files
from reporting.files.models import Rendition
from reporting.files.rules import renditions as rules
from reporting.files.service import Content, Made

HOST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def keep(sign: str, kind: str = "photo", media_type: str = "image/jpeg") -> int:
    with unit_of_work():
        content = Content(sha256=sign * 64, size=9, kind=kind, media_type=media_type, facts={})
        return files.keep_row(content, now=HOST).id


def plan() -> int:
    with unit_of_work():
        return files.plan_renditions()


def claim(owner: str = "a", at: datetime = HOST) -> files.Work | None:
    with unit_of_work():
        return files.claim_rendition(owner=owner, host_now=at)


def rows() -> list[tuple[str, str, int]]:
    db.session.expire_all()
    found = db.session.scalars(select(Rendition).order_by(Rendition.id))
    return [(row.kind, row.state, row.attempts) for row in found]


def test_files_kept_before_get_their_rows_once(app):
    keep("a")
    keep("b", "document", "application/pdf")
    keep("c", "document", "application/ofd")
    assert (plan(), plan()) == (3, 0)
    assert sorted(kind for kind, _state, _attempts in rows()) == ["screen", "text", "thumb"]


def test_a_claim_is_of_one_and_brings_both_sizes(app):
    file_id = keep("a")
    plan()
    work = claim("first")
    assert work == files.Work(
        owner="first", file_id=file_id, sha256="a" * 64, media_type="image/jpeg", kinds=("thumb", "screen"), attempts=1
    )
    assert claim("second") is None


def test_films_wait_for_everything_that_is_quick(app):
    keep("a", "video", "video/mp4")
    keep("b")
    plan()
    assert [claim(str(turn)).kinds for turn in range(3)] == [("thumb", "screen"), ("poster",), ("playable",)]


def test_what_is_made_is_written_and_shown(app):
    file_id = keep("a")
    plan()
    work = claim()
    made = {
        "thumb": Made(key="1" * 64, media_type="image/jpeg", size=5, facts={"width": 4}),
        "screen": Made(error="no"),
    }
    with unit_of_work():
        assert files.mark_made(work, made) == 2
    found = queries.renditions([file_id])[file_id]
    assert (found["thumb"].state, found["thumb"].key, found["thumb"].facts) == ("made", "1" * 64, {"width": 4})
    assert (found["screen"].state, found["screen"].key, found["screen"].error) == ("not_needed", None, "no")
    assert queries.hashes_known(["1" * 64, "a" * 64, "2" * 64]) == {"1" * 64, "a" * 64}
    assert claim("later", HOST + timedelta(days=9)) is None


def test_a_killed_workers_row_is_taken_again_when_its_lease_ends(app):
    keep("a")
    plan()
    work = claim("killed")
    ends = HOST + rules.LEASE
    for at, released in ((ends, 0), (ends + timedelta(seconds=1), 2)):
        with unit_of_work():
            assert files.release_stale(host_now=at) == released
    again = claim("second", ends + timedelta(seconds=1))
    assert (again.owner, again.attempts) == ("second", 2)
    # The first one was not dead but slow: it finds its lease gone and writes nothing.
    with unit_of_work():
        assert not files.renew_lease(work, host_now=ends)
        assert files.mark_made(work, {"thumb": Made(key="1" * 64), "screen": Made(key="2" * 64)}) == 0
    assert [state for _kind, state, _attempts in rows()] == ["working", "working"]


def test_a_worker_that_says_it_is_alive_keeps_its_work(app):
    keep("a")
    plan()
    work = claim()
    later = HOST + timedelta(minutes=1)
    with unit_of_work():
        assert files.renew_lease(work, host_now=later)
    with unit_of_work():
        assert files.release_stale(host_now=HOST + rules.LEASE + timedelta(seconds=1)) == 0


def test_what_fails_is_tried_later_and_at_last_given_up(app):
    keep("a")
    plan()
    at = HOST
    for attempt in range(1, rules.MOST_ATTEMPTS + 1):
        work = claim(str(attempt), at)
        assert work.attempts == attempt
        with unit_of_work():
            assert files.mark_failed(work, "broken " * 99, host_now=at) is (attempt == rules.MOST_ATTEMPTS)
        if attempt < rules.MOST_ATTEMPTS:
            assert claim("too early", at + timedelta(seconds=59)) is None
        at += timedelta(hours=2)
    assert rows() == [("thumb", "failed", 4), ("screen", "failed", 4)]
    assert queries.rendition_counts() == {("screen", "failed"): 1, ("thumb", "failed"): 1}
    assert claim("never", at + timedelta(days=9)) is None
    with unit_of_work():
        assert files.try_again() == 2
    assert claim("again", at).attempts == 1


def test_what_has_brought_down_several_workers_is_given_up(app):
    keep("a")
    plan()
    at = HOST
    for attempt in range(rules.MOST_ATTEMPTS):
        assert claim(str(attempt), at) is not None
        at += timedelta(minutes=3)
        with unit_of_work():
            files.release_stale(host_now=at)
    assert [state for _kind, state, _attempts in rows()] == ["failed", "failed"]


@pytest.mark.postgresql_only("SQLite lets one writer in at a time, so that two can never meet")
def test_two_workers_never_hold_one_row(app):
    for number in range(20):
        keep(f"{number:x}" if number < 16 else "ghij"[number - 16])
    plan()
    held: list[int] = []

    def work(name: str) -> None:
        with app.app_context():
            turn = 0
            while (found := claim(f"{name}{turn}")) is not None:
                held.append(found.file_id)
                turn += 1

    threads = [threading.Thread(target=work, args=(name,)) for name in "xyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(held) == sorted(set(held))
    assert len(held) == 20
