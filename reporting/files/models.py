"""Kept content, known by its hash; the names people gave it stand where it is attached."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, text
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
