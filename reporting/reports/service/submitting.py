"""Handing in: the working copy becomes a frozen round, and each slot's first arrival is stamped."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from reporting.audit import service as audit
from reporting.campaigns.models import Assignment, FocusArea, Slot
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import Reason, Refused
from reporting.deadlines import rules as deadlines
from reporting.reports import queries, rules
from reporting.reports.models import (
    Attachment,
    Declaration,
    Report,
    SlotArrival,
    Submission,
    SubmissionFile,
    SubmissionSlot,
)
from reporting.reports.service import promising
from reporting.reports.service.drafting import begun, gate_reasons


def _is_changed(report: Report) -> bool:
    return report.submitted_revision != report.revision or report.state == rules.State.RETURNED


def problems_now(assignment: Assignment, report: Report | None, *, is_certifier: bool, now: datetime) -> list[Reason]:
    """Everything that would stand in the way of submitting now, for the page that shows it before."""
    problems = rules.submission_problems(
        queries.contents(assignment, report, now=now),
        title=report.title if report else "",
        state=report.state if report else rules.State.DRAFT,
        changed=report is None or _is_changed(report),
        needs_certifier=assignment.task.sign_off,
        is_certifier=is_certifier,
    )
    return gate_reasons(assignment, now=now) + _as_reasons(problems)


def _as_reasons(problems: Sequence[rules.Problem]) -> list[Reason]:
    return [Reason.of(problem.code, slot=problem.slot, limit=problem.limit) for problem in problems]


def prepare(assignment: Assignment, *, actor: Actor, now: datetime) -> Report:
    """Hand the working copy to the certifier; raises Refused with every reason. Preparing twice is once."""
    report = begun(assignment, actor=actor, now=now)
    reasons = gate_reasons(assignment, now=now) + _as_reasons(
        rules.preparation_problems(
            queries.contents(assignment, report, now=now),
            title=report.title,
            state=report.state,
            changed=_is_changed(report),
        )
    )
    if reasons:
        raise Refused(*reasons)
    if report.prepared_revision != report.revision:
        report.prepared_revision, report.prepared_by = report.revision, actor.name
        audit.record("report.prepared", "assignment", assignment.id, actor=actor, now=now, revision=report.revision)
    return report


def submit(
    assignment: Assignment, *, key: str, is_certifier: bool, actor: Actor, now: datetime, seen: int | None = None
) -> tuple[Submission, bool]:
    """Freeze a round. `now` is the moment at which the server received it, taken once, at the door.

    `seen` is the revision that the person looked through: whoever signs, signs what they saw.
    The same `key` gives the same round again, and False. Raises Refused with every reason.
    """
    report = begun_or_done(assignment, key, actor=actor, now=now)
    if isinstance(report, Submission):
        return report, False
    if seen is not None and seen != report.revision:
        raise Refused(Reason.of("changed_since_check", by=report.changed_by))
    reasons = problems_now(assignment, report, is_certifier=is_certifier, now=now)
    if reasons:
        raise Refused(*reasons)
    submission = _freeze(assignment, report, key=key, actor=actor, now=now)
    report.state = rules.State.SUBMITTED
    report.round, report.submitted_revision = submission.round, report.revision
    audit.record(
        "report.submitted", "assignment", assignment.id,
        actor=actor, now=now, round=submission.round, submission=submission.id, late_seconds=submission.late_seconds, digest=submission.digest,
    )  # fmt: skip
    db.session.flush()
    return submission, True


def begun_or_done(assignment: Assignment, key: str, *, actor: Actor, now: datetime) -> Report | Submission:
    """The round that this key has already made, else the working copy with its row held."""
    held = queries.find_report(assignment.id, lock=True)
    done = queries.by_idempotency_key(assignment.id, key)
    if done is not None:
        return done
    return begun(assignment, actor=actor, now=now) if held is None or held.state == rules.State.ACCEPTED else held


def _freeze(assignment: Assignment, report: Report, *, key: str, actor: Actor, now: datetime) -> Submission:
    attachments = queries.attachments(report.id)
    declared = queries.declarations(report.id)
    submission = Submission(
        report_id=report.id,
        assignment_id=assignment.id,
        round=report.round + 1,
        idempotency_key=key,
        received_at=now,
        submitted_by_id=actor.user_id,
        submitted_by=actor.name,
        prepared_by=report.prepared_by if report.prepared_revision == report.revision else "",
        due_at=assignment.due_at,
        due_rev=assignment.due_rev,
        late_seconds=deadlines.late_seconds(now, assignment.due_at),
        title=report.title,
        body=report.body,
        digest=_digest(report, attachments, declared),
    )
    db.session.add(submission)
    db.session.flush()
    contents = queries.contents(assignment, report, now=now)
    stamped = _stamp_slots(assignment, submission, contents, now=now)
    _freeze_files(assignment, submission, attachments)
    db.session.flush()
    promising.settle(assignment, now=now)
    _freeze_slots(assignment, submission, contents, stamped, declared, now=now)
    db.session.flush()
    db.session.expire(submission, ["slots", "files"])
    return submission


def _stamp_slots(
    assignment: Assignment, submission: Submission, contents: Sequence[rules.SlotContent], *, now: datetime
) -> dict[int, SlotArrival]:
    """Stamp each slot that is complete; gives the arrivals by slot, those of earlier rounds too."""
    first = select(SlotArrival).where(SlotArrival.assignment_id == assignment.id).order_by(SlotArrival.id)
    stamped = {row.slot_id: row for row in db.session.scalars(first)}
    for slot, content in zip(assignment.task.slots, contents, strict=True):
        if rules.is_complete(content):
            _stamp(assignment, slot, submission, stamped, content=content, now=now)
    return stamped


def _freeze_slots(
    assignment: Assignment,
    submission: Submission,
    contents: Sequence[rules.SlotContent],
    stamped: dict[int, SlotArrival],
    declared: dict[int, Declaration],
    *,
    now: datetime,
) -> None:
    for slot, content in zip(assignment.task.slots, contents, strict=True):
        row = stamped.get(slot.id)
        arrival = None if row is None else queries.arrival_of(row, assignment.media_until)
        frozen = SubmissionSlot(
            submission_id=submission.id,
            slot_id=slot.id,
            position=slot.position,
            kind=slot.kind,
            standing=deadlines.slot_standing(
                required=slot.required, arrival=arrival, due_at=assignment.due_at, now=now
            ),
            count=content.present,
            arrived_at=None if arrival is None else deadlines.came_at(arrival),
            declared_reason=declared[slot.id].reason if slot.id in declared else "",
        )
        db.session.add(frozen)


def _stamp(
    assignment: Assignment,
    slot: Slot,
    submission: Submission,
    stamped: dict[int, SlotArrival],
    *,
    content: rules.SlotContent,
    now: datetime,
) -> None:
    """Stamp a slot's first arrival; a later round only says whether it is still declared none."""
    # Bytes may follow a manifest until the window in force ends; what is all there needs no window.
    until = assignment.media_until if content.coming else None
    row = stamped.get(slot.id)
    if row is None:
        row = SlotArrival(
            assignment_id=assignment.id,
            slot_id=slot.id,
            submission_id=submission.id,
            arrived_at=now,
            due_at=assignment.due_at,
            declared=content.declared,
            media_until=until,
        )
        stamped[slot.id] = row
        db.session.add(row)
    row.declared = content.declared


