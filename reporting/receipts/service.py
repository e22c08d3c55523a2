"""Issuing receipts and writing the letter that carries them."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from reporting.audit import service as audit
from reporting.campaigns import service as campaigns
from reporting.campaigns.models import Assignment
from reporting.core.actor import SYSTEM
from reporting.core.db import db
from reporting.deadlines.rules import Arrival
from reporting.receipts import queries, rules
from reporting.receipts.models import Receipt, ReceiptCounter
from reporting.reports import queries as reports
from reporting.reports.models import Submission
from reporting.reports.rules import still_owed


def issue(submission: Submission, assignment: Assignment, *, now: datetime) -> Receipt:
    """Give a round its receipt and put the letters to the bureau's people into the outbox; once a round."""
    held = queries.of_submission(submission.id)
    if held is not None:
        return held
    year = assignment.task.campaign.year
    receipt = Receipt(submission_id=submission.id, number=rules.number(year, _next(year)), issued_at=now)
    db.session.add(receipt)
    db.session.flush()
    told = {"number": receipt.number, "round": submission.round}
    audit.record("receipt.issued", "assignment", assignment.id, actor=SYSTEM, now=now, **told)
    facts = _facts(receipt, submission, assignment, now=now)
    campaigns.tell_bureau(
        assignment, "receipt", str(submission.id), facts=facts, link=f"receipt:{submission.id}", now=now
    )
    return receipt


def _next(year: int) -> int:
    """Take the next number under the counter's row lock, so that two rounds never share one."""
    if db.session.get(ReceiptCounter, year) is None:
        try:
            with db.session.begin_nested():
                db.session.execute(insert(ReceiptCounter).values(year=year, last=0))
        except IntegrityError:
            pass  # Another round of this year began at the same moment and has made the row.
    db.session.execute(update(ReceiptCounter).where(ReceiptCounter.year == year).values(last=ReceiptCounter.last + 1))
    return db.session.scalar(select(ReceiptCounter.last).where(ReceiptCounter.year == year)) or 0


def _facts(receipt: Receipt, submission: Submission, assignment: Assignment, *, now: datetime) -> dict[str, Any]:
    came = [line.slot_id for line in submission.files if line.file_id is not None]
    arrived = reports.arrivals([assignment.id]).get(assignment.id, {})
    return {
        "number": receipt.number,
        "received_at": submission.received_at.isoformat(),
        "round": submission.round,
        "timing": rules.timing(late_seconds=submission.late_seconds, came_late=submission.came_late),
        "late_by": submission.late_seconds,
        "slots": [
            {
                "kind": slot.kind,
                "standing": slot.standing,
                "arrived_at": slot.arrived_at.isoformat() if slot.arrived_at else None,
                "count": slot.count,
                "came": came.count(slot.slot_id),
                "until": _until(arrived.get(slot.slot_id)),
            }
            for slot in submission.slots
        ],
        "files": [
            {"name": f.name, "size": f.size, "sha256": f.sha256, "slot": f.slot_kind, "came": f.file_id is not None}
            for f in submission.files
        ],
        "still_owed": still_owed(reports.contents(assignment, reports.find_report(assignment.id), now=now)),
    }


def _until(arrival: Arrival | None) -> str | None:
    """By when the media of a manifest must be in."""
    return arrival.media_until.isoformat() if arrival is not None and arrival.media_until is not None else None
