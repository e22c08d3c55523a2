"""What the clock found at each deadline."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime
from reporting.tracking.rules import Stage


class Verdict(Model):
    """标记: how a bureau stood when a due passed, and again when the window of its promised media did.

    One for each assignment, due revision and stage; `due_at` is the moment it is dated by: the due, or the end of the
    window. `owed` names the kinds of the required slots that were not in, and `on_the_way` those which were in as a
    manifest whose media were still to come, separated by spaces.
    """

    __tablename__ = "verdict"
    __table_args__ = (UniqueConstraint("assignment_id", "due_rev", "stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    due_rev: Mapped[int]
    stage: Mapped[str] = mapped_column(String(10), default=Stage.DUE, server_default=Stage.DUE)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    standing: Mapped[str] = mapped_column(String(12))
    owed: Mapped[str] = mapped_column(String(200))
    on_the_way: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def owed_kinds(self) -> list[str]:
        """The kinds of the slots that were not in."""
        return self.owed.split()

    @property
    def kinds_on_the_way(self) -> list[str]:
        """The kinds of the slots whose media were on the way."""
        return self.on_the_way.split()
