"""Accepting a round, or returning it with a note."""

from collections.abc import Collection
from datetime import datetime

from reporting.audit import service as audit
from reporting.campaigns import service as campaigns
from reporting.campaigns.models import Assignment
from reporting.campaigns.rules import State as TaskState
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import NotFound, Reason, Refused
from reporting.deadlines.rules import NOT_IN
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.reports.models import Submission
from reporting.reports.rules import State, clean
from reporting.reviews import queries, rules
from reporting.reviews.models import Review


def accept(assignment: Assignment, submission_id: int, *, note: str, actor: Actor, now: datetime) -> Review:
    """Accept the round that was seen; the same person accepting it twice accepts it once.

    Raises Refused with every reason, also when another round or decision came in between, and NotFound for a round of
    another bureau.
    """
    proposal = rules.Proposal(decision=rules.Decision.ACCEPT, note=clean(note).strip())
    return _decide(assignment, submission_id, proposal, actor=actor, now=now)


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
    """Return the round that was seen, with what is asked; `due_at` is by when, exclusive, if a day is set.

    The moments at which things first came in stay as they are. Refuses as `accept` does.
    """
    known = tuple(slot.kind for slot in assignment.task.slots if slot.kind in slots)
    proposal = rules.Proposal(decision=rules.Decision.RETURN, note=clean(note).strip(), slots=known, due_at=due_at)
    return _decide(assignment, submission_id, proposal, actor=actor, now=now)


def _decide(
    assignment: Assignment, submission_id: int, proposal: rules.Proposal, *, actor: Actor, now: datetime
) -> Review:
    submission = reports.submission(submission_id)
    if submission is None or submission.assignment_id != assignment.id:
        raise NotFound
    made = _made_already(submission, proposal, actor)
    if made is not None:
        return made
    _check(assignment, submission, proposal, now=now)
    review = _write(assignment, submission, proposal, actor=actor, now=now)
    if proposal.decision == rules.Decision.ACCEPT:
        report_service.accept(submission)
    else:
        report_service.give_back(submission)
    _tell(review, submission, assignment, now=now)
    return review


def _made_already(submission: Submission, proposal: rules.Proposal, actor: Actor) -> Review | None:
    """The very decision that a form posted twice has made before; raises Refused for any other one.

    The report's row is held from here on, so that of two reviewers at once the second sees what the first decided.
    """
    held = reports.find_report(submission.assignment_id, lock=True)
    review = queries.of_submission(submission.id)
    if review is not None:
        same = (review.decision, review.note, review.reviewer_id) == (proposal.decision, proposal.note, actor.user_id)
        if same:
            return review
        raise Refused(Reason.of("already_decided", by=review.reviewer))
    if held is None or held.round != submission.round:
        raise Refused(Reason.of("round_changed", round=held.round if held else submission.round))
    if held.state != State.SUBMITTED:
        raise Refused(Reason.of("not_submitted"))
    return None


def _check(assignment: Assignment, submission: Submission, proposal: rules.Proposal, *, now: datetime) -> None:
    owed = [slot.kind for slot in submission.slots if slot.standing in NOT_IN]
    is_open = assignment.task.state == TaskState.OPEN
    came = reports.came_in(submission.id)
    awaited = list(dict.fromkeys(line.slot_kind for line in submission.files if line.attachment_id not in came))
    codes = rules.problems(
        proposal, owed=owed, awaited=awaited, is_open=is_open, cutoff_at=assignment.cutoff_at, now=now
    )
    if codes:
        facts = {
            "slots": owed,
            "awaited": awaited,
            "limit": rules.LONGEST_NOTE,
            "cutoff_at": assignment.cutoff_at,
            "zone": assignment.task.campaign.zone,
        }
        raise Refused(*(Reason(code, facts) for code in codes))


def _write(
    assignment: Assignment, submission: Submission, proposal: rules.Proposal, *, actor: Actor, now: datetime
) -> Review:
    review = Review(
        submission_id=submission.id,
        assignment_id=assignment.id,
        decision=proposal.decision,
        note=proposal.note,
        slots=" ".join(proposal.slots),
        due_at=proposal.due_at,
        reviewer_id=actor.user_id,
        reviewer=actor.name,
        decided_at=now,
    )
    db.session.add(review)
    db.session.flush()
    action = "report.accepted" if proposal.decision == rules.Decision.ACCEPT else "report.returned"
    facts = {"round": submission.round, "note": proposal.note, "slots": list(proposal.slots)}
    audit.record(action, "assignment", assignment.id, actor=actor, now=now, **facts)
    return review


def _tell(review: Review, submission: Submission, assignment: Assignment, *, now: datetime) -> None:
    """Write to the bureau; the letter says whether what came first was on time, since a return does not change that."""
    kind = "accepted" if review.decision == rules.Decision.ACCEPT else "returned"
    facts = {
        "round": submission.round,
        "note": review.note,
        "slots": review.slot_kinds,
        "due_at": review.due_at.isoformat() if review.due_at else None,
        "first_on_time": reports.submissions(assignment.id)[0].late_seconds == 0,
    }
    campaigns.tell_bureau(assignment, kind, str(review.id), facts=facts, link=f"assignment:{assignment.id}", now=now)
