"""The board of a task: everybody is read in one statement, and the one rule decides once for each way of standing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from reporting.bureaus.models import Bureau
from reporting.campaigns.models import Assignment, Task
from reporting.core.db import bare_rows, db, moment_reader
from reporting.dashboard import rules
from reporting.deadlines.rules import NOT_IN, SlotStanding, Standing, Window
from reporting.reports.models import Report, SlotArrival
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


# One bureau that owes the task, and how it stands: the assignment, the bureau's kind and region, the group.
Seat = tuple[int, str, str, Group]


def seats(task: Task, *, now: datetime) -> list[Seat]:
    """Everybody who owes a task, in the order of the roster."""
    read, shapes = moment_reader(), tracking.shapes(task)
    known: dict[tuple[Any, ...], Group] = {}
    found = []
    for row in bare_rows(_everybody(tracking.places(task)), {"task_id": task.id}):
        key = row[3:]
        group = known.get(key)
        if group is None:
            pattern, due, cutoff, state = key
            window = Window(task.opens_at, read(due), read(cutoff))
            group = known[key] = _group(pattern, state, shapes, window, now=now)
        found.append((row[0], row[1], row[2], group))
    return found


@lru_cache(maxsize=256)
def _everybody(slots: tracking.Places) -> Select[*tuple[Any, ...]]:
    """The statement for tasks with these slots, made once: building it takes as long as reading a thousand rows."""
    return (
        select(
            Assignment.id,
            Bureau.kind,
            Bureau.region,
            tracking.pattern_of(slots),
            Assignment.due_at,
            Assignment.cutoff_at,
            tracking.review_state_of(),
        )
        .join(Bureau, Bureau.id == Assignment.bureau_id)
        .outerjoin(Report, Report.assignment_id == Assignment.id)
        .where(Assignment.task_id == bindparam("task_id"))
        .order_by(Bureau.position, Bureau.code)
    )


def _group(pattern: int, state: str, shapes: Sequence[patterns.SlotShape], window: Window, *, now: datetime) -> Group:
    slots = tuple(patterns.slot_standings(pattern, shapes, due_at=window.due_at, now=now))
    standing = patterns.standing(pattern, shapes, window=window, now=now)
    owed = tuple(shape.kind for shape, slot in zip(shapes, slots, strict=True) if slot in NOT_IN)
    return Group(window.due_at, window.cutoff_at, state, standing, slots, owed, rules.ORDER.index(standing))


def _numbers(found: Sequence[Seat]) -> dict[Group, int]:
    return Counter(map(itemgetter(3), found))


def counts(found: Sequence[Seat]) -> dict[str, int]:
    """How many stand how: every standing and review state is told, zero too, with `all`, `owing` and `to_come`."""
    words = ("all", *rules.STANDINGS, *ReviewState)
    told = dict.fromkeys((str(word) for word in words), 0)
    for group, number in _numbers(found).items():
        told["all"] += number
        told[group.standing] += number
        told[group.review_state] += number
        told[rules.OWING] += number if group.owed else 0
        told[rules.TO_COME] += number if group.standing in rules.STILL_TO_COME else 0
    return told


def kinds_and_regions(found: Sequence[Seat]) -> tuple[list[str], list[str]]:
    """The kinds and the regions of the bureaus that owe the task, for filters."""
    kinds, regions = set(map(itemgetter(1), found)), set(map(itemgetter(2), found))
    return sorted(kinds), sorted(regions - {""})


def chosen(task: Task, found: Sequence[Seat], wanted: rules.Filter) -> list[Seat]:
    """Those whom a filter lets through, the most pressing first, then in the order of the roster."""
    groups = set(map(itemgetter(3), found))
    fitting = {group for group in groups if rules.matches(group.standing, group.review_state, group.owed, wanted)}
    picked = found if fitting == groups else [seat for seat in found if seat[3] in fitting]
    if wanted.kind or wanted.region:
        picked = [seat for seat in picked if wanted.kind in {"", seat[1]} and wanted.region in {"", seat[2]}]
    if wanted.text:
        named = _named(task, wanted.text)
        picked = [seat for seat in picked if seat[0] in named]
    places = {group.place for group in fitting}
    return sorted(picked, key=lambda seat: seat[3].place) if len(places) > 1 else list(picked)


def _named(task: Task, text: str) -> set[int]:
    """The assignments of bureaus with this in their code, one of their names or its pinyin."""
    wanted = (
        select(Assignment.id)
        .join(Bureau, Bureau.id == Assignment.bureau_id)
        .where(Assignment.task_id == task.id, Bureau.search_key.contains(text.lower(), autoescape=True))
        .order_by(Assignment.id)
    )
    return set(db.session.scalars(wanted))


class Row(NamedTuple):
    """One bureau on the board, with all that is shown of it; `arrived` has a moment or None for each slot."""

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
    arrived: tuple[datetime | None, ...]


def rows(task: Task, some: Sequence[Seat]) -> list[Row]:
    """What is shown of these bureaus, in their order, in two statements however many they are."""
    ids = [seat[0] for seat in some]
    asked = {"task_id": task.id} if len(ids) > MANY else {"ids": ids}
    details: dict[int, Any] = {row[0]: row for row in db.session.execute(_details(len(ids) > MANY), asked)}
    arrived: dict[tuple[int, int], datetime] = {}
    for assignment_id, slot_id, moment in db.session.execute(_arrivals(len(ids) > MANY), asked):
        arrived[assignment_id, slot_id] = moment
    slots = [slot.id for slot in task.slots]
    return [
        Row._make((*details[seat[0]], *seat[1:], tuple(arrived.get((seat[0], slot_id)) for slot_id in slots)))
        for seat in some
    ]


@lru_cache
def _details(everybody: bool) -> Select[*tuple[Any, ...]]:
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
        .order_by(Assignment.id)
    )
    return wanted.where(_which(everybody))


@lru_cache
def _arrivals(everybody: bool) -> Select[*tuple[Any, ...]]:
    wanted = select(SlotArrival.assignment_id, SlotArrival.slot_id, SlotArrival.arrived_at)
    wanted = wanted.join(Assignment, Assignment.id == SlotArrival.assignment_id).where(_which(everybody))
    return wanted.order_by(SlotArrival.assignment_id, SlotArrival.slot_id)


def _which(everybody: bool) -> ColumnElement[bool]:
    """Some assignments by their ids; for many it is cheaper to read all of the task than to name each."""
    if everybody:
        return Assignment.task_id == bindparam("task_id")
    return Assignment.id.in_(bindparam("ids", expanding=True))


def neighbours(task: Task, assignment_id: int) -> tuple[int | None, int | None]:
    """The reports that wait for a reviewer before and after an assignment in the roster; None where there is none.

    After the last comes the first again, so that nothing that waits is ever passed over.
    """
    wanted = (
        select(Assignment.id, Report.state)
        .join(Bureau, Bureau.id == Assignment.bureau_id)
        .join(Report, Report.assignment_id == Assignment.id, isouter=True)
        .where(Assignment.task_id == task.id)
        .where((Report.state == ReviewState.SUBMITTED) | (Assignment.id == assignment_id))
        .order_by(Bureau.position, Bureau.code)
    )
    ids = list(db.session.scalars(wanted))
    place = ids.index(assignment_id)
    others = ids[place + 1 :] + ids[:place]
    return (others[-1], others[0]) if others else (None, None)
