"""Reading working copies, rounds and arrivals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from reporting.bureaus.models import Bureau
from reporting.campaigns.models import Assignment, Campaign, Task
from reporting.core.db import db
from reporting.deadlines.rules import Arrival, later_of, may_follow
from reporting.reports import rules
from reporting.reports.models import Attachment, Declaration, Report, SlotArrival, Submission, SubmissionFile


def find_report(assignment_id: int, *, lock: bool = False) -> Report | None:
    """The working copy of an assignment, or None while nobody has begun; `lock` holds its row."""
    wanted = select(Report).where(Report.assignment_id == assignment_id)
    return db.session.scalar(wanted.with_for_update() if lock else wanted)


def reports_of(assignment_ids: Collection[int]) -> dict[int, Report]:
    """Working copies by the assignment they belong to."""
    found = db.session.scalars(select(Report).where(Report.assignment_id.in_(assignment_ids)).order_by(Report.id))
    return {report.assignment_id: report for report in found}


def attachments(report_id: int) -> Sequence[Attachment]:
    """The files of a working copy, by slot and order; removed ones are left out."""
    wanted = select(Attachment).where(Attachment.report_id == report_id, Attachment.removed_at.is_(None))
    return db.session.scalars(wanted.order_by(Attachment.slot_id, Attachment.position, Attachment.id)).all()


def removed_attachments(report_id: int, *, limit: int = 20) -> Sequence[Attachment]:
    """The files that were taken out of a working copy and can be put back, the last one first."""
    wanted = select(Attachment).where(Attachment.report_id == report_id, Attachment.removed_at.is_not(None))
    return db.session.scalars(wanted.order_by(Attachment.removed_at.desc(), Attachment.id.desc()).limit(limit)).all()


def find_attachment(report_id: int, attachment_id: int) -> Attachment | None:
    """A file of this very working copy, taken out or not, or None."""
    wanted = select(Attachment).where(Attachment.id == attachment_id, Attachment.report_id == report_id)
    return db.session.scalar(wanted)


def attached_bytes(bureau_id: int) -> int:
    """How many bytes a bureau has handed in altogether; removed files count, since they are kept, and promised ones do not yet."""
    wanted = (
        select(func.coalesce(func.sum(Attachment.size), 0))
        .join(Report, Report.id == Attachment.report_id)
        .join(Assignment, Assignment.id == Report.assignment_id)
        .where(Assignment.bureau_id == bureau_id, Attachment.file_id.is_not(None))
    )
    return int(db.session.scalar(wanted) or 0)


def declarations(report_id: int) -> dict[int, Declaration]:
    """What a working copy declares to have none of, by slot id."""
    found = db.session.scalars(select(Declaration).where(Declaration.report_id == report_id).order_by(Declaration.id))
    return {declaration.slot_id: declaration for declaration in found}


def arrivals(assignment_ids: Collection[int] | Select[tuple[int]]) -> dict[int, dict[int, Arrival]]:
    """First arrivals by assignment and slot; an assignment with none is left out. The ids may be a select of them.

    An arrival whose media follow has the end of their window that holds now: the later of the stamped one and the
    assignment's own.
    """
    wanted = (
        select(SlotArrival, Assignment.media_until)
        .join(Assignment, Assignment.id == SlotArrival.assignment_id)
        .where(SlotArrival.assignment_id.in_(assignment_ids))
    )
    found: dict[int, dict[int, Arrival]] = {}
    for row, media_until in db.session.execute(wanted.order_by(SlotArrival.id)).all():
        found.setdefault(row.assignment_id, {})[row.slot_id] = arrival_of(row, media_until)
    return found


def arrival_of(row: SlotArrival, media_until: datetime | None) -> Arrival:
    """A stamped arrival as the rules read it, given the end of its assignment's media window."""
    until = None if row.media_until is None else later_of(row.media_until, media_until)
    return Arrival(row.arrived_at, row.due_at, row.declared, until, row.whole_at)


class Media(NamedTuple):
    """How many files of a handed-in manifest there are, and how many of them have come in."""

    came: int
    total: int


