"""The sweep: exactly one verdict for each assignment and revision of its due."""

from datetime import datetime
from typing import Any

from sqlalchemy import Insert, func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from reporting.campaigns.models import Assignment, Task
from reporting.core.db import changed_rows, db
from reporting.tracking import queries, rules
from reporting.tracking.models import Verdict

BATCH = 5_000


def sweep(*, now: datetime, limit: int = BATCH) -> int:
    """Write the verdicts of up to `limit` dues that have passed; gives how many were written, 0 when all are.

    What stood at the deadline is read from when things arrived, so it does not matter how late this runs.
    Verdicts are dated by the due. Two sweeps at once write each verdict once, by its unique key.
    """
    ids = db.session.scalars(queries.unswept(now).order_by(Assignment.id).limit(limit)).all()
    if not ids:
        return 0
    low, high = min(ids), max(ids)
    task_ids = db.session.scalars(
        select(Assignment.task_id).where(Assignment.id.between(low, high)).distinct().order_by(Assignment.task_id)
    ).all()
    return sum(_sweep_task(db.session.get_one(Task, task_id), low, high, now=now) for task_id in task_ids)


def _sweep_task(task: Task, low: int, high: int, *, now: datetime) -> int:
    """One statement for each way in which bureaus stood, instead of one for each bureau."""
    due = queries.unswept(now).where(Assignment.task_id == task.id, Assignment.id.between(low, high))
    pattern = queries.pattern_at_due(queries.places(task))
    groups = select(pattern.label("pattern"), func.min(Assignment.due_at)).where(Assignment.id.in_(due))
    slots, written = queries.shapes(task), 0
    for each, due_at in db.session.execute(groups.group_by("pattern").order_by("pattern")).all():
        standing, owed = rules.verdict(each, slots, due_at=due_at)
        rows = select(
            Assignment.id, Assignment.due_rev, Assignment.due_at, literal(str(standing)), literal(" ".join(owed)),
            literal(now, Verdict.written_at.type),
        ).where(Assignment.id.in_(due), pattern == each)  # fmt: skip
        columns = ["assignment_id", "due_rev", "due_at", "standing", "owed", "written_at"]
        written += changed_rows(_once(columns, rows))
    return written


def _once(columns: list[str], rows: Any) -> Insert:
    """Insert rows, passing over those whose key is taken: another sweeper was faster."""
    if db.session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(Verdict).from_select(columns, rows).on_conflict_do_nothing()
    if db.session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(Verdict).from_select(columns, rows).on_conflict_do_nothing()
    return insert(Verdict).from_select(columns, rows)
