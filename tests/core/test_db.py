"""Moments, units of work, and what SQLite is told."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from reporting.audit.models import Entry
from reporting.core.db import db, unit_of_work


def entry(at: datetime, name: str = "a") -> Entry:
    return Entry(at=at, actor_name=name, action="x", subject="s", subject_id=1, facts={})


def test_a_moment_comes_back_in_utc_whatever_its_zone(app: Flask) -> None:
    local = datetime(2014, 10, 16, 0, 0, tzinfo=timezone(timedelta(hours=8)))
    with unit_of_work():
        db.session.add(entry(local))
    db.session.expire_all()
    found = db.session.scalars(select(Entry.at)).one()
    assert (found, found.tzinfo) == (datetime(2014, 10, 15, 16, tzinfo=UTC), UTC)
    assert db.session.scalars(select(Entry.at).where(Entry.at < local)).all() == []
    assert len(db.session.scalars(select(Entry.at).where(Entry.at <= local)).all()) == 1


def test_a_moment_without_a_zone_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError, match="without a zone"), unit_of_work():
        db.session.add(entry(datetime(2014, 10, 16)))  # noqa: DTZ001 - that is the point


def test_a_unit_of_work_is_whole_or_nothing(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        db.session.add(entry(datetime(2014, 10, 16, tzinfo=UTC)))
        db.session.flush()
        raise ZeroDivisionError
    assert db.session.scalars(select(Entry)).all() == []


def test_changes_outside_a_unit_of_work_are_caught(app: Flask) -> None:
    db.session.add(entry(datetime(2014, 10, 16, tzinfo=UTC)))
    with pytest.raises(RuntimeError, match="outside a unit of work"), unit_of_work():
        pass
    db.session.rollback()


@pytest.mark.sqlite_only("these are SQLite's own settings")
def test_sqlite_is_durable_and_keeps_its_keys(app: Flask) -> None:
    told = {
        name: db.session.execute(text(f"pragma {name}")).scalar()
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