def media_of(assignment_ids: Collection[int] | Select[tuple[int]]) -> dict[tuple[int, int], Media]:
    """The media of the last round by assignment and slot; the ids may be a select of them."""
    wanted = (
        select(
            Submission.assignment_id,
            SubmissionFile.slot_id,
            func.count(Attachment.file_id),
            func.count(SubmissionFile.id),
        )
        .join(Report, (Report.id == Submission.report_id) & (Report.round == Submission.round))
        .join(SubmissionFile, SubmissionFile.submission_id == Submission.id)
        .join(Attachment, Attachment.id == SubmissionFile.attachment_id)
        .where(Submission.assignment_id.in_(assignment_ids))
        .group_by(Submission.assignment_id, SubmissionFile.slot_id)
        .order_by(Submission.assignment_id, SubmissionFile.slot_id)
    )
    return {(row[0], row[1]): Media(row[2], row[3]) for row in db.session.execute(wanted)}


def came_in(submission_id: int) -> dict[int, Attachment]:
    """The files of a round that have come in by now, by attachment."""
    wanted = (
        select(Attachment)
        .join(SubmissionFile, SubmissionFile.attachment_id == Attachment.id)
        .where(SubmissionFile.submission_id == submission_id, Attachment.file_id.is_not(None))
        .order_by(Attachment.id)
    )
    return {attachment.id: attachment for attachment in db.session.scalars(wanted)}


class Place(NamedTuple):
    """Another report that holds a content: whose it is, and for which task."""

    assignment_id: int
    bureau: Bureau
    task: Task


