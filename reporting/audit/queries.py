"""Reading the record."""

from collections.abc import Sequence

from sqlalchemy import select

from reporting.audit.models import Entry
from reporting.core.db import db


def of(subject: str, subject_id: int, *, limit: int = 200) -> Sequence[Entry]:
    """The latest entries about one row, newest first."""
    wanted = select(Entry).where(Entry.subject == subject, Entry.subject_id == subject_id)
    return db.session.scalars(wanted.order_by(Entry.id.desc()).limit(limit)).all()


def latest(*, limit: int = 100, before_id: int | None = None) -> Sequence[Entry]:
    """The latest entries of all, newest first, from before an id for paging."""
    wanted = select(Entry)
    if before_id is not None:
        wanted = wanted.where(Entry.id < before_id)
    return db.session.scalars(wanted.order_by(Entry.id.desc()).limit(limit)).all()
