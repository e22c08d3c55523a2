"""What is known of each bureau's report beyond the board: for exports, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select

from reporting.campaigns.models import Assignment, Task
from reporting.core.db import db
from reporting.dashboard import queries as dashboard
from reporting.deadlines.rules import IN_LATE, late_seconds
from reporting.receipts.models import Receipt
from reporting.reports.models import Report, Submission, SubmissionSlot
from reporting.reports.queries import Media


@dataclass(frozen=True, slots=True)
class SlotLine:
    """One slot: how it stands, when it first came in, how many files its last round had, and how many of a manifest's
    have come while some are on the way.
    """

    standing: str
    arrived_at: datetime | None
    count: int
    media: Media | None


@dataclass(frozen=True, slots=True)
class Line:
    """One bureau: what the board shows, the number of its last receipt, and by how many seconds it was late."""

    row: dashboard.Row
    slots: tuple[SlotLine, ...]
    receipt: str
    late_seconds: int


def lines(task: Task, found: dashboard.Survey, ids: Sequence[int]) -> list[Line]:
    """The lines of an export, in the order given; four statements however many they are."""
    rows = dashboard.rows(task, found, ids)
    receipts: dict[int, str] = {row[0]: row[1] for row in db.session.execute(_receipts(task))}
    counts = {(row[0], row[1]): row[2] for row in db.session.execute(_counts(task))}
    return [_line(task, row, receipts.get(row.assignment_id, ""), counts) for row in rows]


def _line(task: Task, row: dashboard.Row, receipt: str, counts: dict[tuple[int, int], int]) -> Line:
    slots = tuple(
        SlotLine(standing, arrived_at, counts.get((row.assignment_id, slot.id), 0), media)
        for slot, standing, arrived_at, media in zip(task.slots, row.group.slots, row.arrived, row.media, strict=True)
    )
    late = [
        late_seconds(slot.arrived_at, row.group.due_at)
        for slot in slots
        if slot.arrived_at and slot.standing in IN_LATE
    ]
    return Line(row, slots, receipt, max(late, default=0))


def _last_rounds(*columns: Any) -> Select[*tuple[Any, ...]]:
    """A select over the last round of every assignment."""
    return (
        select(*columns)
        .join(Report, and_(Report.id == Submission.report_id, Report.round == Submission.round))
        .join(Assignment, Assignment.id == Submission.assignment_id)
    )


def _receipts(task: Task) -> Select[*tuple[Any, ...]]:
    wanted = _last_rounds(Submission.assignment_id, Receipt.number)
    wanted = wanted.join(Receipt, Receipt.submission_id == Submission.id)
    return wanted.where(Assignment.task_id == task.id).order_by(Submission.id)


def _counts(task: Task) -> Select[*tuple[Any, ...]]:
    wanted = _last_rounds(Submission.assignment_id, SubmissionSlot.slot_id, SubmissionSlot.count)
    wanted = wanted.join(SubmissionSlot, SubmissionSlot.submission_id == Submission.id)
    return wanted.where(Assignment.task_id == task.id).order_by(SubmissionSlot.id)
