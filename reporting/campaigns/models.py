"""What is asked of whom, by when."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reporting.core.db import Model, UTCDateTime


class Campaign(Model):
    """A campaign which a bureau organises by an official notice."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("bureau.id"), index=True)
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(300), default="")
    document_number: Mapped[str] = mapped_column(String(80))
    theme: Mapped[str] = mapped_column(String(300))
    theme_en: Mapped[str] = mapped_column(String(300), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    zone: Mapped[str] = mapped_column(String(40))
    contact_name: Mapped[str] = mapped_column(String(80), default="")
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    focus_areas: Mapped[list["FocusArea"]] = relationship(order_by="FocusArea.position", lazy="select")
    slogans: Mapped[list["Slogan"]] = relationship(order_by="Slogan.list_position, Slogan.position", lazy="select")


class FocusArea(Model):
    """活动重点: what the notice asks bureaus to do; attachments and reports may name one."""

    __tablename__ = "focus_area"
    __table_args__ = (UniqueConstraint("campaign_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")


class Slogan(Model):
    """口号: one line of one of the campaign's lists."""

    __tablename__ = "slogan"
    __table_args__ = (UniqueConstraint("campaign_id", "list_position", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    list_position: Mapped[int]
    list_title: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(200))


class Task(Model):
    """报送事项: what is asked of everybody, by when. `due_at` and `cutoff_at` are exclusive upper bounds."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    guidance: Mapped[str] = mapped_column(Text, default="")
    opens_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cutoff_at: Mapped[datetime] = mapped_column(UTCDateTime)
    media_window_hours: Mapped[int] = mapped_column(default=0, server_default="0")
    sign_off: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    campaign: Mapped[Campaign] = relationship(lazy="joined", innerjoin=True)
    slots: Mapped[list["Slot"]] = relationship(order_by="Slot.position", lazy="selectin")


class Slot(Model):
    """材料项: one kind of material that a task asks for. `position` is 0 to 19 and fixed once the task is open."""

    __tablename__ = "slot"
    __table_args__ = (UniqueConstraint("task_id", "position"), UniqueConstraint("task_id", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    required: Mapped[bool] = mapped_column(default=True)
    least: Mapped[int] = mapped_column(default=1)
    most: Mapped[int]
    formats: Mapped[str] = mapped_column(String(200))
    max_bytes: Mapped[int] = mapped_column(BigInteger)
    takes_text: Mapped[bool] = mapped_column(default=False)
    may_declare_none: Mapped[bool] = mapped_column(default=False)

    @property
    def format_list(self) -> list[str]:
        """The extensions that are allowed, without dots."""
        return self.formats.split()


class Assignment(Model):
    """报送任务: one bureau's task. Its dues are its own, so that an extension moves them for it alone.

    `due_rev` grows with every change of the due and is part of every verdict's and letter's key. `media_until` is the
    end of the media window, exclusive; it moves with the due, and is None while the task has no such window.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("task_id", "bureau_id"),
        Index("ix_assignment_due", "due_at", "task_id"),
        Index("ix_assignment_bureau", "bureau_id"),
        Index("ix_assignment_media_until", "media_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    bureau_id: Mapped[int] = mapped_column(ForeignKey("bureau.id"))
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cutoff_at: Mapped[datetime] = mapped_column(UTCDateTime)
    media_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_rev: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    task: Mapped[Task] = relationship(lazy="joined", innerjoin=True)


class DueChange(Model):
    """A change of one assignment's due: an extension, or the task's own dates moved."""

    __tablename__ = "due_change"
    __table_args__ = (UniqueConstraint("assignment_id", "due_rev"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    due_rev: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    old_due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cutoff_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(500))
    document_number: Mapped[str] = mapped_column(String(80))
    granted_by: Mapped[str] = mapped_column(String(120))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)
