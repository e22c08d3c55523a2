"""Reading campaigns, tasks and assignments; a row is always reached through whoever it belongs to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from reporting.accounts.models import User
from reporting.bureaus import queries as bureaus
from reporting.bureaus.models import Bureau, Membership
from reporting.bureaus.rules import Role
from reporting.campaigns.models import Assignment, Campaign, DueChange, Slot, Task
from reporting.campaigns.rules import State
from reporting.core.db import db


def campaigns_of(organiser_ids: Collection[int], *, offset: int = 0, limit: int = 200) -> Sequence[Campaign]:
    """The campaigns which these bureaus organise, newest first."""
    wanted = select(Campaign).where(Campaign.organiser_id.in_(organiser_ids))
    ordered = wanted.order_by(Campaign.year.desc(), Campaign.id.desc())
    return db.session.scalars(ordered.offset(offset).limit(limit)).all()


def count_campaigns_of(organiser_ids: Collection[int]) -> int:
    """How many campaigns these bureaus organise."""
    return db.session.scalar(select(func.count(Campaign.id)).where(Campaign.organiser_id.in_(organiser_ids))) or 0


def find_campaign(campaign_id: int, *, organiser_ids: Collection[int]) -> Campaign | None:
    """A campaign of one of these organisers, or None."""
    wanted = select(Campaign).where(Campaign.id == campaign_id, Campaign.organiser_id.in_(organiser_ids))
    return db.session.scalar(wanted)


def find_task(task_id: int, *, organiser_ids: Collection[int]) -> Task | None:
    """A task of one of these organisers, or None."""
    wanted = select(Task).join(Task.campaign).where(Task.id == task_id, Campaign.organiser_id.in_(organiser_ids))
    return db.session.scalar(wanted)


def task(task_id: int) -> Task | None:
    """A task by id, for the clock; doors use `find_task`."""
    return db.session.get(Task, task_id)


def tasks_of(campaign_ids: Collection[int]) -> Sequence[Task]:
    """The tasks of these campaigns, by due date; all of them, since closing a campaign closes each."""
    wanted = select(Task).where(Task.campaign_id.in_(campaign_ids))
    return db.session.scalars(wanted.order_by(Task.due_at, Task.id)).all()


def open_tasks(*, limit: int = 20_000) -> Sequence[Task]:
    """Every task that is open, by due date; more than `limit` at once raise OverflowError, since none may be forgotten."""
    wanted = select(Task).where(Task.state == State.OPEN).order_by(Task.due_at, Task.id)
    found = db.session.scalars(wanted.limit(limit + 1)).all()
    if len(found) > limit:
        raise OverflowError(f"more than {limit} tasks are open at once")
    return found


def next_due(now: datetime) -> datetime | None:
    """The next due of an open task after `now`, else the latest one past; None when no task is open."""
    ahead = db.session.scalar(select(func.min(Task.due_at)).where(Task.state == State.OPEN, Task.due_at > now))
    return ahead or db.session.scalar(select(func.max(Task.due_at)).where(Task.state == State.OPEN))


def next_due_zone(now: datetime) -> str | None:
    """The zone of the campaign to which `next_due` belongs."""
    due = next_due(now)
    wanted = select(Campaign.zone).join(Task, Task.campaign_id == Campaign.id).where(Task.due_at == due)
    return db.session.scalar(wanted.order_by(Task.id).limit(1))


def find_assignment(assignment_id: int, *, bureau_ids: Collection[int], lock: bool = False) -> Assignment | None:
    """An assignment of one of these bureaus whose task has been opened, or None; `lock` holds its row."""
    wanted = (
        select(Assignment)
        .join(Assignment.task)
        .where(Assignment.id == assignment_id, Assignment.bureau_id.in_(bureau_ids), Task.state != State.DRAFT)
    )
    if lock:
        wanted = wanted.with_for_update(of=Assignment)
    return db.session.scalar(wanted)


def find_assignment_of_organiser(
    assignment_id: int, *, organiser_ids: Collection[int], lock: bool = False
) -> Assignment | None:
    """An assignment to a task of one of these organisers, or None; `lock` holds its row."""
    wanted = (
        select(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .where(Assignment.id == assignment_id, Campaign.organiser_id.in_(organiser_ids))
    )
    if lock:
        wanted = wanted.with_for_update(of=Assignment)
    return db.session.scalar(wanted)


def assignments_of_bureaus(bureau_ids: Collection[int], *, offset: int = 0, limit: int = 200) -> Sequence[Assignment]:
    """What these bureaus have been asked for, the nearest due of open tasks first, closed tasks last."""
    wanted = (
        select(Assignment)
        .join(Assignment.task)
        .where(Assignment.bureau_id.in_(bureau_ids), Task.state != State.DRAFT)
        .order_by(Task.state.desc(), Assignment.due_at, Assignment.id)
    )
    return db.session.scalars(wanted.offset(offset).limit(limit)).all()


def count_assignments_of_bureaus(bureau_ids: Collection[int]) -> int:
    """How much these bureaus have been asked for."""
    wanted = select(func.count(Assignment.id)).join(Task, Task.id == Assignment.task_id)
    return db.session.scalar(wanted.where(Assignment.bureau_id.in_(bureau_ids), Task.state != State.DRAFT)) or 0


def assignment_of(task_id: int, bureau_id: int) -> Assignment | None:
    """What a bureau owes for a task, or None when it was not asked."""
    return db.session.scalar(select(Assignment).where(Assignment.task_id == task_id, Assignment.bureau_id == bureau_id))


def due_changes(assignment_id: int) -> Sequence[DueChange]:
    """Every change of an assignment's due, oldest first."""
    wanted = select(DueChange).where(DueChange.assignment_id == assignment_id).order_by(DueChange.due_rev)
    return db.session.scalars(wanted.limit(200)).all()


