"""How everybody stands: the one read which board, letters, sweep and exports share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)

from reporting.campaigns.models import Assignment, DueChange, Task
from reporting.campaigns.rules import State as TaskState
from reporting.core.db import bare_rows, db
from reporting.deadlines.rules import NOT_IN, Standing, Window
from reporting.reports.models import Report, SlotArrival
from reporting.reports.rules import State
from reporting.tracking import rules
from reporting.tracking.models import Verdict
from reporting.tracking.rules import Stage
from reporting.uploads.models import Upload
from reporting.uploads.rules import State as UploadState


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


# The moment at which a pattern is read; it is named when a statement runs.
NOW = bindparam("now", type_=Assignment.due_at.type)


def _within_window(moment: Any) -> ColumnElement[bool]:
    """Whether a moment lies in the media window, as it is in force now or as it was at arrival; no window has none."""
    promised = SlotArrival.media_until.is_not(None)
    return and_(promised, or_(moment < SlotArrival.media_until, moment < func.coalesce(Assignment.media_until, moment)))


def came_at() -> ColumnElement[datetime]:
    """The moment of an arrival that counts; mirrors `deadlines.rules.came_at`."""
    in_window = or_(SlotArrival.whole_at.is_(None), _within_window(SlotArrival.whole_at))
    return case((in_window, SlotArrival.arrived_at), else_=SlotArrival.whole_at)


def _is_pending() -> ColumnElement[bool]:
    return and_(SlotArrival.media_until.is_not(None), SlotArrival.whole_at.is_(None))


def _digit() -> ColumnElement[int]:
    """The digit of an arrival: late only against both the due in force now and the one when it arrived."""
    late = and_(came_at() >= Assignment.due_at, came_at() >= SlotArrival.due_at)
    return case(
        (and_(_is_pending(), _within_window(NOW)), rules.ON_THE_WAY),
        (_is_pending(), rules.NOTHING),
        (and_(late, SlotArrival.declared.is_(True)), rules.DECLARED_LATE),
        (late, rules.LATE),
        (SlotArrival.declared.is_(True), rules.DECLARED),
        else_=rules.ON_TIME,
    )


def pattern_of(slots: Places) -> ColumnElement[int]:
    """How an assignment's slots stand at `NOW`, as one number, for selects over `Assignment`."""
    return _summed(_weight(slots) * _digit(), SlotArrival.assignment_id == Assignment.id)


def pattern_at_due(slots: Places) -> ColumnElement[int]:
    """The same with a digit only for what had arrived before the due, for the verdict."""
    digit = case((_was_on_the_way(), rules.ON_THE_WAY), else_=rules.ON_TIME)
    before = SlotArrival.arrived_at < Assignment.due_at
    return _summed(_weight(slots) * digit, SlotArrival.assignment_id == Assignment.id, before)


def _was_on_the_way() -> ColumnElement[bool]:
    """Whether media of a manifest in time were missing at the due; mirrors `deadlines.rules.was_on_the_way`."""
    return or_(_is_pending(), func.coalesce(SlotArrival.whole_at >= Assignment.due_at, false()))


def pattern_at_window(slots: Places) -> ColumnElement[int]:
    """The same with a digit only for what was in before the due and whole before the end of the media window."""
    bound = case((SlotArrival.media_until.is_(None), Assignment.due_at), else_=Assignment.media_until)
    at_once = and_(SlotArrival.whole_at.is_(None), SlotArrival.media_until.is_(None))
    whole = or_(at_once, SlotArrival.whole_at < bound)
    before = SlotArrival.arrived_at < Assignment.due_at
    return _summed(_weight(slots) * rules.ON_TIME, SlotArrival.assignment_id == Assignment.id, before, whole)


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
    """An assignment that is not complete, with what is owed, what is in, and of what only the manifest is.

    `media_until` is the end of its media window if it has one; `lapsed` are the owed slots whose manifest was in when
    the window ended.
    """

    assignment_id: int
    task_id: int
    bureau_id: int
    due_at: datetime
    cutoff_at: datetime
    due_rev: int
    standing: Standing
    owed: tuple[str, ...]
    arrived: tuple[str, ...]
    on_the_way: tuple[str, ...]
    media_until: datetime | None
    lapsed: tuple[str, ...]


def owing(task: Task, *, now: datetime, only: Collection[int] | None = None) -> list[Owing]:
    """Every assignment of a task that still owes something required, by id; `only` narrows it to some."""
    pattern = pattern_of(places(task)).label("pattern")
    wanted = select(
        Assignment.id,
        Assignment.bureau_id,
        Assignment.due_at,
        Assignment.cutoff_at,
        Assignment.media_until,
        Assignment.due_rev,
        pattern,
        (_promised(places(task)) if task.media_window_hours else literal(0)).label("promised"),
    ).where(Assignment.task_id == task.id)
    if only is not None:
        wanted = wanted.where(Assignment.id.in_(only))
    slots = shapes(task)
    found = []
    for row in db.session.execute(wanted.order_by(Assignment.id), {"now": now}).all():
        standings = rules.slot_standings(row.pattern, slots, due_at=row.due_at, now=now)
        owed = tuple(slot.kind for slot, stand in zip(slots, standings, strict=True) if stand in NOT_IN)
        if owed:
            found.append(_owing(task, row, slots, owed, now=now))
    return found


