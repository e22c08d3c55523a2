"""Kept content, known by its hash, and what was made of it; the names people gave it stand where it is attached."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime


class StoredFile(Model):
    """One content in the vault, however many bureaus brought it."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("kind in ('document', 'photo', 'video')", name="kind_known"),
        CheckConstraint("scan_state in ('off', 'pending', 'clean', 'infected', 'skipped')", name="scan_state_known"),
        Index("ix_stored_file_scan", "scan_state", "scan_due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    # What opening it told: width, height, seconds, codec.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # The virus check: what is known, the name of what was found or why nothing is known, and when to look again.
    scan_state: Mapped[str] = mapped_column(String(10), default="off", server_default="off")
    scan_reason: Mapped[str] = mapped_column(String(120), default="", server_default=text("''"))
    scan_attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    scan_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    scanned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Rendition(Model):
    """What is made of a file for looking at it. The original is never altered; a rendition can be made again.

    `lease_until` and `next_at` are the host's time: the demonstration moves the other clock.
    """

    __tablename__ = "rendition"
    __table_args__ = (
        UniqueConstraint("file_id", "kind"),
        CheckConstraint(
            "kind in ('thumb', 'screen', 'poster', 'playable', 'preview', 'text')", name="rendition_kind_known"
        ),
        CheckConstraint(
            "state in ('waiting', 'working', 'made', 'failed', 'not_needed')", name="rendition_state_known"
        ),
        CheckConstraint("(state = 'made') = (\"key\" is not null)", name="made_has_key"),
        # What waits is looked for every few seconds, among everything that was ever made.
        Index("ix_rendition_state", "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    owner: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(String(300), default="")
    # Where it lies in the vault.
    key: Mapped[str | None] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
