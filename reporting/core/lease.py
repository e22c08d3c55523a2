"""Who leads: of several processes that could do the same work, one holds a row for a short time, under a term.

A term is a number that grows whenever somebody else takes over. What is done under a term holds the row for the length of its
transaction, so that a process which was paused and has lost its term meanwhile changes nothing when it wakes.
"""

from datetime import datetime, timedelta

from sqlalchemy import String, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core import clock
from reporting.core.db import Model, UTCDateTime, changed_rows, db

NOBODY = ""


class Lease(Model):
    """The right to do one sort of work, held until a moment of the database's own time."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    term: Mapped[int]
    until: Mapped[datetime] = mapped_column(UTCDateTime)


class LeaseLost(Exception):
    """Somebody else leads by now: whatever was to be written under the old term must not be."""


def database_time() -> datetime:
    """The time by which leases run out: one clock for all processes, however much their hosts' clocks differ.

    SQLite has no server, so its processes share the host and its clock.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        found: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
        return found
    return clock.system_clock()


def take(name: str, holder: str, *, lasting: timedelta) -> int | None:
    """Take or renew a lease in a unit of work; gives its term, None while somebody else holds it.

    A term is kept by whoever renews in time, and by whoever comes back before anybody else has come.
    """
    _make(name)
    now = database_time()
    held = db.session.get_one(Lease, name, with_for_update=True, populate_existing=True)
    if held.holder not in {holder, NOBODY} and held.until > now:
        return None
    if held.holder != holder:
        held.holder, held.term = holder, held.term + 1
    held.until = now + lasting
    db.session.flush()
    return held.term


def _make(name: str) -> None:
    """The row is there before anybody asks who holds it, so that of several who come first all wait for the same one."""
    table = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"name": name, "holder": NOBODY, "term": 0, "until": database_time()}
    db.session.execute(table(Lease).values(values).on_conflict_do_nothing())


def hold(name: str, holder: str, term: int) -> None:
    """Hold the row until the end of this transaction; raises LeaseLost when the term is another's by now."""
    mine = update(Lease).where(Lease.name == name, Lease.holder == holder, Lease.term == term)
    if not changed_rows(mine.values(term=term)):
        raise LeaseLost(f"{name}: term {term} is over")


def give_back(name: str, holder: str) -> None:
    """Let others take over at once, as when a process ends."""
    changed_rows(update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=database_time()))