def assigned_bureau_ids(task_id: int) -> set[int]:
    """The ids of the bureaus that owe a task."""
    return set(
        db.session.scalars(
            select(Assignment.bureau_id).where(Assignment.task_id == task_id).order_by(Assignment.bureau_id)
        )
    )


def last_cutoff(task: Task) -> datetime:
    """When the last of a task's bureaus can no longer hand in; extensions included."""
    latest = db.session.scalar(select(func.max(Assignment.cutoff_at)).where(Assignment.task_id == task.id))
    return max(task.cutoff_at, latest or task.cutoff_at)


def last_due_changes(task_id: int) -> dict[int, datetime]:
    """When the due of an assignment was last changed, by assignment; those never changed are left out."""
    wanted = (
        select(DueChange.assignment_id, func.max(DueChange.granted_at, type_=DueChange.granted_at.type))
        .join(Assignment, Assignment.id == DueChange.assignment_id)
        .where(Assignment.task_id == task_id)
        .group_by(DueChange.assignment_id)
        .order_by(DueChange.assignment_id)
    )
    return dict(db.session.execute(wanted).all())


def open_tasks_of(assignment_ids: Collection[int]) -> list[tuple[Task, list[int]]]:
    """The open tasks to which these assignments belong, each with its own of them."""
    wanted = (
        select(Task, Assignment.id)
        .join(Assignment, Assignment.task_id == Task.id)
        .where(Assignment.id.in_(assignment_ids), Task.state == State.OPEN)
        .order_by(Task.id, Assignment.id)
    )
    found: dict[int, tuple[Task, list[int]]] = {}
    for row in db.session.execute(wanted).unique().all():
        found.setdefault(row[0].id, (row[0], []))[1].append(row[1])
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bureau that may be assigned, with what the coordinator wants to know about it."""

    bureau_id: int
    code: str
    name_zh: str
    short_zh: str
    name_en: str
    kind: str
    region: str
    parent_id: int | None
    assigned: bool
    reporters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Which candidates are sought. `only` is "", "assigned", "free" or "unreachable" (nobody active reports there);
    `direct` leaves out what is not right below the organiser.
    """

    text: str = ""
    kind: str = ""
    region: str = ""
    only: str = ""
    direct: bool = False


