"""Files under way: what was announced, how far it has come, and the parts in which it lies."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime
from reporting.uploads.rules import State


class Upload(Model):
    """A file on its way into a slot of an assignment. Its token is its address, and all that a sender needs to go on."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint('"offset" >= 0 AND "offset" <= length', name="offset_within"),
        CheckConstraint(f"state IN ({', '.join(repr(str(state)) for state in State)})", name="state"),
        Index("ix_upload_slot", "assignment_id", "slot_id", "state"),
        Index("ix_upload_bureau", "bureau_id", "state"),
        Index("ix_upload_expiry", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    bureau_id: Mapped[int] = mapped_column(ForeignKey("bureau.id"))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100), default="")
    length: Mapped[int] = mapped_column(BigInteger)
    # Every byte before it is durable, and lies in the parts without a gap.
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))
    head: Mapped[str | None] = mapped_column(String(64))
    caption: Mapped[str] = mapped_column(String(300), default="")
    focus_area_id: Mapped[int | None] = mapped_column(ForeignKey("focus_area.id"))
    state: Mapped[str] = mapped_column(String(10), default=State.OPEN)
    # Why it was refused: codes with their facts, so that whoever asks later is told in their own language.
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    # A number only, since reports are a room that this one does not know.
    attachment_id: Mapped[int | None]
    created_by_id: Mapped[int | None]
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class UploadPart(Model):
    """What one writer brought, or one after the other in the same file: bytes from `start` on, `length` of them."""

    __tablename__ = "upload_part"
    __table_args__ = (UniqueConstraint("upload_id", "start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"))
    start: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
