"""Putting files into slots, ordering and taking them out, and declaring that there are none."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from reporting.audit import service as audit
from reporting.campaigns.models import Assignment, Slot
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import NotFound, Reason, Refused
from reporting.files import service as files
from reporting.reports import queries, rules
from reporting.reports.models import Attachment, Declaration, Report
from reporting.reports.service import promising
from reporting.reports.service.drafting import begun, gate_reasons, touch
from reporting.reports.service.quota import Quota, Room, room_left
from reporting.uploads.service import Received


def slot_of(assignment: Assignment, kind: str) -> Slot:
    """The slot of this kind; raises NotFound when the task asks for no such thing."""
    for slot in assignment.task.slots:
        if slot.kind == kind:
            return slot
    raise NotFound


def attach(
    assignment: Assignment,
    kind: str,
    received: Sequence[Received],
    *,
    actor: Actor,
    now: datetime,
    quota: Quota | None = None,
) -> list[Reason]:
    """Put files that were received into a slot; gives a reason for each that did not fit, in slot or `quota`.

    A file whose content is already in the slot is passed over, so that a form posted twice adds nothing. Content that
    was promised fills its promise, whichever way it comes, and changes nothing else of the report. Raises Refused when
    the gate is shut. A declaration of having none is lifted by the first file.
    """
    slot = slot_of(assignment, kind)
    refuse(gate_reasons(assignment, now=now))
    room = None if quota is None else room_left(assignment.bureau_id, quota)
    report = begun(assignment, actor=actor, now=now)
    row = _Row(report, slot, room)
    reasons = [_put(assignment, row, item, actor=actor, now=now) for item in received]
    if row.added:
        lift_declaration(report, slot)
        touch(report, actor=actor, now=now, did="files_added", slot=kind, files=row.added)
    if row.came:
        facts = {"slot": kind, "files": row.came}
        audit.record("report.files_came", "assignment", assignment.id, actor=actor, now=now, **facts)
    promising.settle(assignment, now=now)
    return [reason for reason in reasons if reason is not None]


class _Row:
    """The files of one slot while some are being put in."""

    def __init__(self, report: Report, slot: Slot, room: Room | None) -> None:
        self.report, self.slot, self.room = report, slot, room
        self.present = [a for a in queries.attachments(report.id) if a.slot_id == slot.id]
        self.promises = {a.sha256: a for a in reversed(queries.promises(report.id, slot.id))}
        self.added: list[str] = []
        self.came: list[str] = []

    @property
    def next_place(self) -> int:
        return max((a.position for a in self.present), default=0) + 1

    def no_room(self, item: Received) -> Reason | None:
        """Why there is no room for these bytes; None when there is, or when they were counted as they began to come."""
        if self.room is None:
            return None
        refusal = self.room.refusal(item.name, item.size)
        if refusal is None:
            self.room.take(item.size)
        return refusal

    def take(self, attachment: Attachment) -> None:
        self.present.append(attachment)
        self.added.append(attachment.name)


def _put(assignment: Assignment, row: _Row, item: Received, *, actor: Actor, now: datetime) -> Reason | None:
    """Put one file into its slot, or say why not."""
    promised = row.promises.get(item.sha256)
    waiting = promised if promised is not None and promised.is_promised else None
    if reason := _against(assignment, row, item, waiting, now=now):
        return reason
    if waiting is None:
        row.take(_add(row.report, row.slot, item, position=row.next_place, actor=actor, now=now))
        return None
    if waiting.removed_at is not None:
        waiting.removed_at = None
        row.take(waiting)
    promising.fill(waiting, item, now=now)
    row.came.append(waiting.name)
    return None


def _against(
    assignment: Assignment, row: _Row, item: Received, waiting: Attachment | None, *, now: datetime
) -> Reason | None:
    """Why a file does not fit, or None. `waiting` is the promise that it would fill."""
    if waiting is None and item.sha256 in {a.sha256 for a in row.present}:
        return Reason.of("already_attached", name=item.name)
    if waiting is None and promising.differs_from_promise(assignment, row.report, row.slot, item.name, now=now):
        return Reason.of("content_differs_from_promise", name=item.name, slot=row.slot.kind)
    needs_place = waiting is None or waiting.removed_at is not None
    if needs_place and len(row.present) >= row.slot.most:
        return Reason.of("too_many_files", slot=row.slot.kind, most=row.slot.most, name=item.name)
    return row.no_room(item)


def _add(report: Report, slot: Slot, item: Received, *, position: int, actor: Actor, now: datetime) -> Attachment:
    stored = files.keep_row(item, now=now)
    attachment = Attachment(
        report_id=report.id,
        slot_id=slot.id,
        file_id=stored.id,
        name=item.name,
        position=position,
        sha256=item.sha256,
        size=item.size,
        media_type=item.media_type,
        added_by=actor.name,
        added_at=now,
        arrived_at=now,
    )
    db.session.add(attachment)
    return attachment


def lift_declaration(report: Report, slot: Slot) -> bool:
    """Take back that there is none of a slot; False when that was not said."""
    declared = queries.declarations(report.id).get(slot.id)
    if declared is None:
        return False
    db.session.delete(declared)
    db.session.flush()
    return True


def own_attachment(report: Report, attachment_id: int) -> Attachment:
    """A file of this very working copy; raises NotFound for any other."""
    found = queries.find_attachment(report.id, attachment_id)
    if found is None:
        raise NotFound
    return found


def remove(assignment: Assignment, attachment_id: int, *, actor: Actor, now: datetime) -> Attachment:
    """Take a file out of the working copy; rounds that froze it keep it. It can be restored; twice is once."""
    refuse(gate_reasons(assignment, now=now))
    report = begun(assignment, actor=actor, now=now)
    attachment = own_attachment(report, attachment_id)
    if attachment.removed_at is None:
        attachment.removed_at = now
        touch(report, actor=actor, now=now, did="file_removed", files=[attachment.name])
    return attachment


def restore(assignment: Assignment, attachment_id: int, *, actor: Actor, now: datetime) -> Attachment:
    """Put back a file that was taken out; raises Refused when the slot is full by now."""
    refuse(gate_reasons(assignment, now=now))
    report = begun(assignment, actor=actor, now=now)
    attachment = own_attachment(report, attachment_id)
    if attachment.removed_at is None:
        return attachment
    slot = next(slot for slot in assignment.task.slots if slot.id == attachment.slot_id)
    present = db.session.scalar(
        select(func.count(Attachment.id)).where(
            Attachment.report_id == report.id, Attachment.slot_id == slot.id, Attachment.removed_at.is_(None)
        )
    )
    if (present or 0) >= slot.most:
        raise Refused(Reason.of("too_many_files", slot=slot.kind, most=slot.most, name=attachment.name))
    attachment.removed_at = None
    lift_declaration(report, slot)
    touch(report, actor=actor, now=now, did="file_restored", files=[attachment.name])
    return attachment


def move(assignment: Assignment, attachment_id: int, *, to: int, actor: Actor, now: datetime) -> Attachment:
    """Put a file at a place of its slot's row, counted from 1; a place beyond the row is its end.

    The place is named, not a direction, so that an order which is sent twice moves the file once.
    """
    refuse(gate_reasons(assignment, now=now))
    report = begun(assignment, actor=actor, now=now)
    attachment = own_attachment(report, attachment_id)
    row = [a for a in queries.attachments(report.id) if a.slot_id == attachment.slot_id]
    if attachment.removed_at is not None or row.index(attachment) == min(max(to, 1), len(row)) - 1:
        return attachment
    row.remove(attachment)
    row.insert(max(to, 1) - 1, attachment)
    for position, each in enumerate(row, start=1):
        each.position = position
    touch(report, actor=actor, now=now, did="file_moved", files=[attachment.name], place=attachment.position)
    return attachment


def declare_none(assignment: Assignment, kind: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say that there is nothing for a slot, and why. Raises Refused with every reason against it."""
    slot = slot_of(assignment, kind)
    reason = rules.clean_line(reason)
    reasons = gate_reasons(assignment, now=now)
    report = begun(assignment, actor=actor, now=now)
    if not slot.may_declare_none:
        reasons.append(Reason.of("may_not_declare", slot=kind))
    if not reason:
        reasons.append(Reason.of("declaration_reason_missing", slot=kind))
    if len(reason) > rules.LONGEST_REASON:
        reasons.append(Reason.of("declaration_reason_too_long", slot=kind, limit=rules.LONGEST_REASON))
    if any(a.slot_id == slot.id for a in queries.attachments(report.id)):
        reasons.append(Reason.of("slot_has_files", slot=kind))
    refuse(reasons)
    declared = queries.declarations(report.id).get(slot.id)
    if declared is not None and declared.reason == reason:
        return
    if declared is None:
        declared = Declaration(report_id=report.id, slot_id=slot.id)
        db.session.add(declared)
    declared.reason, declared.declared_by, declared.declared_at = reason, actor.name, now
    touch(report, actor=actor, now=now, did="none_declared", slot=kind, reason=reason)


def undeclare(assignment: Assignment, kind: str, *, actor: Actor, now: datetime) -> None:
    """Take a declaration back; doing it twice is doing it once."""
    slot = slot_of(assignment, kind)
    refuse(gate_reasons(assignment, now=now))
    report = begun(assignment, actor=actor, now=now)
    if lift_declaration(report, slot):
        touch(report, actor=actor, now=now, did="none_withdrawn", slot=kind)


def refuse(reasons: Sequence[Reason]) -> None:
    """Raise Refused when there is any reason."""
    if reasons:
        raise Refused(*reasons)
