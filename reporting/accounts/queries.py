"""Reading accounts."""

from collections.abc import Sequence

from sqlalchemy import select

from reporting.accounts.models import User
from reporting.core.db import db


def find_by_email(email: str) -> User | None:
    """The account with this address, whatever its case, or None."""
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def find(user_id: int) -> User | None:
    """The account with this id, or None."""
    return db.session.get(User, user_id)


def by_ids(user_ids: Sequence[int]) -> dict[int, User]:
    """Accounts by id, for pages that show names."""
    found = db.session.scalars(select(User).where(User.id.in_(user_ids)).order_by(User.id))
    return {user.id: user for user in found}