def _owing(task: Task, row: Any, slots: Sequence[rules.SlotShape], owed: tuple[str, ...], *, now: datetime) -> Owing:
    on_the_way = rules.on_the_way(row.pattern, slots)
    arrived = [slot.kind for slot, digit in zip(slots, rules.digits(row.pattern, slots), strict=True) if digit]
    window = Window(task.opens_at, row.due_at, row.cutoff_at)
    return Owing(
        assignment_id=row.id,
        task_id=task.id,
        bureau_id=row.bureau_id,
        due_at=row.due_at,
        cutoff_at=row.cutoff_at,
        due_rev=row.due_rev,
        standing=rules.standing(row.pattern, slots, window=window, now=now),
        owed=owed,
        arrived=tuple(kind for kind in arrived if kind not in on_the_way),
        on_the_way=on_the_way,
        media_until=row.media_until,
        lapsed=tuple(kind for kind in rules.on_the_way(row.promised, slots) if kind in owed),
    )


def _promised(slots: Places) -> ColumnElement[int]:
    """A pattern with a digit for each slot whose manifest is in and lacks media, however long its window is past."""
    return _summed(_weight(slots) * rules.ON_THE_WAY, SlotArrival.assignment_id == Assignment.id, _is_pending())


def unswept(now: datetime, stage: Stage = Stage.DUE) -> Select[int]:
    """Assignments of opened tasks whose due has passed and has no verdict yet; selects their ids.

    For the stage `WINDOW` it is the end of the media window that has passed, and only those are meant which had media
    on the way at their due, and of which no file is whole in time and still being proved or waiting for room.
    """
    ends = Assignment.due_at if stage == Stage.DUE else Assignment.media_until
    judged = and_(
        Verdict.assignment_id == Assignment.id, Verdict.due_rev == Assignment.due_rev, Verdict.stage == str(stage)
    )
    wanted = (
        select(Assignment.id)
        .join(Task, Task.id == Assignment.task_id)
        .outerjoin(Verdict, judged)
        .where(ends <= now, Verdict.id.is_(None), or_(Task.state == TaskState.OPEN, Task.closed_at >= ends))
    )
    return wanted if stage == Stage.DUE else wanted.where(_had_media_on_the_way(), ~_is_finishing())


def oldest_unswept(now: datetime) -> datetime | None:
    """The earliest due that has passed and has no verdict; None while all have theirs. Grows older while the sweep is stuck."""
    waiting = unswept(now).with_only_columns(func.min(Assignment.due_at, type_=Assignment.due_at.type))
    return db.session.scalar(waiting)


def passed_and_moved(now: datetime, *, limit: int) -> Sequence[Row[int, int, int, datetime]]:
    """Dues that had passed when they were moved and have no verdict, since the clock was away; oldest first.

    Gives task, assignment, the revision that was in force, and its due.
    """
    earlier = DueChange.due_rev - 1
    judged = and_(
        Verdict.assignment_id == DueChange.assignment_id, Verdict.due_rev == earlier, Verdict.stage == str(Stage.DUE)
    )
    wanted = (
        select(Assignment.task_id, Assignment.id, earlier, DueChange.old_due_at)
        .join(Assignment, Assignment.id == DueChange.assignment_id)
        .outerjoin(Verdict, judged)
        .where(DueChange.old_due_at <= DueChange.granted_at, DueChange.old_due_at <= now, Verdict.id.is_(None))
    )
    return db.session.execute(wanted.order_by(DueChange.id).limit(limit)).all()


def _had_media_on_the_way() -> ColumnElement[bool]:
    mine = and_(SlotArrival.assignment_id == Assignment.id, SlotArrival.arrived_at < Assignment.due_at)
    return select(SlotArrival.id).where(mine, _was_on_the_way()).correlate(Assignment).exists()


def _is_finishing() -> ColumnElement[bool]:
    whole = and_(Upload.state == UploadState.OPEN, Upload.offset == Upload.length)
    in_time = and_(Upload.assignment_id == Assignment.id, Upload.touched_at < Assignment.media_until)
    return select(Upload.id).where(in_time, whole).correlate(Assignment).exists()


def verdicts(assignment_id: int) -> Sequence[Verdict]:
    """Every verdict on an assignment, by revision of its due and stage."""
    wanted = select(Verdict).where(Verdict.assignment_id == assignment_id).order_by(Verdict.due_rev, Verdict.stage)
    return db.session.scalars(wanted.limit(200)).all()


def verdict_counts(task_id: int, stage: Stage = Stage.DUE) -> dict[str, int]:
    """How many assignments of a task got which verdict on the due that is in force, or on the window after it."""
    return dict(bare_rows(_verdict_counts(), {"task_id": task_id, "stage": str(stage)}))


@lru_cache
def _verdict_counts() -> Select[*tuple[Any, ...]]:
    return (
        select(Verdict.standing, func.count())
        .join(Assignment, and_(Assignment.id == Verdict.assignment_id, Assignment.due_rev == Verdict.due_rev))
        .where(Assignment.task_id == bindparam("task_id"), Verdict.stage == bindparam("stage"))
        .group_by(Verdict.standing)
        .order_by(Verdict.standing)
    )
