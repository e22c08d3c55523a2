"""An upload begins, is described while it travels, and ends without becoming a file."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from reporting.campaigns.models import Assignment, Slot
from reporting.core.actor import Actor
from reporting.core.db import changed_rows, db
from reporting.core.errors import Reason
from reporting.files import rules as files
from reporting.uploads.models import Upload, UploadPart
from reporting.uploads.rules import State, Wanted

# 144 random bits: knowing it is the right to send bytes.
TOKEN_BYTES = 18
# The number of a lock that PostgreSQL keeps for us; any that nobody else uses.
_ROOM = 0x62735F75


def hold_room() -> None:
    """Let only one at a time be promised room, until the end of the transaction, so that counts stay true.

    Bureaus share the vault and the disk, so a bureau's own row is not enough. SQLite has one writer anyway.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_ROOM)))


def begin(
    assignment: Assignment, slot: Slot, wanted: Wanted, *, lifetime: timedelta, actor: Actor, now: datetime
) -> Upload:
    """Open an upload into a slot. Whoever may is decided by the caller, who holds the bureau."""
    upload = Upload(
        token=secrets.token_urlsafe(TOKEN_BYTES),
        assignment_id=assignment.id,
        slot_id=slot.id,
        bureau_id=assignment.bureau_id,
        name=files.display_name(wanted.name) if wanted.name else "",
        media_type=wanted.media_type,
        length=wanted.length,
        offset=0,
        sha256=wanted.sha256,
        head=wanted.head,
        caption=wanted.caption,
        focus_area_id=wanted.focus_area_id,
        state=State.OPEN,
        reasons=[],
        created_by_id=actor.user_id,
        created_by=actor.name,
        created_at=now,
        touched_at=now,
        expires_at=now + lifetime,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def describe(upload: Upload, *, caption: str, focus_area_id: int | None) -> None:
    """Keep what is said about a file while its bytes travel."""
    upload.caption, upload.focus_area_id = caption, focus_area_id
    db.session.flush()


def mark_taken(upload: Upload, attachment_id: int) -> bool:
    """Note that an upload has become an attachment; False when somebody else has closed it before."""
    return _close(upload, State.TAKEN, attachment_id=attachment_id)


def mark_refused(upload: Upload, reasons: Sequence[Reason]) -> bool:
    """Note why a whole upload cannot be taken; False when somebody else has closed it before."""
    return _close(upload, State.REFUSED, reasons=[{"code": r.code, "facts": _plain(r)} for r in reasons])


def end(upload: Upload) -> bool:
    """Give an upload up; False when it was not open any more."""
    return _close(upload, State.ENDED)


def told(upload: Upload) -> tuple[Reason, ...]:
    """Why an upload was refused; empty for any other."""
    return tuple(Reason(one["code"], {k: _moment(k, v) for k, v in one["facts"].items()}) for one in upload.reasons)


def _moment(name: str, value: object) -> object:
    """Facts named `…_at` are moments, which JSON kept as text."""
    return datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value


def _plain(reason: Reason) -> dict[str, object]:
    """Facts as JSON keeps them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value
        for name, value in reason.facts.items()
    }


def _close(upload: Upload, state: State, *conditions: ColumnElement[bool], **values: object) -> bool:
    wanted = Upload.id == upload.id, Upload.state == State.OPEN, *conditions
    closing = update(Upload).where(*wanted).values(state=state, **values)
    if changed_rows(closing, fetch=True) != 1:
        return False
    db.session.execute(delete(UploadPart).where(UploadPart.upload_id == upload.id))
    return True


def expire(*, now: datetime, limit: int = 100) -> list[str]:
    """Give up what nobody has gone on with before its time was over; gives the tokens, whose parts may be removed."""
    wanted = select(Upload).where(Upload.state == State.OPEN, Upload.expires_at <= now).order_by(Upload.expires_at)
    found = db.session.scalars(wanted.limit(limit)).all()
    # Asked once more while the row is held: somebody may have gone on with it at this very moment.
    return [upload.token for upload in found if _close(upload, State.EXPIRED, Upload.expires_at <= now)]
