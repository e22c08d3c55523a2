"""Reading receipts."""

from collections.abc import Collection

from sqlalchemy import select

from reporting.core.db import db
from reporting.receipts.models import Receipt


def of_submission(submission_id: int) -> Receipt | None:
    """The receipt of a round, or None."""
    return db.session.scalar(select(Receipt).where(Receipt.submission_id == submission_id))


def of_submissions(submission_ids: Collection[int]) -> dict[int, str]:
    """Receipt numbers by round."""
    wanted = select(Receipt.submission_id, Receipt.number).where(Receipt.submission_id.in_(submission_ids))
    return dict(db.session.execute(wanted.order_by(Receipt.id)).all())
