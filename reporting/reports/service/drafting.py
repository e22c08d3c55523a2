"""Beginning a working copy and writing its text."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from reporting.audit import queries as record
from reporting.audit import service as audit
from reporting.campaigns.models import Assignment
from reporting.campaigns.rules import State as TaskState
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import Reason, Refused, Stale
from reporting.deadlines import rules as deadlines
from reporting.reports import queries, rules
from reporting.reports.models import Report

# Saves of one person within this time of the entry are the same sitting.
AT_IT = timedelta(minutes=10)


def window_of(assignment: Assignment) -> deadlines.Window:
    """The moments which hold for this assignment, extensions included."""
    return deadlines.Window(assignment.task.opens_at, assignment.due_at, assignment.cutoff_at)


def gate_reasons(assignment: Assignment, *, now: datetime) -> list[Reason]:
    """Why nothing is accepted now; empty while the gate is open."""
    zone = assignment.task.campaign.zone
    gate = deadlines.gate(window_of(assignment), now=now)
    if gate == deadlines.Gate.NOT_OPEN_YET:
        return [Reason.of("not_open_yet", opens_at=assignment.task.opens_at, zone=zone)]
    if gate == deadlines.Gate.CLOSED or assignment.task.state != TaskState.OPEN:
        # A task that was closed by hand was closed then, however far off its cut-off was.
        closed_at = min(assignment.cutoff_at, assignment.task.closed_at or assignment.cutoff_at)
        return [Reason.of("closed_for_submission", cutoff_at=closed_at, zone=zone)]
    return []


def begun(assignment: Assignment, *, actor: Actor, now: datetime) -> Report:
    """The working copy, made when nobody has begun, with its row held until the end of the transaction.

    Raises Refused while nothing may be changed: the report was accepted.
    """
    report = queries.find_report(assignment.id, lock=True) or _begin(assignment, actor=actor, now=now)
    if report.state == rules.State.ACCEPTED:
        raise Refused(Reason.of("already_accepted"))
    return report


def _begin(assignment: Assignment, *, actor: Actor, now: datetime) -> Report:
    """Make the working copy; of two tabs that begin at the same moment both get the one that came first."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "assignment_id": assignment.id, "title": "", "body": "", "state": rules.State.DRAFT, "text_version": 0, "revision": 0,
        "prepared_by": "", "round": 0, "changed_by": actor.name, "changed_at": now,
    }  # fmt: skip
    db.session.execute(insert(Report).values(values).on_conflict_do_nothing(index_elements=["assignment_id"]))
    report = queries.find_report(assignment.id, lock=True)
    if report is None:
        raise AssertionError("the working copy was just made")
    return report


def touch(report: Report, *, actor: Actor, now: datetime, did: str, **facts: Any) -> None:
    """Note that the working copy was changed, and by what; a copy that was prepared for the certifier is so no longer.

    A text that saves itself while somebody writes is one entry of the record for as long as they write on.
    """
    if facts or not _goes_on(report, f"report.{did}", actor=actor, now=now):
        audit.record(f"report.{did}", "assignment", report.assignment_id, actor=actor, now=now, **facts)
    report.revision += 1
    report.changed_by, report.changed_at = actor.name, now
    db.session.flush()


def _goes_on(report: Report, action: str, *, actor: Actor, now: datetime) -> bool:
    """Whether the newest entry already says that the same person is at the same."""
    newest = next(iter(record.of("assignment", report.assignment_id, limit=1)), None)
    if newest is None or (newest.action, newest.user_id, newest.actor_name) != (action, actor.user_id, actor.name):
        return False
    return now - newest.at < AT_IT


def save_text(assignment: Assignment, *, title: str, body: str, version: int, actor: Actor, now: datetime) -> Report:
    """Write title and text over the version which the caller has read.

    Saving the same again changes nothing. Raises Refused when it is too long, and Stale with the other's text when
    somebody saved in between; text is kept even after the cut-off, since a draft is never taken from its writer.
    """
    title, body = rules.clean_line(title), rules.clean(body)
    problems = rules.text_problems(title, body)
    if problems:
        raise Refused(*(Reason.of(problem.code, limit=problem.limit) for problem in problems))
    report = begun(assignment, actor=actor, now=now)
    if (report.title, report.body) == (title, body):
        return report
    if report.text_version != version:
        theirs = {"title": report.title, "body": report.body, "version": report.text_version, "at": report.changed_at}
        raise Stale(by=report.changed_by, theirs=theirs)
    report.title, report.body = title, body
    report.text_version += 1
    touch(report, actor=actor, now=now, did="text_saved")
    return report
