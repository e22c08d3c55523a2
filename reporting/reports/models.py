"""What a bureau writes, what it has handed in, and when each part first arrived."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reporting.core.db import Model, UTCDateTime
from reporting.deadlines.rules import IN_LATE


class Report(Model):
    """报送件: the working copy of one assignment.

    `text_version` moves with title and text alone, so that an upload in one tab does not stale the text in another;
    `revision` moves with every change, and tells whether there is anything that was not submitted.
    """

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    text_version: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    submitted_revision: Mapped[int | None]
    prepared_revision: Mapped[int | None]
    prepared_by: Mapped[str] = mapped_column(String(120), default="")
    round: Mapped[int] = mapped_column(default=0)
    changed_by: Mapped[str] = mapped_column(String(120), default="")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Last, because SQLite walks past a long text to reach what stands behind it, and the board reads thousands of rows.
    body: Mapped[str] = mapped_column(Text, default="")


class Attachment(Model):
    """A file in a slot of a working copy. Removed ones stay, since a submission may have frozen them.

    While `file_id` is None the file is promised: name, size, hash and caption are known, its bytes are on the way.
    """

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_report_slot", "report_id", "slot_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(255))
    caption: Mapped[str] = mapped_column(String(300), default="")
    focus_area_id: Mapped[int | None] = mapped_column(ForeignKey("focus_area.id"))
    position: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(100))
    added_by: Mapped[str] = mapped_column(String(120))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # What the bureau says about a photo or a film: when and where, whose it is, and whether it may be published.
    taken_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(100), default="", server_default=text("''"))
    credit: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    may_publish: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def is_promised(self) -> bool:
        """Whether the bytes are still on the way."""
        return self.file_id is None


class Declaration(Model):
    """A bureau says that it has nothing for a slot, and why."""

    __tablename__ = "declaration"
    __table_args__ = (UniqueConstraint("report_id", "slot_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    reason: Mapped[str] = mapped_column(String(500))
    declared_by: Mapped[str] = mapped_column(String(120))
    declared_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Submission(Model):
    """提交: a frozen round. Nothing of it ever changes."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("report_id", "round"), UniqueConstraint("report_id", "idempotency_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    round: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_by_id: Mapped[int | None]
    submitted_by: Mapped[str] = mapped_column(String(120))
    prepared_by: Mapped[str] = mapped_column(String(120), default="")
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_rev: Mapped[int]
    late_seconds: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    slots: Mapped[list["SubmissionSlot"]] = relationship(order_by="SubmissionSlot.position", lazy="selectin")
    files: Mapped[list["SubmissionFile"]] = relationship(
        order_by="SubmissionFile.slot_position, SubmissionFile.position", lazy="selectin"
    )

    @property
    def came_late(self) -> bool:
        """Whether something came in with this round for the first time, and late: a revision of what was there is not."""
        return any(slot.standing in IN_LATE and slot.arrived_at == self.received_at for slot in self.slots)


class SubmissionSlot(Model):
    """How one slot stood in one round."""

    __tablename__ = "submission_slot"
    __table_args__ = (UniqueConstraint("submission_id", "slot_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    standing: Mapped[str] = mapped_column(String(20))
    count: Mapped[int]
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    declared_reason: Mapped[str] = mapped_column(String(500), default="")


class SubmissionFile(Model):
    """One line of a round's manifest. `file_id` is None when only the promise was there; whether its bytes have come
    since is told by its attachment, never by changing this row.
    """

    __tablename__ = "submission_file"
    __table_args__ = (
        UniqueConstraint("submission_id", "attachment_id"),
        # Whether a content was handed in before is asked at each look at a report.
        Index("ix_submission_file_content", "file_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    slot_kind: Mapped[str] = mapped_column(String(20))
    slot_position: Mapped[int]
    position: Mapped[int]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(255))
    caption: Mapped[str] = mapped_column(String(300))
    focus_area: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(100))
    taken_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(100), default="", server_default=text("''"))
    credit: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    may_publish: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def is_promised(self) -> bool:
        """Whether its bytes were still on the way when the round was frozen."""
        return self.file_id is None


_BOARD_COLUMNS = ("assignment_id", "slot_id", "arrived_at", "due_at", "declared", "media_until", "whole_at")


class SlotArrival(Model):
    """When a slot of an assignment first came in, and the due that was then in force. Later rounds do not move it.

    A manifest with promised files is stamped with the end of their window, `media_until`; `whole_at` is written once,
    when the last of its media comes in. How the two are read is written at `deadlines.rules.Arrival`.
    """

    __tablename__ = "slot_arrival"
    # The board and the sweep read all of this for everybody at once, so it stands in the index as a whole.
    __table_args__ = (
        UniqueConstraint("assignment_id", "slot_id"),
        Index("ix_slot_arrival_board", *_BOARD_COLUMNS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    arrived_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    declared: Mapped[bool]
    media_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    whole_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
