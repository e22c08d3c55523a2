"""Bureaus as a tree with dated names, and who serves where."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime


class Bureau(Model):
    """A body that owes or organises. The code is for ever; names, aliases and the parent may change.

    The names here are the present ones, so that lists need no join; `BureauName` keeps all of them with dates.
    """

    __tablename__ = "bureau"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("bureau.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    region: Mapped[str] = mapped_column(String(20), default="")
    division_code: Mapped[str] = mapped_column(String(12), default="")
    name_zh: Mapped[str] = mapped_column(String(200))
    short_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    search_key: Mapped[str] = mapped_column(String(1000), default="")
    position: Mapped[int] = mapped_column(default=0)
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class BureauName(Model):
    """A name and the days on which it was in use: `until` is exclusive and open when None."""

    __tablename__ = "bureau_name"
    __table_args__ = (UniqueConstraint("bureau_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bureau_id: Mapped[int] = mapped_column(ForeignKey("bureau.id"))
    name_zh: Mapped[str] = mapped_column(String(200))
    short_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    since: Mapped[date]
    until: Mapped[date | None]


class BureauAlias(Model):
    """Another way of writing a bureau's name, by which it may be found."""

    __tablename__ = "bureau_alias"
    __table_args__ = (UniqueConstraint("bureau_id", "alias"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bureau_id: Mapped[int] = mapped_column(ForeignKey("bureau.id"))
    alias: Mapped[str] = mapped_column(String(200))


class Membership(Model):
    """A person holds a role at a bureau until `ended_at`."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("user_id", "bureau_id", "role"),
        Index("ix_membership_bureau_role", "bureau_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    bureau_id: Mapped[int] = mapped_column(ForeignKey("bureau.id"))
    role: Mapped[str] = mapped_column(String(20))
    since_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
