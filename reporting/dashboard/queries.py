"""The board of a task: everybody is read in two statements, and the one rule decides once for each way of standing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, func, select

from reporting.bureaus.models import Bureau
from reporting.campaigns.models import Assignment, Task
from reporting.core.db import bare_rows, db, moment_reader
from reporting.dashboard import rules
from reporting.deadlines.rules import NOT_IN, SlotStanding, Standing, Window
from reporting.reports.models import Report, SlotArrival
from reporting.reports.queries import Media, media_of
from reporting.reports.rules import ReviewState
from reporting.tracking import queries as tracking
from reporting.tracking import rules as patterns

# From so many rows on, all rows of the task are read rather than each by its id.
MANY = 500
# A slot that stands so has not come in, whatever a manifest once said.
NOT_SHOWN = NOT_IN | {SlotStanding.OPTIONAL}


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
    members: tuple[int, ...]


@dataclass(frozen=True)
class Survey:
    """Everybody who owes a task: how they stand, and the roster as rows of assignment, kind and region, in its order."""

    groups: list[Group]
    roster: list[tuple[int, str, str]]

    @cached_property
    def group_of(self) -> dict[int, Group]:
        """How each assignment stands."""
        return {member: group for group in self.groups for member in group.members}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many stand how: every standing and review state, zero told too, with `all`, `owing` and `to_come`."""
        words = ("all", *rules.STANDINGS, *ReviewState)
        told = dict.fromkeys((str(word) for word in words), 0)
        for group in self.groups:
            number = len(group.members)
            told["all"] += number
            told[group.standing] += number
            told[group.review_state] += number
            told[rules.OWING] += number if group.owed else 0
            told[rules.TO_COME] += number if group.standing in rules.STILL_TO_COME else 0
        return told

    @cached_property
    def choices(self) -> tuple[list[str], list[str]]:
        """The kinds and the regions of those who owe, for filters."""
        _ids, kinds, regions = zip(*self.roster, strict=True) if self.roster else ((), (), ())
        return sorted(set(kinds)), sorted(set(regions) - {""})


def survey(task: Task, *, now: datetime) -> Survey:
    """How everybody stands with a task, in two statements.

    The database puts those together who stand alike, so that thousands of bureaus are a few rows to be judged.
    """
    asked = {"task_id": task.id, "now": now}
    read, shapes = moment_reader(), tracking.shapes(task)
    groups = []
    for pattern, due, cutoff, state, members in bare_rows(_groups(tracking.places(task)), asked):
        window = Window(task.opens_at, read(due), read(cutoff))
        ids = tuple(map(int, members.split(",")))
        groups.append(_group(pattern, state, ids, shapes, window, now=now))
    return Survey(groups, bare_rows(_roster(), {"task_id": task.id}))


@lru_cache(maxsize=256)
def _groups(slots: tracking.Places) -> Select[*tuple[Any, ...]]:
    """The statement for tasks with these slots, made once: building it takes as long as reading a thousand rows.

    The offset keeps SQLite from working each pattern out a second time for the grouping.
    """
    each = (
        select(
            Assignment.id,
            tracking.pattern_of(slots).label("pattern"),
            Assignment.due_at,
            Assignment.cutoff_at,
            tracking.review_state_of().label("review_state"),
        )
        .outerjoin(Report, Report.assignment_id == Assignment.id)
        .where(Assignment.task_id == bindparam("task_id"))
        .offset(0)
        .subquery()
    )
    alike = (each.c.pattern, each.c.due_at, each.c.cutoff_at, each.c.review_state)
    members = func.aggregate_strings(cast(each.c.id, String), ",")
    return select(*alike, members).group_by(*alike).order_by(*alike)


@lru_cache
def _roster() -> Select[*tuple[Any, ...]]:
    return (
        select(Assignment.id, Bureau.kind, Bureau.region)
        .join(Bureau, Bureau.id == Assignment.bureau_id)
        .where(Assignment.task_id == bindparam("task_id"))
        .order_by(Bureau.position, Bureau.code)
    )


