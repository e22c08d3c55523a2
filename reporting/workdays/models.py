"""What administrators said of single days and of whole years."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime


class WorkdayException(Model):
    """A day that is worked, or is not, whatever the published calendar says of it."""

    __tablename__ = "workday_exception"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    works: Mapped[bool]
    name: Mapped[str] = mapped_column(String(60), default="")
    source: Mapped[str] = mapped_column(String(120), default="")
    changed_by: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class WorkdayYear(Model):
    """A year of which an administrator said that its calendar is the published one, and by which document."""

    __tablename__ = "workday_year"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(unique=True)
    confirmed: Mapped[bool]
    document_number: Mapped[str] = mapped_column(String(120))
    changed_by: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
