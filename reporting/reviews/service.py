"""Accepting a round, or returning it with a note."""

from collections.abc import Collection
from datetime import datetime

from reporting.audit import service as audit
from reporting.campaigns import service as campaigns
from reporting.campaigns.models import Assignment
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import NotFound, Reason, Refused
from reporting.deadlines.rules import NOT_IN, SlotStanding
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.reports.models import Submission
from reporting.reports.rules import clean
from reporting.reviews import rules
from reporting.reviews.models import Review


def accept(assignment: Assignment, submission_id: int, *, note: str, actor: Actor, now: datetime) -> Review:
    """Accept the round that was seen. Raises Refused with every reason, also when another round came in between."""
    submission = _seen(assignment, submission_id)
    review = _decide(
        assignment, submission, rules.Decision.ACCEPT, note=note, slots=(), due_at=None, actor=actor, now=now
    )
    report_service.accept(submission)
    return review


def give_back(
    assignment: Assignment,
    submission_id: int,
    *,
    note: str,
    slots: Collection[str],
    due_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> Review:
    """Return the round that was seen, with what is asked; `due_at` is by when, exclusive, if a day is set."""
    submission = _seen(assignment, submission_id)
    review = _decide(
        assignment, submission, rules.Decision.RETURN, note=note, slots=slots, due_at=due_at, actor=actor, now=now
    )
    report_service.give_back(submission)
    return review


def _seen(assignment: Assignment, submission_id: int) -> Submission:
    submission = reports.submission(submission_id)
    if submission is None or submission.assignment_id != assignment.id:
        raise NotFound
    return submission


def _decide(
    assignment: Assignment, submission: Submission, decision: rules.Decision, *,
    note: str, slots: Collection[str], due_at: datetime | None, actor: Actor, now: datetime,
) -> Review:  # fmt: skip
    held = reports.find_report(assignment.id, lock=True)
    if held is None or held.state != "submitted" or held.round != submission.round:
        raise Refused(Reason.of("round_changed", round=submission.round))
    note = clean(note).strip()
    owed = [slot.kind for slot in submission.slots if slot.standing in NOT_IN or slot.standing == SlotStanding.MISSING]
    codes = rules.decision_problems(decision, note=note, owed=owed, due_at=due_at, now=now)
    if codes:
        raise Refused(*(Reason.of(code, slots=owed, limit=rules.LONGEST_NOTE) for code in codes))
    known = [slot.kind for slot in assignment.task.slots if slot.kind in slots]
    review = Review(
        submission_id=submission.id,
        assignment_id=assignment.id,
        decision=decision,
        note=note,
        slots=" ".join(known),
        due_at=due_at,
        reviewer_id=actor.user_id,
        reviewer=actor.name,
        decided_at=now,
    )
    db.session.add(review)
    db.session.flush()
    action = "report.accepted" if decision == rules.Decision.ACCEPT else "report.returned"
    audit.record(
        action, "assignment", assignment.id, actor=actor, now=now, round=submission.round, note=note, slots=known
    )
    _write_letters(review, submission, assignment, now=now)
    return review


def _write_letters(review: Review, submission: Submission, assignment: Assignment, *, now: datetime) -> None:
    kind = "accepted" if review.decision == rules.Decision.ACCEPT else "returned"
    facts = {
        "round": submission.round,
        "note": review.note,
        "slots": review.slot_kinds,
        "due_at": review.due_at.isoformat() if review.due_at else None,
        "first_on_time": reports.submissions(assignment.id)[0].late_seconds == 0,
    }
    campaigns.tell_bureau(assignment, kind, str(review.id), facts=facts, link=f"assignment:{assignment.id}", now=now)
