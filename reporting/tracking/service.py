"""The sweep: exactly one verdict for each assignment, revision of its due, and stage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, case, insert, literal, select, true
from sqlalchemy.dialects import postgresql, sqlite

from reporting.audit import service as audit
from reporting.campaigns.models import Assignment, Task
from reporting.core.actor import SYSTEM
from reporting.core.db import changed_rows, db
from reporting.deadlines import rules as deadlines
from reporting.reports import queries as reports
from reporting.tracking import queries, rules
from reporting.tracking.models import Verdict
from reporting.tracking.rules import Stage

BATCH = 20_000
MOST_MOVED = 500


def sweep(*, now: datetime, limit: int = BATCH) -> int:
    """Write the verdicts of up to `limit` dues that have passed, and of as many media windows; gives how many were
    written, 0 when all are.

    What stood at the deadline is read from when things arrived, so it does not matter how late this runs.
    Verdicts are dated by the due, or by the end of the window. Two sweeps at once write each once, by its unique key.
    """
    written = sum(_sweep_stage(stage, now=now, limit=limit) for stage in Stage)
    return written or _sweep_moved(now=now, limit=MOST_MOVED)


def _sweep_moved(*, now: datetime, limit: int) -> int:
    """The same for dues that had passed and were moved before any sweep saw them. Rare, so each is judged by itself."""
    moved = queries.passed_and_moved(now, limit=limit)
    if not moved:
        return 0
    arrived = reports.arrivals([assignment_id for _task, assignment_id, _rev, _due in moved])
    rows = []
    for task_id, assignment_id, due_rev, due_at in moved:
        slots, mine = db.session.get_one(Task, task_id).slots, arrived.get(assignment_id, {})
        required = {slot.kind: mine.get(slot.id) for slot in slots if slot.required}
        standing, owed = deadlines.verdict(required, due_at=due_at)
        awaited = [s.kind for s in slots if s.id in mine and deadlines.was_on_the_way(mine[s.id], due_at=due_at)]
        rows.append(
            {
                "assignment_id": assignment_id, "due_rev": due_rev, "stage": str(Stage.DUE), "due_at": due_at,
                "standing": str(standing), "owed": " ".join(owed), "on_the_way": " ".join(awaited), "written_at": now,
            }
        )  # fmt: skip
    table = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    written = changed_rows(table(Verdict).values(rows).on_conflict_do_nothing())
    if written:
        tasks = [task_id for task_id, _assignment_id, _rev, _due in moved]
        for task_id in sorted(set(tasks)):
            facts = {"stage": str(Stage.DUE), "moved": tasks.count(task_id)}
            audit.record("task.judged", "task", task_id, actor=SYSTEM, now=now, **facts)
    return written


def _sweep_stage(stage: Stage, *, now: datetime, limit: int) -> int:
    ids = db.session.scalars(queries.unswept(now, stage).order_by(Assignment.id).limit(limit)).all()
    if not ids:
        return 0
    low, high = ids[0], ids[-1]
    task_ids = db.session.scalars(
        select(Assignment.task_id).where(Assignment.id.between(low, high)).distinct().order_by(Assignment.task_id)
    ).all()
    return sum(_sweep_task(db.session.get_one(Task, task_id), stage, low, high, now=now) for task_id in task_ids)


def _sweep_task(task: Task, stage: Stage, low: int, high: int, *, now: datetime) -> int:
    """Two statements: in which ways bureaus stood, which the rule judges, and the verdicts of all of them."""
    places = queries.places(task)
    at_due = stage == Stage.DUE
    pattern = (queries.pattern_at_due if at_due else queries.pattern_at_window)(places).label("pattern")
    dated = (Assignment.due_at if at_due else Assignment.media_until).label("dated")
    due = queries.unswept(now, stage).where(Assignment.task_id == task.id, Assignment.id.between(low, high))
    # The offset keeps SQLite from working the pattern out anew for each place in which it is used.
    stood = due.with_only_columns(Assignment.id, Assignment.due_rev, dated, pattern).offset(0).subquery()
    found = db.session.scalars(select(stood.c.pattern).distinct().order_by(stood.c.pattern)).all()
    if not found:
        return 0
    rows = select(
        stood.c.id,
        stood.c.due_rev,
        literal(str(stage)),
        stood.c.dated,
        *(case(said, value=stood.c.pattern) for said in _said(found, task)),
        literal(now, Verdict.written_at.type),
    ).where(true())  # Without a condition SQLite takes ON CONFLICT for the one of a join.
    columns = ["assignment_id", "due_rev", "stage", "due_at", "standing", "owed", "on_the_way", "written_at"]
    written = changed_rows(_once(columns, rows))
    if written:
        audit.record("task.judged", "task", task.id, actor=SYSTEM, now=now, stage=str(stage), verdicts=written)
    return written


def _said(patterns: Sequence[int], task: Task) -> list[dict[int, str]]:
    """What is to be said of each pattern: how it stood, what was owed, and what was on the way."""
    shapes = queries.shapes(task)
    judged = {each: rules.verdict(each, shapes, due_at=task.due_at) for each in patterns}
    return [
        {each: str(standing) for each, (standing, _owed) in judged.items()},
        {each: " ".join(owed) for each, (_standing, owed) in judged.items()},
        {each: " ".join(rules.on_the_way(each, shapes)) for each in patterns},
    ]


def _once(columns: list[str], rows: Any) -> Insert:
    """Insert rows, passing over those whose key is taken: another sweeper was faster."""
    if db.session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(Verdict).from_select(columns, rows).on_conflict_do_nothing()
    if db.session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(Verdict).from_select(columns, rows).on_conflict_do_nothing()
    return insert(Verdict).from_select(columns, rows)
