"""Who owes a task."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select

from reporting.audit import service as audit
from reporting.bureaus import queries as bureaus
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules import Role
from reporting.campaigns import queries, rules
from reporting.campaigns.models import Assignment, Task
from reporting.campaigns.service.refusing import refuse, refuse_without
from reporting.core.actor import Actor
from reporting.core.db import changed_rows, db
from reporting.deadlines.rules import media_until


def assign(task: Task, bureau_ids: Collection[int], *, actor: Actor, now: datetime) -> int:
    """Let bureaus below the organiser owe a task; those that already do stay as they are. Gives how many are new.

    Raises Refused when the task is closed; and when it is open, for a due that has passed or a bureau without an
    active reporter, as opening it would.
    """
    is_open = task.state == rules.State.OPEN
    refuse(["task_closed"] if task.state == rules.State.CLOSED else [])
    refuse(["due_in_past"] if is_open and task.due_at <= now else [])
    allowed = select(Bureau.id).where(
        Bureau.id.in_(bureau_ids),
        Bureau.id.in_(bureaus.subtree(task.campaign.organiser_id)),
        Bureau.closed_on.is_(None),
    )
    new = sorted(set(db.session.scalars(allowed.order_by(Bureau.id))) - queries.assigned_bureau_ids(task.id))
    rows = [
        {
            "task_id": task.id,
            "bureau_id": bureau_id,
            "due_at": task.due_at,
            "cutoff_at": task.cutoff_at,
            "media_until": media_until(task.due_at, task.media_window_hours),
            "due_rev": 0,
            "created_at": now,
        }
        for bureau_id in new
    ]
    if rows:
        db.session.execute(insert(Assignment), rows)
        if is_open:
            refuse_without(queries.assigned_without(task.id, Role.REPORTER, among=new), "bureau_without_reporter")
            if task.sign_off:
                refuse_without(queries.assigned_without(task.id, Role.CERTIFIER, among=new), "bureau_without_certifier")
        audit.record("task.assigned", "task", task.id, actor=actor, now=now, bureaus=len(rows))
    return len(rows)


def assign_all(
    task: Task,
    *,
    text: str = "",
    kind: str = "",
    region: str = "",
    only: str = "",
    direct: bool = False,
    actor: Actor,
    now: datetime,
) -> int:
    """Let every bureau that a filter finds owe a task (see `queries.Sieve`); gives how many are new."""
    sieve = queries.Sieve(text=text, kind=kind, region=region, only=only, direct=direct)
    found, _total = queries.candidates(task, sieve, per_page=100_000)
    return assign(task, [candidate.bureau_id for candidate in found], actor=actor, now=now)


def unassign(task: Task, bureau_ids: Collection[int], *, actor: Actor, now: datetime) -> int:
    """Take bureaus off a task that is still a draft; raises Refused once it is open, since then they owe it."""
    refuse(["not_draft"] if task.state != rules.State.DRAFT else [])
    gone = changed_rows(delete(Assignment).where(Assignment.task_id == task.id, Assignment.bureau_id.in_(bureau_ids)))
    if gone:
        audit.record("task.unassigned", "task", task.id, actor=actor, now=now, bureaus=gone)
    return gone
