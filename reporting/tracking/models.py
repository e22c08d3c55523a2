"""What the clock found at each deadline."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime


class Verdict(Model):
    """标记: how a bureau stood when a due passed. One for each assignment and due revision, dated by the due.

    `owed` names the kinds of the required slots that were not in, separated by spaces.
    """

    __tablename__ = "verdict"
    __table_args__ = (UniqueConstraint("assignment_id", "due_rev"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    due_rev: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    standing: Mapped[str] = mapped_column(String(12))
    owed: Mapped[str] = mapped_column(String(200))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def owed_kinds(self) -> list[str]:
        """The kinds of the slots that were not in."""
        return self.owed.split()
