"""What a decision requires."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_NOTE = 2000


class Decision(StrEnum):
    """What a reviewer may decide."""

    ACCEPT = "accept"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A decision as a reviewer writes it; `slots` are the kinds that a return names, `due_at` by when (exclusive)."""

    decision: Decision
    note: str = ""
    slots: tuple[str, ...] = ()
    due_at: datetime | None = None


def problems(
    proposal: Proposal,
    *,
    owed: Collection[str],
    awaited: Collection[str] = (),
    is_open: bool,
    cutoff_at: datetime,
    now: datetime,
) -> list[str]:
    """Everything against a decision, as codes.

    A return needs a note, and a bureau that may still hand in; what owes something cannot be accepted, nor what was
    `awaited` and has not come.
    """
    accepts = proposal.decision == Decision.ACCEPT
    closed = not is_open or now >= cutoff_at
    due_at = None if accepts or closed else proposal.due_at
    checks = [
        ("note_missing", not accepts and not proposal.note.strip()),
        ("note_too_long", len(proposal.note) > LONGEST_NOTE),
        ("slots_still_owed", accepts and bool(owed)),
        ("media_still_awaited", accepts and bool(awaited)),
        ("return_when_closed", not accepts and closed),
        ("return_due_in_past", due_at is not None and due_at <= now),
        ("return_due_after_cutoff", due_at is not None and due_at > cutoff_at),
    ]
    return [code for code, wrong in checks if wrong]
