"""The offset moves: by compare-and-set, and only over bytes that are on the disk."""

from datetime import datetime, timedelta

from sqlalchemy import update

from reporting.core.db import changed_rows, db
from reporting.core.vault import Vault
from reporting.uploads import rules
from reporting.uploads.models import Upload, UploadPart
from reporting.uploads.rules import Gain, State


def advance(upload_id: int, gain: Gain, *, lifetime: timedelta, now: datetime) -> bool:
    """Record that `gain.length` bytes of a part are durable, where `gain.known` were recorded before.

    False when somebody else has moved the offset meanwhile, or the upload is open no more: nothing is changed then.
    An upload lives on from its last byte.
    """
    moved = (
        update(Upload)
        .where(Upload.id == upload_id, Upload.state == State.OPEN, Upload.offset == gain.start + gain.known)
        .values(offset=gain.start + gain.length, touched_at=now, expires_at=now + lifetime)
    )
    if changed_rows(moved) != 1:
        return False
    if not gain.known:
        db.session.add(UploadPart(upload_id=upload_id, start=gain.start, length=gain.length, name=gain.name))
        db.session.flush()
        return True
    grown = (
        update(UploadPart)
        .where(UploadPart.upload_id == upload_id, UploadPart.name == gain.name, UploadPart.length == gain.known)
        .values(length=gain.length)
    )
    if changed_rows(grown) != 1:
        raise AssertionError("the offset stood at the end of a part that is not recorded")
    return True


def found_on_disk(
    token: str, offset: int, total: int, last: tuple[str, int, int] | None, *, vault: Vault
) -> Gain | None:
    """Bytes behind the offset whose writer died or has fallen silent, made durable; None when there are none.

    `last` is name, start and recorded length of the part that ends at the offset. Call it outside any transaction, for
    it waits for the disk; then `advance`. Raises FileNotFoundError when a part goes away meanwhile, and VaultFull.
    """
    parts = vault.parts(token)
    gain = rules.best_gain(offset, total, last, parts.growing())
    if gain is not None:
        parts.sync(gain.name)
    return gain