def _group(
    pattern: int,
    state: str,
    members: tuple[int, ...],
    shapes: Sequence[patterns.SlotShape],
    window: Window,
    *,
    now: datetime,
) -> Group:
    slots = tuple(patterns.slot_standings(pattern, shapes, due_at=window.due_at, now=now))
    standing = patterns.standing(pattern, shapes, window=window, now=now)
    owed = tuple(shape.kind for shape, slot in zip(shapes, slots, strict=True) if slot in NOT_IN)
    place = rules.ORDER.index(standing)
    return Group(window.due_at, window.cutoff_at, state, standing, slots, owed, place, members)


def chosen(task: Task, found: Survey, wanted: rules.Filter) -> list[int]:
    """The assignments that a filter lets through, the most pressing first, then in the order of the roster."""
    fitting = [group for group in found.groups if rules.matches(group.standing, group.review_state, group.owed, wanted)]
    roster = found.roster
    if wanted.kind or wanted.region:
        roster = [row for row in roster if wanted.kind in {"", row[1]} and wanted.region in {"", row[2]}]
    picked = [row[0] for row in roster]
    if len(fitting) < len(found.groups):
        fit = {member for group in fitting for member in group.members}
        picked = [assignment_id for assignment_id in picked if assignment_id in fit]
    if wanted.text:
        named = _named(task, wanted.text)
        picked = [assignment_id for assignment_id in picked if assignment_id in named]
    if len({group.place for group in fitting}) > 1:
        places = {assignment_id: group.place for assignment_id, group in found.group_of.items()}
        picked.sort(key=places.__getitem__)
    return picked


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
    """One bureau on the board, with all that is shown of it: for each slot a moment or None in `arrived`, and in `media`
    how many files of a manifest have come, None where none is on the way.
    """

    assignment_id: int
    bureau_id: int
    code: str
    name_zh: str
    short_zh: str
    name_en: str
    kind: str
    region: str
    due_rev: int
    round: int
    changed_at: datetime | None
    group: Group
    arrived: tuple[datetime | None, ...]
    media: tuple[Media | None, ...]


def rows(task: Task, found: Survey, ids: Sequence[int]) -> list[Row]:
    """What is shown of these assignments, in their order, in two statements however many they are.

    A third counts the media of the manifests among them, if there are any.
    """
    read, everybody = moment_reader(), len(ids) > MANY
    asked = {"task_id": task.id} if everybody else {"ids": ids}
    details = {row[0]: row for row in bare_rows(_details(everybody), asked)}
    came = {(row[0], row[1]): row[2] for row in bare_rows(_arrivals(everybody), asked)}
    slots, group_of = [slot.id for slot in task.slots], found.group_of
    media = _media([one for one in ids if SlotStanding.MANIFEST in group_of[one].slots])
    told = []
    for assignment_id in ids:
        *facts, changed = details[assignment_id]
        group = group_of[assignment_id]
        stamps = [
            None if standing in NOT_SHOWN else came.get((assignment_id, slot_id))
            for slot_id, standing in zip(slots, group.slots, strict=True)
        ]
        arrived = tuple(None if stamp is None else read(stamp) for stamp in stamps)
        ways = tuple(
            media.get((assignment_id, slot_id)) if standing == SlotStanding.MANIFEST else None
            for slot_id, standing in zip(slots, group.slots, strict=True)
        )
        changed_at = None if changed is None else read(changed)
        told.append(Row._make((*facts, changed_at, group, arrived, ways)))
    return told


def _media(ids: Sequence[int]) -> dict[tuple[int, int], Media]:
    return media_of(ids) if ids else {}


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
            Bureau.kind,
            Bureau.region,
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
    wanted = select(SlotArrival.assignment_id, SlotArrival.slot_id, tracking.came_at())
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
