"""How everybody stands: the one read which board, letters, sweep and exports share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from reporting.campaigns.models import Assignment, Task
from reporting.campaigns.rules import State as TaskState
from reporting.core.db import bare_rows, db
from reporting.deadlines.rules import NOT_IN, Standing, Window
from reporting.reports.models import Report, SlotArrival
from reporting.reports.rules import State
from reporting.tracking import rules
from reporting.tracking.models import Verdict


def shapes(task: Task) -> list[rules.SlotShape]:
    """The slots of a task as patterns need them."""
    return [rules.SlotShape(slot.kind, slot.position, slot.required) for slot in task.slots]


Places = tuple[tuple[int, int], ...]


def places(task: Task) -> Places:
    """The id and the position of each slot of a task."""
    return tuple((slot.id, slot.position) for slot in task.slots)


def _weight(slots: Places) -> ColumnElement[int]:
    """The weight of an arrival's slot in the pattern."""
    return case({slot_id: rules.BASE**position for slot_id, position in slots}, value=SlotArrival.slot_id, else_=0)


def _digit() -> ColumnElement[int]:
    """The digit of an arrival: late only against both the due in force now and the one when it arrived."""
    late = and_(SlotArrival.arrived_at >= Assignment.due_at, SlotArrival.arrived_at >= SlotArrival.due_at)
    return case(
        (and_(late, SlotArrival.declared.is_(True)), rules.DECLARED_LATE),
        (late, rules.LATE),
        (SlotArrival.declared.is_(True), rules.DECLARED),
        else_=rules.ON_TIME,
    )


def pattern_of(slots: Places) -> ColumnElement[int]:
    """How an assignment's slots came in, as one number, for selects over `Assignment`."""
    return _summed(_weight(slots) * _digit(), SlotArrival.assignment_id == Assignment.id)


def pattern_at_due(slots: Places) -> ColumnElement[int]:
    """The same with a digit only for what had arrived before the due, for the verdict."""
    before = SlotArrival.arrived_at < Assignment.due_at
    return _summed(_weight(slots) * rules.ON_TIME, SlotArrival.assignment_id == Assignment.id, before)


def _summed(each: ColumnElement[int], *which: ColumnElement[bool]) -> ColumnElement[int]:
    total = select(func.sum(each)).where(*which).correlate(Assignment).scalar_subquery()
    # PostgreSQL makes a sum of large numbers a numeric.
    return func.coalesce(cast(total, BigInteger), 0)


def review_state_of() -> ColumnElement[str]:
    """The review state of an assignment, for selects that outer-join `Report`; mirrors `reports.rules.review_state`."""
    prepared = and_(Report.prepared_revision == Report.revision, Report.state.in_([State.DRAFT, State.RETURNED]))
    return case((Report.id.is_(None), literal("none", String)), (prepared, "prepared"), else_=Report.state)


@dataclass(frozen=True, slots=True)
class Owing:
    """An assignment that is not complete, with what is owed and what is in."""

    assignment_id: int
    task_id: int
    bureau_id: int
    due_at: datetime
    cutoff_at: datetime
    due_rev: int
    standing: Standing
    owed: tuple[str, ...]
    arrived: tuple[str, ...]


def owing(task: Task, *, now: datetime, only: Collection[int] | None = None) -> list[Owing]:
    """Every assignment of a task that still owes something required, by id; `only` narrows it to some."""
    pattern = pattern_of(places(task)).label("pattern")
    wanted = select(
        Assignment.id, Assignment.bureau_id, Assignment.due_at, Assignment.cutoff_at, Assignment.due_rev, pattern
    ).where(Assignment.task_id == task.id)
    if only is not None:
        wanted = wanted.where(Assignment.id.in_(only))
    slots = shapes(task)
    found = []
    for row in db.session.execute(wanted.order_by(Assignment.id)).all():
        standings = rules.slot_standings(row.pattern, slots, due_at=row.due_at, now=now)
        owed = tuple(slot.kind for slot, stand in zip(slots, standings, strict=True) if stand in NOT_IN)
        if owed:
            window = Window(task.opens_at, row.due_at, row.cutoff_at)
            arrived = tuple(s.kind for s, digit in zip(slots, rules.digits(row.pattern, slots), strict=True) if digit)
            stand = rules.standing(row.pattern, slots, window=window, now=now)
            found.append(
                Owing(row.id, task.id, row.bureau_id, row.due_at, row.cutoff_at, row.due_rev, stand, owed, arrived)
            )
    return found


def unswept(now: datetime) -> Select[int]:
    """Assignments of opened tasks whose due has passed and has no verdict yet; selects their ids."""
    return (
        select(Assignment.id)
        .join(Task, Task.id == Assignment.task_id)
        .outerjoin(Verdict, and_(Verdict.assignment_id == Assignment.id, Verdict.due_rev == Assignment.due_rev))
        .where(
            Assignment.due_at <= now,
            Verdict.id.is_(None),
            or_(Task.state == TaskState.OPEN, Task.closed_at >= Assignment.due_at),
        )
    )


def verdicts(assignment_id: int) -> Sequence[Verdict]:
    """Every verdict on an assignment, by revision of its due."""
    wanted = select(Verdict).where(Verdict.assignment_id == assignment_id).order_by(Verdict.due_rev)
    return db.session.scalars(wanted.limit(200)).all()


def verdict_counts(task_id: int) -> dict[str, int]:
    """How many assignments of a task got which verdict on the due that is in force."""
    return dict(bare_rows(_verdict_counts(), {"task_id": task_id}))


@lru_cache
def _verdict_counts() -> Select[*tuple[Any, ...]]:
    return (
        select(Verdict.standing, func.count())
        .join(Assignment, and_(Assignment.id == Verdict.assignment_id, Assignment.due_rev == Verdict.due_rev))
        .where(Assignment.task_id == bindparam("task_id"))
        .group_by(Verdict.standing)
        .order_by(Verdict.standing)
    )
