"""Which reminder was written for which duty."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime


class ReminderMark(Model):
    """One step of the plan was written to one person for one assignment and revision of its due: never twice."""

    __tablename__ = "reminder_mark"
    __table_args__ = (UniqueConstraint("assignment_id", "due_rev", "step", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    due_rev: Mapped[int]
    step: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    letter_key: Mapped[str] = mapped_column(String(200))
    marked_at: Mapped[datetime] = mapped_column(UTCDateTime)
