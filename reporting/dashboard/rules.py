"""The order of the board, and which groups a filter lets through."""

from collections.abc import Collection
from typing import Protocol

from reporting.deadlines.rules import Standing

REVIEW_STATES = ("none", "draft", "prepared", "submitted", "returned", "accepted")
ORDER = (
    Standing.MISSING,
    Standing.PARTIAL,
    Standing.DUE_SOON,
    Standing.OPEN,
    Standing.LATE,
    Standing.ON_TIME,
    Standing.UPCOMING,
)
FEW = 40
MOST_RANKED = 400


class Wanted(Protocol):
    """The part of a filter that is about how a bureau stands."""

    @property
    def standing(self) -> str:
        """A standing, `owing` for all that still owe something, or nothing."""

    @property
    def review_state(self) -> str:
        """A review state, or nothing."""

    @property
    def owes(self) -> str:
        """The kind of a slot that is owed, or nothing."""


def by_standing(wanted: Wanted) -> bool:
    """Whether a filter asks for anything that only the rules can tell."""
    return bool(wanted.standing or wanted.review_state or wanted.owes)


def matches(standing: Standing, review_state: str, owed: Collection[str], wanted: Wanted) -> bool:
    """Whether assignments that stand so are wanted."""
    if wanted.standing == "owing":
        fits = bool(owed)
    else:
        fits = not wanted.standing or standing == wanted.standing
    return fits and wanted.review_state in {"", review_state} and (not wanted.owes or wanted.owes in owed)
