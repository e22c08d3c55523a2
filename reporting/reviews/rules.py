"""What a decision requires."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

LONGEST_NOTE = 2000


class Decision(StrEnum):
    """What a reviewer may decide."""

    ACCEPT = "accept"
    RETURN = "return"


def decision_problems(
    decision: Decision, *, note: str, owed: Collection[str], due_at: datetime | None, now: datetime
) -> list[str]:
    """Everything against a decision, as codes: a return needs a note, and what still owes cannot be accepted."""
    codes = []
    if decision == Decision.RETURN and not note.strip():
        codes.append("note_missing")
    if len(note) > LONGEST_NOTE:
        codes.append("note_too_long")
    if decision == Decision.ACCEPT and owed:
        codes.append("slots_still_owed")
    if decision == Decision.RETURN and due_at is not None and due_at <= now:
        codes.append("return_due_in_past")
    return codes
