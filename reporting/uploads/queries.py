"""Reading uploads that are under way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from reporting.core.db import db
from reporting.uploads.models import Upload, UploadPart
from reporting.uploads.rules import State


def find(token: str, *, lock: bool = False) -> Upload | None:
    """The upload at this address, whatever became of it, or None; `lock` holds its row."""
    wanted = select(Upload).where(Upload.token == token)
    return db.session.scalar(wanted.with_for_update() if lock else wanted)


def find_of_bureaus(token: str, *, bureau_ids: Collection[int]) -> Upload | None:
    """The upload at this address when it belongs to one of these bureaus, or None; its row is held."""
    wanted = select(Upload).where(Upload.token == token, Upload.bureau_id.in_(bureau_ids))
    return db.session.scalar(wanted.with_for_update())


def open_of_slot(assignment_id: int, slot_id: int) -> Sequence[Upload]:
    """What is under way into one slot, the oldest first."""
    wanted = select(Upload).where(
        Upload.assignment_id == assignment_id, Upload.slot_id == slot_id, Upload.state == State.OPEN
    )
    return db.session.scalars(wanted.order_by(Upload.id).limit(200)).all()


@dataclass(frozen=True, slots=True)
class Underway:
    """How many uploads are open, how many bytes they announced, and how many of these are still to come."""

    count: int
    announced: int
    to_come: int


def underway(*, bureau_id: int | None = None) -> Underway:
    """All open uploads together, or those of one bureau."""
    wanted = select(
        func.count(Upload.id), func.coalesce(func.sum(Upload.length), 0), func.coalesce(func.sum(Upload.offset), 0)
    ).where(Upload.state == State.OPEN)
    if bureau_id is not None:
        wanted = wanted.where(Upload.bureau_id == bureau_id)
    count, announced, arrived = db.session.execute(wanted).one()
    return Underway(count, int(announced), int(announced) - int(arrived))


def parts(upload_id: int) -> Sequence[UploadPart]:
    """The recorded parts in the order of their bytes."""
    return db.session.scalars(
        select(UploadPart).where(UploadPart.upload_id == upload_id).order_by(UploadPart.start)
    ).all()


def last_part(upload_id: int) -> UploadPart | None:
    """The recorded part that ends at the offset, or None while there is none."""
    wanted = select(UploadPart).where(UploadPart.upload_id == upload_id).order_by(UploadPart.start.desc()).limit(1)
    return db.session.scalar(wanted)


def part_length(upload_id: int, name: str) -> int:
    """How many bytes of this part are recorded; 0 when it is not known."""
    wanted = select(UploadPart.length).where(UploadPart.upload_id == upload_id, UploadPart.name == name)
    return db.session.scalar(wanted) or 0


def whole_tokens(*, before: datetime, limit: int = 100) -> Sequence[str]:
    """Uploads whose bytes are all here since before that moment and that nobody has finished."""
    wanted = select(Upload.token).where(
        Upload.state == State.OPEN, Upload.offset == Upload.length, Upload.touched_at < before
    )
    return db.session.scalars(wanted.order_by(Upload.id).limit(limit)).all()


def open_tokens() -> set[str]:
    """The addresses of everything that is under way."""
    return set(db.session.scalars(select(Upload.token).where(Upload.state == State.OPEN).order_by(Upload.id)))


def all_open() -> Sequence[Upload]:
    """Everything that is under way."""
    return db.session.scalars(select(Upload).where(Upload.state == State.OPEN).order_by(Upload.id)).all()