def candidates(task: Task, sieve: Sieve, *, page: int = 1, per_page: int = 100) -> tuple[list[Candidate], int]:
    """Bureaus below the organiser that are not closed, filtered and paged, and how many there are."""
    organiser_id = task.campaign.organiser_id
    reporters = (
        select(func.count(Membership.id))
        .join(User, User.id == Membership.user_id)
        .where(Membership.bureau_id == Bureau.id, Membership.role == Role.REPORTER)
        .where(Membership.ended_at.is_(None), User.active.is_(True))
        .correlate(Bureau)
        .scalar_subquery()
    )
    told = (Bureau.id, Bureau.code, Bureau.name_zh, Bureau.short_zh, Bureau.name_en, Bureau.kind, Bureau.region)
    wanted = (
        select(*told, Bureau.parent_id, Assignment.id.is_not(None), reporters)
        .outerjoin(Assignment, (Assignment.bureau_id == Bureau.id) & (Assignment.task_id == task.id))
        .where(Bureau.id.in_(bureaus.subtree(organiser_id)), Bureau.id != organiser_id, Bureau.closed_on.is_(None))
        .where(*_sifted(sieve, organiser_id, reporters))
    )
    total = db.session.scalar(select(func.count()).select_from(wanted.with_only_columns(Bureau.id).subquery())) or 0
    ordered = wanted.order_by(Bureau.position, Bureau.code).limit(per_page).offset((page - 1) * per_page)
    rows: Sequence[Any] = db.session.execute(ordered).all()
    return [Candidate(*row) for row in rows], total


def _sifted(sieve: Sieve, organiser_id: int, reporters: ScalarSelect[int]) -> list[ColumnElement[bool]]:
    """The conditions that a sieve stands for."""
    wishes: list[tuple[bool, ColumnElement[bool]]] = [
        (bool(sieve.text), Bureau.search_key.contains(sieve.text.strip().lower(), autoescape=True)),
        (bool(sieve.kind), Bureau.kind == sieve.kind),
        (bool(sieve.region), Bureau.region == sieve.region),
        (sieve.direct, Bureau.parent_id == organiser_id),
        (sieve.only == "assigned", Assignment.id.is_not(None)),
        (sieve.only == "free", Assignment.id.is_(None)),
        (sieve.only == "unreachable", reporters == 0),
    ]
    return [condition for wished, condition in wishes if wished]


def assignment_counts(task_ids: Collection[int]) -> dict[int, int]:
    """How many bureaus owe each of these tasks; those that nobody owes are left out."""
    wanted = (
        select(Assignment.task_id, func.count(Assignment.id))
        .where(Assignment.task_id.in_(task_ids))
        .group_by(Assignment.task_id)
        .order_by(Assignment.task_id)
    )
    return dict(db.session.execute(wanted).all())


def assigned_without(task_id: int, role: str, *, among: Collection[int] | None = None) -> list[str]:
    """Short names of the assigned bureaus in which nobody active holds `role`; `among` narrows it to some bureaus."""
    holds = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.bureau_id == Bureau.id, Membership.role == role)
        .where(Membership.ended_at.is_(None), User.active.is_(True))
    )
    wanted = (
        select(Bureau.short_zh)
        .join(Assignment, Assignment.bureau_id == Bureau.id)
        .where(Assignment.task_id == task_id, ~holds.exists())
        .order_by(Bureau.position, Bureau.code)
    )
    if among is not None:
        wanted = wanted.where(Bureau.id.in_(among))
    return list(db.session.scalars(wanted))


def slots_in_order(task_id: int) -> Sequence[Slot]:
    """The slots of a task by position."""
    return db.session.scalars(select(Slot).where(Slot.task_id == task_id).order_by(Slot.position)).all()


def letter_frame(assignment: Assignment, contact: bureaus.Contact, *, link: str) -> dict[str, Any]:
    """The facts which every letter about an assignment has: who writes, whom to ask, why the reader gets it.

    `link` names a place as a code such as `assignment:12`; the door that sends knows its address.
    """
    campaign, english = assignment.task.campaign, contact.language == "en"
    organiser = db.session.get_one(Bureau, campaign.organiser_id)
    return {
        "person": contact.name,
        "organiser": {
            "name": (english and organiser.name_en) or organiser.name_zh,
            "contact": campaign.contact_name,
            "phone": campaign.contact_phone,
        },
        "campaign": {
            "title": (english and campaign.title_en) or campaign.title,
            "document_number": campaign.document_number,
        },
        "reason_code": contact.role,
        "link": link,
        "zone": campaign.zone,
    }