def also_in(
    file_ids: Collection[int], besides: int, *, bureau_id: int | None = None, organiser_id: int | None = None
) -> dict[int, Place]:
    """Where each of these contents was handed in besides one assignment, by file; the first place when there are several.

    A bureau is told of its own reports, an organiser of those which it gathers: name the one who asks.
    """
    whose = Assignment.bureau_id == bureau_id if bureau_id is not None else Campaign.organiser_id == organiser_id
    wanted = (
        select(SubmissionFile.file_id, Assignment.id, Bureau, Task)
        .join(Submission, Submission.id == SubmissionFile.submission_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(Bureau, Bureau.id == Assignment.bureau_id)
        .join(Task, Task.id == Assignment.task_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .where(SubmissionFile.file_id.in_(file_ids), Assignment.id != besides, whose)
        .options(contains_eager(Task.campaign))
        .order_by(SubmissionFile.id.desc())
    )
    return {row[0]: Place(row[1], row[2], row[3]) for row in db.session.execute(wanted) if row[0] is not None}


def promises(report_id: int, slot_id: int) -> Sequence[Attachment]:
    """The files of a slot whose bytes have not come, those still in the working copy first."""
    wanted = select(Attachment).where(
        Attachment.report_id == report_id, Attachment.slot_id == slot_id, Attachment.file_id.is_(None)
    )
    return db.session.scalars(wanted.order_by(Attachment.removed_at.is_not(None), Attachment.id)).all()


def pending_arrivals(assignment_id: int) -> Sequence[SlotArrival]:
    """The slots of an assignment that came in as a manifest and lack media."""
    wanted = select(SlotArrival).where(
        SlotArrival.assignment_id == assignment_id,
        SlotArrival.media_until.is_not(None),
        SlotArrival.whole_at.is_(None),
    )
    return db.session.scalars(wanted.order_by(SlotArrival.id)).all()


def manifest(submission_id: int, slot_id: int) -> Sequence[SubmissionFile]:
    """The lines of a round for one slot."""
    wanted = select(SubmissionFile).where(
        SubmissionFile.submission_id == submission_id, SubmissionFile.slot_id == slot_id
    )
    return db.session.scalars(wanted.order_by(SubmissionFile.position, SubmissionFile.id)).all()


def submissions(assignment_id: int) -> Sequence[Submission]:
    """Every round of an assignment, the first first."""
    wanted = select(Submission).where(Submission.assignment_id == assignment_id).order_by(Submission.round)
    return db.session.scalars(wanted.limit(200)).all()


def find_submission(submission_id: int, *, bureau_ids: Collection[int]) -> Submission | None:
    """A round of one of these bureaus, or None."""
    wanted = (
        select(Submission)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Submission.id == submission_id, Assignment.bureau_id.in_(bureau_ids))
    )
    return db.session.scalar(wanted)


def submission(submission_id: int) -> Submission | None:
    """A round by id, for verbs that were handed it."""
    return db.session.get(Submission, submission_id)


def latest_submission(assignment_id: int) -> Submission | None:
    """The last round of an assignment, or None."""
    wanted = (
        select(Submission).where(Submission.assignment_id == assignment_id).order_by(Submission.round.desc()).limit(1)
    )
    return db.session.scalar(wanted)


def latest_submission_ids(assignment_ids: Collection[int]) -> dict[int, int]:
    """The last round of each assignment by its id; an assignment with none is left out."""
    wanted = select(Submission.assignment_id, func.max(Submission.id)).where(
        Submission.assignment_id.in_(assignment_ids)
    )
    rows = db.session.execute(wanted.group_by(Submission.assignment_id).order_by(Submission.assignment_id))
    return dict(rows.all())


def by_idempotency_key(assignment_id: int, key: str) -> Submission | None:
    """The round that was made under a key, for a form that was posted twice or whose answer was lost."""
    wanted = select(Submission).where(Submission.assignment_id == assignment_id, Submission.idempotency_key == key)
    return db.session.scalar(wanted)


def submitted_file(submission_id: int, attachment_id: int) -> Attachment | None:
    """One file of a round with its content, or None, also while its content has not come."""
    return came_in(submission_id).get(attachment_id)


def contents(assignment: Assignment, report: Report | None, *, now: datetime) -> list[rules.SlotContent]:
    """What stands in each slot of a working copy at `now`, in the order of the slots."""
    reports = {} if report is None else {assignment.id: report}
    return contents_of([assignment], reports, arrivals([assignment.id]), now=now)[assignment.id]


def contents_of(
    assignments: Collection[Assignment],
    reports: Mapping[int, Report],
    arrived: Mapping[int, Mapping[int, Arrival]],
    *,
    now: datetime,
) -> dict[int, list[rules.SlotContent]]:
    """The same for many assignments in two queries, given their working copies and first arrivals."""
    report_ids = [report.id for report in reports.values()]
    files, declared = _file_counts(report_ids), _declared(report_ids)
    return {
        one.id: _contents(one, reports.get(one.id), files, declared, arrived.get(one.id, {}), now=now)
        for one in assignments
    }


def _file_counts(report_ids: Collection[int]) -> dict[tuple[int, int], Media]:
    wanted = (
        select(Attachment.report_id, Attachment.slot_id, func.count(Attachment.file_id), func.count(Attachment.id))
        .where(Attachment.report_id.in_(report_ids), Attachment.removed_at.is_(None))
        .group_by(Attachment.report_id, Attachment.slot_id)
        .order_by(Attachment.report_id, Attachment.slot_id)
    )
    return {(row[0], row[1]): Media(row[2], row[3]) for row in db.session.execute(wanted)}


def _declared(report_ids: Collection[int]) -> set[tuple[int, int]]:
    wanted = select(Declaration.report_id, Declaration.slot_id).where(Declaration.report_id.in_(report_ids))
    return set(db.session.execute(wanted.order_by(Declaration.id)))


def _contents(
    assignment: Assignment,
    report: Report | None,
    files: Mapping[tuple[int, int], Media],
    declared: Collection[tuple[int, int]],
    arrived: Mapping[int, Arrival],
    *,
    now: datetime,
) -> list[rules.SlotContent]:
    report_id = 0 if report is None else report.id
    has_text = bool(report and report.body.strip())
    found = []
    for slot in assignment.task.slots:
        media, arrival = files.get((report_id, slot.id), Media(0, 0)), arrived.get(slot.id)
        until = later_of(assignment.media_until, arrival.media_until if arrival else None)
        content = rules.SlotContent(
            kind=slot.kind, required=slot.required, least=slot.least, most=slot.most, takes_text=slot.takes_text,
            files=media.came, has_text=has_text, declared=(report_id, slot.id) in declared, arrived=arrival is not None,
            coming=media.total - media.came, may_follow=may_follow(until, now=now),
        )  # fmt: skip
        found.append(content)
    return found
