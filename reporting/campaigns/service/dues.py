"""Moving the due of one bureau or of all, and telling those whom it concerns."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update

from reporting.audit import service as audit
from reporting.bureaus import queries as bureaus
from reporting.bureaus.rules import REPORTING_ROLES
from reporting.campaigns import queries, rules
from reporting.campaigns.models import Assignment, DueChange, Task
from reporting.campaigns.service.refusing import refuse
from reporting.campaigns.service.telling import tell_bureau
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.deadlines.rules import media_until


def move_dues(task: Task, *, actor: Actor, now: datetime) -> None:
    """Carry the task's new dates to every assignment, and write to those whose due has moved.

    Where one has an extension of its own, the later date holds. A draft's bureaus have heard of no due, and get no letter.
    """
    if task.state == rules.State.DRAFT:
        moved = update(Assignment).where(Assignment.task_id == task.id)
        until = media_until(task.due_at, task.media_window_hours)
        db.session.execute(moved.values(due_at=task.due_at, cutoff_at=task.cutoff_at, media_until=until))
        return
    extended = set(
        db.session.scalars(
            select(DueChange.assignment_id)
            .join(Assignment, Assignment.id == DueChange.assignment_id)
            .where(Assignment.task_id == task.id, DueChange.kind == "extension")
            .order_by(DueChange.assignment_id)
        )
    )
    moved_from = {}
    everybody = select(Assignment).where(Assignment.task_id == task.id).order_by(Assignment.id)
    for assignment in db.session.scalars(everybody.with_for_update()):
        due_at, cutoff_at = task.due_at, task.cutoff_at
        if assignment.id in extended:
            due_at, cutoff_at = max(assignment.due_at, due_at), max(assignment.cutoff_at, cutoff_at)
        if due_at == assignment.due_at:
            assignment.cutoff_at = cutoff_at
            _move_window(assignment)
        else:
            moved_from[assignment] = assignment.due_at
            _change_due(
                assignment,
                due_at,
                cutoff_at,
                kind="task",
                reason="",
                document_number="",
                actor=actor,
                now=now,
            )
    _tell_moved(moved_from, now=now)


def _tell_moved(moved_from: Mapping[Assignment, datetime], *, now: datetime) -> None:
    """Write to the people of bureaus whose due was moved with everybody's; each with the due that it had."""
    people: dict[int, list[bureaus.Contact]] = {}
    for contact in bureaus.contacts([one.bureau_id for one in moved_from], REPORTING_ROLES):
        people.setdefault(contact.bureau_id, []).append(contact)
    for assignment, old_due_at in moved_from.items():
        _tell(assignment, old_due_at, now=now, people=people.get(assignment.bureau_id, []))


def _tell(
    assignment: Assignment,
    old_due_at: datetime,
    *,
    now: datetime,
    reason: str = "",
    document_number: str = "",
    people: Sequence[bureaus.Contact] | None = None,
) -> None:
    facts = {
        "old_due_at": old_due_at.isoformat(),
        "due_at": assignment.due_at.isoformat(),
        "reason": reason.strip(),
        "document_number": document_number.strip(),
    }
    cause = f"{assignment.id}.{assignment.due_rev}"
    link = f"assignment:{assignment.id}"
    tell_bureau(assignment, "extension", cause, facts=facts, link=link, now=now, people=people)


def _change_due(
    assignment: Assignment,
    due_at: datetime,
    cutoff_at: datetime,
    *,
    kind: str,
    reason: str,
    document_number: str,
    actor: Actor,
    now: datetime,
) -> None:
    change = DueChange(
        assignment_id=assignment.id,
        due_rev=assignment.due_rev + 1,
        kind=kind,
        old_due_at=assignment.due_at,
        due_at=due_at,
        cutoff_at=cutoff_at,
        reason=reason.strip(),
        document_number=document_number.strip(),
        granted_by=actor.name,
        granted_at=now,
    )
    db.session.add(change)
    assignment.due_at, assignment.cutoff_at, assignment.due_rev = due_at, cutoff_at, change.due_rev
    _move_window(assignment)
    change.cutoff_at = assignment.cutoff_at
    db.session.flush()


def _move_window(assignment: Assignment) -> None:
    """Let the media window follow the due; the cut-off moves along when the window would pass it."""
    assignment.media_until = media_until(assignment.due_at, assignment.task.media_window_hours)
    assignment.cutoff_at = max(assignment.cutoff_at, assignment.media_until or assignment.due_at)


def extend(
    assignment: Assignment, *, due_at: datetime, reason: str, document_number: str, actor: Actor, now: datetime
) -> None:
    """Move one bureau's due, by a document, and write to its people. Verdicts on the old due stay in its history.

    The media window moves with it, and the cut-off when either would pass it. Asking twice for the same due changes nothing the
    second time. Raises Refused with every reason.
    """
    latest = next(iter(queries.due_changes(assignment.id)[-1:]), None)
    if latest is not None and (latest.kind, latest.due_at) == ("extension", due_at):
        return
    refuse(
        rules.extension_problems(
            due_at=assignment.due_at,
            new_due_at=due_at,
            reason=reason,
            document_number=document_number,
            state=assignment.task.state,
            now=now,
        )
    )
    old_due_at, cutoff_at = assignment.due_at, max(assignment.cutoff_at, due_at)
    _change_due(
        assignment,
        due_at,
        cutoff_at,
        kind="extension",
        reason=reason,
        document_number=document_number,
        actor=actor,
        now=now,
    )
    audit.record(
        "assignment.extended", "assignment", assignment.id,
        actor=actor, now=now, due_at=due_at.isoformat(), reason=reason.strip(), document_number=document_number.strip(),
    )  # fmt: skip
    _tell(assignment, old_due_at, now=now, reason=reason, document_number=document_number)
