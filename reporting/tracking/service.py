"""The sweep: exactly one verdict for each assignment and revision of its due."""

from datetime import datetime
from typing import Any

from sqlalchemy import Insert, case, insert, literal, select, true
from sqlalchemy.dialects import postgresql, sqlite

from reporting.campaigns.models import Assignment, Task
from reporting.core.db import changed_rows, db
from reporting.tracking import queries, rules
from reporting.tracking.models import Verdict

BATCH = 20_000


def sweep(*, now: datetime, limit: int = BATCH) -> int:
    """Write the verdicts of up to `limit` dues that have passed; gives how many were written, 0 when all are.

    What stood at the deadline is read from when things arrived, so it does not matter how late this runs.
    Verdicts are dated by the due. Two sweeps at once write each verdict once, by its unique key.
    """
    ids = db.session.scalars(queries.unswept(now).order_by(Assignment.id).limit(limit)).all()
    if not ids:
        return 0
    low, high = ids[0], ids[-1]
    task_ids = db.session.scalars(
        select(Assignment.task_id).where(Assignment.id.between(low, high)).distinct().order_by(Assignment.task_id)
    ).all()
    return sum(_sweep_task(db.session.get_one(Task, task_id), low, high, now=now) for task_id in task_ids)


def _sweep_task(task: Task, low: int, high: int, *, now: datetime) -> int:
    """Two statements: in which ways bureaus stood, which the rule judges, and the verdicts of all of them."""
    pattern = queries.pattern_at_due(queries.places(task)).label("pattern")
    due = queries.unswept(now).where(Assignment.task_id == task.id, Assignment.id.between(low, high))
    # The offset keeps SQLite from working the pattern out anew for each place in which it is used.
    stood = due.with_only_columns(Assignment.id, Assignment.due_rev, Assignment.due_at, pattern).offset(0).subquery()
    found = db.session.scalars(select(stood.c.pattern).distinct().order_by(stood.c.pattern)).all()
    if not found:
        return 0
    judged = {each: rules.verdict(each, queries.shapes(task), due_at=task.due_at) for each in found}
    rows = select(
        stood.c.id,
        stood.c.due_rev,
        stood.c.due_at,
        case({each: str(standing) for each, (standing, _owed) in judged.items()}, value=stood.c.pattern),
        case({each: " ".join(owed) for each, (_standing, owed) in judged.items()}, value=stood.c.pattern),
        literal(now, Verdict.written_at.type),
    ).where(true())  # Without a condition SQLite takes ON CONFLICT for the one of a join.
    return changed_rows(_once(["assignment_id", "due_rev", "due_at", "standing", "owed", "written_at"], rows))


def _once(columns: list[str], rows: Any) -> Insert:
    """Insert rows, passing over those whose key is taken: another sweeper was faster."""
    if db.session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(Verdict).from_select(columns, rows).on_conflict_do_nothing()
    if db.session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(Verdict).from_select(columns, rows).on_conflict_do_nothing()
    return insert(Verdict).from_select(columns, rows)
