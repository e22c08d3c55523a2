"""Letters on their way: a row is written together with its cause, and kept for good."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime
from reporting.outbox.rules import State


class Message(Model):
    """One letter to one person."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(str(state)) for state in State)})", name="state"),
        Index("ix_outbox_message_due", "next_try_at", "id"),
        Index("ix_outbox_message_state", "state", "id"),
        Index("ix_outbox_message_address", "to_address", "id"),
        Index("ix_outbox_message_organiser", "organiser_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    # The natural key of the letter's cause: whatever asks twice gets one letter.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    user_id: Mapped[int | None] = mapped_column(index=True)
    # The bureau in whose name it is written and whose coordinators may read it; a number only, since bureaus are
    # a room that this one does not know.
    organiser_id: Mapped[int | None]
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(12))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    state: Mapped[str] = mapped_column(String(16), default=State.PENDING)
    # A code: why it was suppressed, has failed or waits; the server's own words are in `reply`.
    reason: Mapped[str | None] = mapped_column(String(60))
    reply: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)
    first_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    message_id: Mapped[str | None] = mapped_column(String(320))
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    subject: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
