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
    return set(db.session.execute(wanted.order_by(ReminderMark.id)).tuples().all())
