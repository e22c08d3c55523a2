"""What a bureau holds in its hand after handing in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime


class Receipt(Model):
    """回执: one a round, with a number that is never given twice."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), unique=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReceiptCounter(Model):
    """The last number given in a campaign year."""

    __tablename__ = "receipt_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)
