"""Reading which reminders were written."""

from collections.abc import Collection

from sqlalchemy import select

from reporting.core.db import db
from reporting.reminders.models import ReminderMark

Key = tuple[int, int, str, int]


def marked(assignment_ids: Collection[int]) -> set[Key]:
    """What was written already: assignment, due revision, step and person."""
    wanted = select(ReminderMark.assignment_id, ReminderMark.due_rev, ReminderMark.step, ReminderMark.user_id).where(
        ReminderMark.assignment_id.in_(assignment_ids)
    )
    return set(db.session.execute(wanted.order_by(ReminderMark.id)).all())


def letter_keys(assignment_id: int, *, limit: int = 100) -> list[str]:
    """The keys of the latest letters that reminded of an assignment, newest first."""
    wanted = select(ReminderMark.letter_key).where(ReminderMark.assignment_id == assignment_id)
    return list(db.session.scalars(wanted.order_by(ReminderMark.id.desc()).limit(limit)))
