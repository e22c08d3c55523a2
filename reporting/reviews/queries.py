"""Reading decisions."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

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


def latest_of(assignment_ids: Collection[int]) -> dict[int, Review]:
    """The last decision on each of several assignments; one without is left out."""
    last = select(func.max(Review.id)).where(Review.assignment_id.in_(assignment_ids)).group_by(Review.assignment_id)
    found = db.session.scalars(select(Review).where(Review.id.in_(last)).order_by(Review.id))
    return {review.assignment_id: review for review in found}