def _freeze_files(assignment: Assignment, submission: Submission, attachments: Sequence[Attachment]) -> None:
    slots = {slot.id: slot for slot in assignment.task.slots}
    areas = dict(
        db.session.execute(
            select(FocusArea.id, FocusArea.title)
            .where(FocusArea.campaign_id == assignment.task.campaign_id)
            .order_by(FocusArea.id)
        ).all()
    )
    for attachment in attachments:
        slot = slots[attachment.slot_id]
        frozen = SubmissionFile(
            submission_id=submission.id,
            attachment_id=attachment.id,
            slot_id=slot.id,
            slot_kind=slot.kind,
            slot_position=slot.position,
            position=attachment.position,
            file_id=attachment.file_id,
            name=attachment.name,
            caption=attachment.caption,
            focus_area=areas.get(attachment.focus_area_id or 0, ""),
            sha256=attachment.sha256,
            size=attachment.size,
            media_type=attachment.media_type,
            taken_on=attachment.taken_on,
            place=attachment.place,
            credit=attachment.credit,
            may_publish=attachment.may_publish,
        )
        db.session.add(frozen)


def _digest(report: Report, attachments: Sequence[Attachment], declared: dict[int, Declaration]) -> str:
    """SHA-256 over the round's content in one canonical form, for the receipt."""
    content = {
        "title": report.title,
        "body": report.body,
        "files": [
            [a.slot_id, a.position, a.name, a.caption, a.focus_area_id or 0, a.sha256, a.size, *_said(a)]
            for a in attachments
        ],
        "declared": [[slot_id, declared[slot_id].reason] for slot_id in sorted(declared)],
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _said(attachment: Attachment) -> list[str | bool]:
    """What the bureau says about a file beside its caption."""
    day = attachment.taken_on.isoformat() if attachment.taken_on else ""
    return [day, attachment.place, attachment.credit, attachment.may_publish]
