"""The board of a task: counts and rows in a fixed number of statements, whatever the number of bureaus."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select, tuple_

from reporting.bureaus.models import Bureau
from reporting.campaigns.models import Assignment, Task
from reporting.core.db import db
from reporting.dashboard import rules
from reporting.deadlines.rules import Arrival, SlotStanding, Standing, Window
from reporting.reports import queries as reports
from reporting.reports.models import Report
from reporting.tracking import queries as tracking
from reporting.tracking import rules as patterns


@dataclass(frozen=True, slots=True)
class Group:
    """So many assignments stand alike: the same arrivals, dues and review state."""

    pattern: int
    due_at: datetime
    cutoff_at: datetime
    review_state: str
    standing: Standing
    owed: tuple[str, ...]
    count: int


def groups(task: Task, *, now: datetime) -> list[Group]:
    """Everybody who owes a task, grouped by how they stand."""
    pattern, state = tracking.pattern_of(task.slots).label("pattern"), tracking.review_state_of().label("review_state")
    inner = (
        select(pattern, Assignment.due_at, Assignment.cutoff_at, state)
        .outerjoin(Report, Report.assignment_id == Assignment.id)
        .where(Assignment.task_id == task.id)
        .subquery()
    )
    columns = (inner.c.pattern, inner.c.due_at, inner.c.cutoff_at, inner.c.review_state)
    slots = tracking.shapes(task)
    found = []
    for row in db.session.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns)).all():
        window = Window(task.opens_at, row[1], row[2])
        slot_standings = patterns.slot_standings(row[0], slots, due_at=row[1], now=now)
        owed = tuple(slot.kind for slot, stand in zip(slots, slot_standings, strict=True) if stand in tracking.NOT_IN)
        standing = patterns.standing(row[0], slots, window=window, now=now)
        found.append(Group(row[0], row[1], row[2], row[3], standing, owed, row[4]))
    return found


def counts(found: Sequence[Group]) -> dict[str, int]:
    """How many stand how; every standing and review state is told, zero too, and `all` and `owing` with them."""
    told: Counter[str] = Counter({**dict.fromkeys(Standing, 0), **dict.fromkeys(rules.REVIEW_STATES, 0), "all": 0, "owing": 0})
    for group in found:
        told[group.standing] += group.count
        told[group.review_state] += group.count
        told["all"] += group.count
        told["owing"] += group.count if group.owed else 0
    return dict(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the reader wants to see; an empty value filters nothing."""

    text: str = ""
    kind: str = ""
    region: str = ""
    standing: str = ""
    review_state: str = ""
    owes: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One bureau on the board."""

    assignment_id: int
    bureau_id: int
    code: str
    name_zh: str
    short_zh: str
    name_en: str
    kind: str
    region: str
    due_at: datetime
    cutoff_at: datetime
    due_rev: int
    standing: Standing
    review_state: str
    round: int
    changed_at: datetime | None
    slots: tuple[SlotStanding, ...]
    arrivals: tuple[Arrival | None, ...]


def rows(
    task: Task, wanted: Filter, found: Sequence[Group], *, now: datetime, page: int = 1, per_page: int = 100
) -> tuple[list[Row], int]:
    """The bureaus that a filter lets through, most pressing first, then in the order of the roster; and how many."""
    matching = [group for group in found if rules.matches(group.standing, group.review_state, group.owed, wanted)]
    total = sum(group.count for group in matching)
    pattern = tracking.pattern_of(task.slots)
    query = _select(task, pattern, wanted)
    if rules.by_standing(wanted):
        query = query.where(_among(pattern, matching))
    if wanted.text or wanted.kind or wanted.region:
        total = db.session.scalar(select(func.count()).select_from(query.with_only_columns(Assignment.id).subquery())) or 0
    ordered = query.order_by(_rank(pattern, found), Bureau.position, Bureau.code)
    raw = db.session.execute(ordered.limit(per_page).offset((page - 1) * per_page)).all()
    return _told(task, raw, now=now), total


def _select(task: Task, pattern: ColumnElement[int], wanted: Filter) -> Select[tuple[object, ...]]:
    query = (
        select(
            Assignment.id, Bureau.id, Bureau.code, Bureau.name_zh, Bureau.short_zh, Bureau.name_en, Bureau.kind, Bureau.region,
            Assignment.due_at, Assignment.cutoff_at, Assignment.due_rev, tracking.review_state_of(), Report.round, Report.changed_at,
            pattern.label("pattern"),
        )  # fmt: skip
        .join(Bureau, Bureau.id == Assignment.bureau_id)
        .outerjoin(Report, Report.assignment_id == Assignment.id)
        .where(Assignment.task_id == task.id)
    )
    if wanted.text:
        query = query.where(Bureau.search_key.contains(wanted.text.strip().lower(), autoescape=True))
    if wanted.kind:
        query = query.where(Bureau.kind == wanted.kind)
    if wanted.region:
        query = query.where(Bureau.region == wanted.region)
    return query


def _among(pattern: ColumnElement[int], matching: Collection[Group]) -> ColumnElement[bool]:
    """Whether an assignment belongs to one of these groups."""
    if not matching:
        return false()
    alike = or_(*(_is(pattern, group) for group in matching)) if len(matching) <= rules.FEW else None
    if alike is not None:
        return alike
    keys = [(group.pattern, group.due_at, group.review_state) for group in matching]
    return tuple_(pattern, Assignment.due_at, tracking.review_state_of()).in_(keys)


def _is(pattern: ColumnElement[int], group: Group) -> ColumnElement[bool]:
    same = (pattern == group.pattern) & (Assignment.due_at == group.due_at)
    return same & (tracking.review_state_of() == group.review_state)


def _rank(pattern: ColumnElement[int], found: Sequence[Group]) -> ColumnElement[int]:
    """The place of an assignment's standing in the order of the board."""
    places = {}
    for group in found:
        places.setdefault((group.pattern, group.due_at), rules.ORDER.index(group.standing))
    whens = [((pattern == key[0]) & (Assignment.due_at == key[1]), place) for key, place in places.items()]
    return case(*whens[: rules.MOST_RANKED], else_=len(rules.ORDER)) if whens else case((false(), 0), else_=0)


def _told(task: Task, raw: Sequence[tuple[object, ...]], *, now: datetime) -> list[Row]:
    arrivals = reports.arrivals([row[0] for row in raw])  # type: ignore[misc]
    shapes = tracking.shapes(task)
    told = []
    for row in raw:
        mine = arrivals.get(row[0], {})  # type: ignore[call-overload]
        window = Window(task.opens_at, row[8], row[9])  # type: ignore[arg-type]
        slots = tuple(patterns.slot_standings(row[14], shapes, due_at=row[8], now=now))  # type: ignore[arg-type]
        standing = patterns.standing(row[14], shapes, window=window, now=now)  # type: ignore[arg-type]
        told.append(
            Row(*row[:11], standing, row[11], row[12] or 0, row[13], slots, tuple(mine.get(slot.id) for slot in task.slots))  # type: ignore[arg-type]
        )
    return told
