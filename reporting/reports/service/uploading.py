"""An upload into a slot: whether it may begin, and how it becomes an attachment when its bytes are all here."""

from dataclasses import replace
from datetime import datetime

from reporting.campaigns.models import Assignment, Slot
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import NotFound, Reason, Refused
from reporting.core.vault import Vault
from reporting.files import rules as file_rules
from reporting.reports import queries, rules
from reporting.reports.models import Attachment
from reporting.reports.service import promising
from reporting.reports.service.attaching import attach, slot_of
from reporting.reports.service.describing import Description, update_captions
from reporting.reports.service.drafting import gate_reasons
from reporting.reports.service.quota import Quota, Room, room_left
from reporting.uploads import queries as uploads
from reporting.uploads import rules as upload_rules
from reporting.uploads import service as upload_service
from reporting.uploads.models import Upload
from reporting.uploads.rules import Allowance, Takes, Wanted
from reporting.uploads.service import Received


def shut_reasons(assignment: Assignment, *, now: datetime) -> list[Reason]:
    """Why no file is taken now: the gate is shut, or the report was accepted; empty while one may come."""
    report = queries.find_report(assignment.id)
    accepted = report is not None and report.state == rules.State.ACCEPTED
    return gate_reasons(assignment, now=now) + ([Reason.of("already_accepted")] if accepted else [])


def begin_upload(
    assignment: Assignment, kind: str, wanted: Wanted, *, vault: Vault, quota: Quota, actor: Actor, now: datetime
) -> Upload:
    """Open an upload into a slot; raises Refused with everything that speaks against it.

    The announced bytes count from now on, so that what has begun can be brought to its end.
    """
    slot = slot_of(assignment, kind)
    room, reasons = room_left(assignment.bureau_id, quota), shut_reasons(assignment, now=now)
    caption = rules.clean_line(wanted.caption)
    if len(caption) > rules.LONGEST_CAPTION:
        reasons.append(Reason.of("caption_too_long", name=_shown(wanted.name), limit=rules.LONGEST_CAPTION))
    if _breaks_a_promise(assignment, slot, wanted, now=now):
        reasons.append(Reason.of("content_differs_from_promise", name=_shown(wanted.name), slot=slot.kind))
    takes, left = (
        Takes(tuple(slot.format_list), slot.max_bytes, slot.most),
        _left(assignment, slot, wanted, vault, quota, room),
    )
    codes = upload_rules.creation_problems(wanted, takes, left)
    reasons += [_reason(code, wanted, slot, left) for code in codes]
    if reasons:
        raise Refused(*reasons)
    said = replace(wanted, caption=caption, focus_area_id=_area(assignment, wanted.focus_area_id))
    return upload_service.begin(assignment, slot, said, lifetime=quota.lifetime, actor=actor, now=now)


def describe_upload(
    assignment: Assignment, upload: Upload, *, caption: str, focus_area_id: int | None, actor: Actor, now: datetime
) -> None:
    """Keep what is said about a file under way; when it has just been taken, say it of the attachment.

    Raises Refused for a caption that is too long.
    """
    caption = rules.clean_line(caption)
    if len(caption) > rules.LONGEST_CAPTION:
        raise Refused(Reason.of("caption_too_long", name=_shown(upload.name), limit=rules.LONGEST_CAPTION))
    if upload.attachment_id is not None:
        said = {upload.attachment_id: Description(caption, focus_area_id)}
        update_captions(assignment, said, actor=actor, now=now)
        return
    upload_service.describe(upload, caption=caption, focus_area_id=_area(assignment, focus_area_id))


def take_upload(assignment: Assignment, upload: Upload, received: Received, *, now: datetime) -> Attachment:
    """Attach what has come in and close its upload, both or neither; the upload's row is held by the caller.

    Content that is in the slot already gives the attachment that is there. Raises Refused when it cannot be attached.
    """
    slot = next((slot for slot in assignment.task.slots if slot.id == upload.slot_id), None)
    if slot is None:
        raise NotFound
    actor = Actor(upload.created_by_id, upload.created_by)
    reasons = attach(assignment, slot.kind, [received], actor=actor, now=now)
    report = queries.find_report(assignment.id)
    present = [] if report is None else queries.attachments(report.id)
    found = next((one for one in present if one.slot_id == slot.id and one.sha256 == received.sha256), None)
    if found is None:
        raise Refused(*reasons)
    if not found.caption and found.focus_area_id is None:
        found.caption, found.focus_area_id = upload.caption, upload.focus_area_id
    db.session.flush()
    upload_service.mark_taken(upload, found.id)
    return found


def _breaks_a_promise(assignment: Assignment, slot: Slot, wanted: Wanted, *, now: datetime) -> bool:
    """Whether other content is announced than the manifest has under this name: said before gigabytes travel in vain."""
    report = queries.find_report(assignment.id)
    if report is None or wanted.sha256 is None:
        return False
    if wanted.sha256 in {one.sha256 for one in queries.attachments(report.id) if one.slot_id == slot.id}:
        return False
    return promising.differs_from_promise(assignment, report, slot, _shown(wanted.name), now=now)


def _left(assignment: Assignment, slot: Slot, wanted: Wanted, vault: Vault, quota: Quota, room: Room) -> Allowance:
    report = queries.find_report(assignment.id)
    present = [] if report is None else [one for one in queries.attachments(report.id) if one.slot_id == slot.id]
    promised = {one.sha256 for one in present if one.is_promised}
    # A file on its way to a promise takes the promise's place, and needs none of its own.
    beside = sum(one.sha256 not in promised for one in uploads.open_of_slot(assignment.id, slot.id))
    free = slot.most - len(present) - beside
    all_open, ours = uploads.underway(), uploads.underway(bureau_id=assignment.bureau_id)
    return Allowance(
        open_uploads=ours.count,
        files_left=max(free, 1) if wanted.sha256 in promised else free,
        bureau_bytes=room.bureau_bytes,
        vault_bytes=room.vault_bytes,
        disk_bytes=vault.free_bytes() - vault.reserve_bytes - all_open.to_come,
        lifetime=quota.lifetime,
    )


def _reason(code: str, wanted: Wanted, slot: Slot, left: Allowance) -> Reason:
    name = _shown(wanted.name)
    facts: dict[str, dict[str, object]] = {
        "file_too_large": {"size": wanted.length, "limit": slot.max_bytes},
        "type_not_allowed": {"allowed": _codes(slot)},
        "too_many_files": {"slot": slot.kind, "most": slot.most},
        "too_many_uploads": {"limit": upload_rules.MOST_OPEN},
        "bureau_full": {"size": wanted.length, "left": max(0, left.bureau_bytes)},
    }
    return Reason.of(code, name=name, **facts.get(code, {}))


def _codes(slot: Slot) -> tuple[str, ...]:
    codes = file_rules.allowed_codes(slot.format_list)
    return tuple(code for code in file_rules.FORMATS if code in codes)


def _shown(name: str) -> str:
    return file_rules.display_name(name)


def _area(assignment: Assignment, focus_area_id: int | None) -> int | None:
    return focus_area_id if focus_area_id in {area.id for area in assignment.task.campaign.focus_areas} else None
