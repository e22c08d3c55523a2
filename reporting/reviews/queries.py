"""Reading decisions."""

from collections.abc import Sequence

from sqlalchemy import select

from reporting.core.db import db
from reporting.reviews.models import Review


def of_assignment(assignment_id: int) -> Sequence[Review]:
    """Every decision on an assignment, the first first."""
    wanted = select(Review).where(Review.assignment_id == assignment_id).order_by(Review.id)
    return db.session.scalars(wanted.limit(200)).all()


def of_submission(submission_id: int) -> Review | None:
    """The decision on a round, or None."""
    return db.session.scalar(select(Review).where(Review.submission_id == submission_id))


def latest(assignment_id: int) -> Review | None:
    """The last decision on an assignment, or None."""
    wanted = select(Review).where(Review.assignment_id == assignment_id).order_by(Review.id.desc()).limit(1)
    return db.session.scalar(wanted)
