"""An installation that moves to PostgreSQL takes every row along, and goes on counting after them."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select

from reporting.accounts import service as accounts
from reporting.bureaus import service as bureau_service
from reporting.bureaus.rules import RosterRow
from reporting.core.actor import SYSTEM
from reporting.core.db import Base, unit_of_work
from scripts import move_database
from scripts.steps import Stop
from tests.fixtures.application import create, settings_for
from tests.fixtures.database import engine, migrate
from tests.postgres import Server

pytestmark = pytest.mark.sqlite_only("the other side is a database that the test makes itself")


@pytest.fixture
def other(postgresql_server: Server, tmp_path: Path) -> Iterator[Engine]:
    """A PostgreSQL database with tables and without rows."""
    url = postgresql_server.create("moved_to")
    migrating = create(settings_for(url, tmp_path))
    with migrating.app_context():
        migrate(migrating)
        engine().dispose()
    found = create_engine(url)
    yield found
    found.dispose()
    postgresql_server.drop("moved_to")


@pytest.fixture
def filled(app, now: datetime) -> Engine:
    """The test's own database with bureaus, the lower one before the higher one, and a person."""
    rows = [
        RosterRow(2, "CITY", "某市局", parent_code="PROV"),
        RosterRow(3, "PROV", "某省局"),
        RosterRow(4, "HQ", "总局"),
    ]
    with unit_of_work():
        bureau_service.import_roster(rows, actor=SYSTEM, now=now, today=date(2014, 9, 1))
        accounts.add("a@hq.test", "王敏", password="a long enough one", actor=SYSTEM, now=now)
    return engine()


def everything(of: Engine) -> dict[str, list[tuple]]:
    with of.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
        }


def test_every_row_arrives_as_it_was(filled: Engine, other: Engine) -> None:
    with filled.connect() as source, other.begin() as target:
        moved = move_database.move(source, target)
    assert moved["bureau"] == 3
    assert moved["user_account"] == 1
    assert moved["audit_entry"] > 0
    assert everything(other) == everything(filled)


def test_the_next_row_gets_a_number_of_its_own(filled: Engine, other: Engine) -> None:
    with filled.connect() as source, other.begin() as target:
        move_database.move(source, target)
    bureau = Base.metadata.tables["bureau"]
    with other.begin() as target:
        last = target.scalar(select(func.max(bureau.c.id)))
        following = target.scalar(select(func.nextval(func.pg_get_serial_sequence("bureau", "id"))))
    assert following == last + 1


def test_a_target_with_rows_is_refused(filled: Engine, other: Engine) -> None:
    with filled.connect() as source, other.begin() as target:
        move_database.move(source, target)
    before = everything(other)
    with filled.connect() as source, other.connect() as target, pytest.raises(Stop, match="not empty"):
        move_database.move(source, target)
    assert everything(other) == before


def test_a_target_without_tables_is_refused(filled: Engine, postgresql_server: Server) -> None:
    bare = create_engine(postgresql_server.create("bare"))
    with filled.connect() as source, bare.connect() as target, pytest.raises(Stop, match="flask db upgrade"):
        move_database.move(source, target)
    bare.dispose()
    postgresql_server.drop("bare")
