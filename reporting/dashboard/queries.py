"""The board of a task: everybody is read in one statement, and the one rule decides once for each way of standing."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, type_coerce
from sqlalchemy.types import NullType

from reporting.bureaus.models import Bureau
from reporting.campaigns.models import Assignment, Task
from reporting.core.db import UTCDateTime, db
from reporting.dashboard import rules
from reporting.deadlines.rules import NOT_IN, Arrival, SlotStanding, Standing, Window
from reporting.reports import queries as reports
from reporting.reports.models import Report
from reporting.reports.rules import ReviewState
from reporting.tracking import queries as tracking
from reporting.tracking import rules as patterns

# From so many rows on, all rows of the task are read rather than each by its id.
MANY = 500


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One way of standing that occurs: the same arrivals, dues and review state. Many bureaus share it."""

    due_at: datetime
    cutoff_at: datetime
    review_state: str
    standing: Standing
    slots: tuple[SlotStanding, ...]
    owed: tuple[str, ...]
    place: int


@dataclass(frozen=True, slots=True)
class Seat:
    """One bureau that owes the task, and how it stands."""

    assignment_id: int
    kind: str
    region: str
    group: Group


def seats(task: Task, *, now: datetime) -> list[Seat]:
    """Everybody who owes a task, in the order of the roster.

    The dues travel as the driver gives them and are turned into moments once for each group: for thousands of bureaus
    that costs more than all the rest.
    """
    moment = _moment_reader()
    shapes = tracking.shapes(task)
    known: dict[tuple[Any, ...], Group] = {}
    found = []
    for assignment_id, kind, region, *key in db.session.execute(_everybody(task)):
        pattern, due, cutoff, state = key
        group = known.get((pattern, due, cutoff, state))
        if group is None:
            window = Window(task.opens_at, moment(due), moment(cutoff))
            group = known[pattern, due, cutoff, state] = _group(pattern, state, shapes, window, now=now)
        found.append(Seat(assignment_id, kind, region, group))
    return found


def _everybody(task: Task) -> Select[Any]:
    return (
        select(
            Assignment.id,
            Bureau.kind,
            Bureau.region,
            tracking.pattern_of(task.slots),
            type_coerce(Assignment.due_at, NullType()),
            type_coerce(Assignment.cutoff_at, NullType()),
            tracking.review_state_of(),
        )
        .join(Bureau, Bureau.id == Assignment.bureau_id)
        .outerjoin(Report, Report.assignment_id == Assignment.id)
        .where(Assignment.task_id == task.id)
        .order_by(Bureau.position, Bureau.code)
    )


def _moment_reader() -> Callable[[Any], datetime]:
    """What turns a stored moment, as the driver gives it, into an aware one."""
    dialect = db.session.get_bind().dialect
    reader = UTCDateTime().dialect_impl(dialect).result_processor(dialect, None)
    assert reader is not None  # noqa: S101 - for the type checker: the type has a processor on every database
    return reader


def _group(
    pattern: int, state: str, shapes: Sequence[patterns.SlotShape], window: Window, *, now: datetime
) -> Group:
    slots = tuple(patterns.slot_standings(pattern, shapes, due_at=window.due_at, now=now))
    standing = patterns.standing(pattern, shapes, window=window, now=now)
    owed = tuple(shape.kind for shape, slot in zip(shapes, slots, strict=True) if slot in NOT_IN)
    return Group(window.due_at, window.cutoff_at, state, standing, slots, owed, rules.ORDER.index(standing))


def counts(found: Sequence[Seat]) -> dict[str, int]:
    """How many stand how: every standing and review state is told, zero too, with `all`, `owing` and `to_come`."""
    words = ("all", *rules.STANDINGS, *ReviewState)
    told = dict.fromkeys((str(word) for word in words), 0)
    for group, number in Counter(seat.group for seat in found).items():
        told["all"] += number
        told[group.standing] += number
        told[group.review_state] += number
        told[rules.OWING] += number if group.owed else 0
        told[rules.TO_COME] += number if group.standing in rules.STILL_TO_COME else 0
    return told


def owed_counts(found: Sequence[Seat]) -> dict[str, int]:
    """How many owe each slot, by its kind; one that nobody owes is left out."""
    owed: Counter[str] = Counter()
    for group, number in Counter(seat.group for seat in found).items():
        owed.update(dict.fromkeys(group.owed, number))
    return dict(owed)


def chosen(task: Task, found: Sequence[Seat], wanted: rules.Filter) -> list[Seat]:
    """Those whom a filter lets through, the most pressing first, then in the order of the roster."""
    groups = {seat.group for seat in found}
    fitting = {group for group in groups if rules.matches(group.standing, group.review_state, group.owed, wanted)}
    named = _named(task, wanted.text) if wanted.text else None
    picked = [
        seat
        for seat in found
        if seat.group in fitting
        and wanted.kind in {"", seat.kind}
        and wanted.region in {"", seat.region}
        and (named is None or seat.assignment_id in named)
    ]
    return sorted(picked, key=lambda seat: seat.group.place)


def _named(task: Task, text: str) -> set[int]:
    """The assignments of bureaus with this in their code, one of their names or its pinyin."""
    wanted = (
        select(Assignment.id)
        .join(Bureau, Bureau.id == Assignment.bureau_id)
        .where(Assignment.task_id == task.id, Bureau.search_key.contains(text.lower(), autoescape=True))
        .order_by(Assignment.id)
    )
    return set(db.session.scalars(wanted))


@dataclass(frozen=True, slots=True)
class Row:
    """One bureau on the board, with all that is shown of it."""

    assignment_id: int
    bureau_id: int
    code: str
    name_zh: str
    short_zh: str
    name_en: str
    due_rev: int
    round: int
    changed_at: datetime | None
    kind: str
    region: str
    group: Group
    arrivals: tuple[Arrival | None, ...]


def rows(task: Task, some: Sequence[Seat]) -> list[Row]:
    """What is shown of these bureaus, in their order, in two statements however many they are."""
    ids = [seat.assignment_id for seat in some]
    details = {row[0]: row for row in db.session.execute(_details(task, ids))}
    arrivals = _arrivals(task, ids)
    nothing: Mapping[int, Arrival] = {}
    told = []
    for seat in some:
        mine = arrivals.get(seat.assignment_id, nothing)
        arrived = tuple(mine.get(slot.id) for slot in task.slots)
        told.append(Row(*details[seat.assignment_id], seat.kind, seat.region, seat.group, arrived))
    return told


def _details(task: Task, ids: Collection[int]) -> Select[Any]:
    wanted = (
        select(
            Assignment.id,
            Bureau.id,
            Bureau.code,
            Bureau.name_zh,
            Bureau.short_zh,
            Bureau.name_en,
            Assignment.due_rev,
            func.coalesce(Report.round, 0),
            Report.changed_at,
        )
        .join(Bureau, Bureau.id == Assignment.bureau_id)
        .outerjoin(Report, Report.assignment_id == Assignment.id)
        .where(Assignment.task_id == task.id)
        .order_by(Assignment.id)
    )
    return wanted if len(ids) > MANY else wanted.where(Assignment.id.in_(ids))


def _arrivals(task: Task, ids: Collection[int]) -> dict[int, dict[int, Arrival]]:
    if len(ids) > MANY:
        return reports.arrivals(select(Assignment.id).where(Assignment.task_id == task.id))
    return reports.arrivals(ids)


def waiting(found: Sequence[Seat]) -> list[int]:
    """The assignments that wait for a reviewer, in the order of the roster."""
    return [seat.assignment_id for seat in found if seat.group.review_state == ReviewState.SUBMITTED]
