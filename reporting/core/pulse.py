"""The pulse of the chores: when each was last done, and what made it fail. Host time, since a moved clock stands still for nobody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime, db

LONGEST_FAULT = 500


class Beat(Model):
    """One chore of the clock."""

    __tablename__ = "beat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # How often it has failed since it was last done.
    failures: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(String(LONGEST_FAULT), default="")


@dataclass(frozen=True, slots=True)
class Pulse:
    """A chore as it stands: last done (None for never), failures since then, and the last fault in the machine's words."""

    done_at: datetime | None
    failures: int
    fault: str


def done(name: str, *, host_now: datetime) -> None:
    """Note in a unit of work that a chore was done."""
    _write(name, done_at=host_now, failures=0, fault="")


def failed(name: str, fault: str, *, host_now: datetime) -> None:
    """Note in a unit of work that a chore has failed, and how."""
    _write(name, failed_at=host_now, failures=Beat.failures + 1, fault=fault[:LONGEST_FAULT])


def _write(name: str, **values: Any) -> None:
    """Several processes may do a chore for the first time at one moment: the row is made by whoever comes first."""
    table = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.session.execute(table(Beat).values(name=name, failures=0, fault="").on_conflict_do_nothing())
    db.session.execute(update(Beat).where(Beat.name == name).values(**values))


def pulses() -> dict[str, Pulse]:
    """Every chore that was ever done or tried, by name."""
    wanted = select(Beat.name, Beat.done_at, Beat.failures, Beat.fault).order_by(Beat.name)
    return {name: Pulse(done_at, failures, fault) for name, done_at, failures, fault in db.session.execute(wanted)}
