"""Files whose bytes follow: promised by a manifest, filled by whatever brings the same content, and whole in the end."""

from datetime import datetime

from reporting.campaigns.models import Assignment, Slot
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import Reason
from reporting.deadlines import rules as deadlines
from reporting.files import rules as formats
from reporting.files import service as files
from reporting.reports import queries, rules
from reporting.reports.models import Attachment, Report, SlotArrival, Submission
from reporting.uploads.service import Received


def entry_reasons(entry: rules.Entry, slot: Slot) -> list[Reason]:
    """Everything against promising a file for a slot."""
    facts = {
        "name": entry.name,
        "size": entry.size,
        "allowed": slot.format_list,
        "limit": slot.max_bytes,
    }
    codes = rules.entry_problems(entry, formats=slot.format_list, max_bytes=slot.max_bytes)
    return [
        Reason.of(code, name=entry.name, limit=rules.LONGEST_CAPTION)
        if code == "caption_too_long"
        else Reason(code, facts)
        for code in codes
    ]


def add_promise(
    report: Report, slot: Slot, entry: rules.Entry, *, position: int, actor: Actor, now: datetime
) -> Attachment:
    """Write down a file whose bytes are on the way."""
    claimed = formats.format_named(entry.name)
    attachment = Attachment(
        report_id=report.id,
        slot_id=slot.id,
        file_id=None,
        name=entry.name,
        caption=entry.caption,
        position=position,
        sha256=entry.sha256,
        size=entry.size,
        media_type="" if claimed is None else claimed.media_type,
        added_by=actor.name,
        added_at=now,
    )
    db.session.add(attachment)
    db.session.flush()
    return attachment


def fill(promised: Attachment, item: Received, *, now: datetime) -> None:
    """Put the content that was promised where it was promised: name, caption and place stay."""
    promised.file_id = files.keep_row(item, now=now).id
    promised.size, promised.media_type, promised.arrived_at = item.size, item.media_type, now
    db.session.flush()


def differs_from_promise(assignment: Assignment, report: Report, slot: Slot, name: str, *, now: datetime) -> bool:
    """Whether content comes under the name of a file that was handed in by its hash and may still come itself."""
    if not report.round:
        return False
    arrived = queries.arrivals([assignment.id]).get(assignment.id, {}).get(slot.id)
    until = deadlines.later_of(assignment.media_until, arrived.media_until if arrived else None)
    if not deadlines.may_follow(until, now=now):
        return False
    waiting = {one.id for one in queries.promises(report.id, slot.id) if one.removed_at is None and one.name == name}
    handed_in = {line.attachment_id for line in queries.manifest(_last_round(assignment).id, slot.id)}
    return bool(waiting & handed_in)


def _last_round(assignment: Assignment) -> Submission:
    last = queries.latest_submission(assignment.id)
    if last is None:
        raise AssertionError("a report with a round has one")
    return last


def settle(assignment: Assignment, *, now: datetime) -> list[SlotArrival]:
    """Write down which slots have all their media since `now`; gives them. Once for each: later rounds do not move it."""
    pending = queries.pending_arrivals(assignment.id)
    settled = [row for row in pending if _settle(assignment, row, _last_round(assignment), now=now)]
    db.session.flush()
    return settled


def _settle(assignment: Assignment, row: SlotArrival, last: Submission, *, now: datetime) -> bool:
    """The last round says which media there are to be; what was in the stamped manifest decides whether it was kept."""
    lines = {line.attachment_id for line in queries.manifest(last.id, row.slot_id)}
    if lines - queries.came_in(last.id).keys():
        return False
    stamped = {line.attachment_id for line in queries.manifest(row.submission_id, row.slot_id)}
    slot = next(slot for slot in assignment.task.slots if slot.id == row.slot_id)
    kept = not row.declared and rules.would_do(
        least=slot.least, files=len(lines & stamped), has_text=slot.takes_text and bool(last.body.strip())
    )
    row.whole_at = now
    if not kept and now >= max(assignment.due_at, row.due_at):
        # Other content than the manifest named: the slot is in from now on, whatever the manifest's moment was.
        row.media_until = None
    return True
