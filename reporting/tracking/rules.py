"""Arrivals packed into one number, so that a database can group thousands of bureaus by how they stand.

Each slot is one octal digit at its position: nothing in, in on time, in late, declared, declared late. The digit is
made in SQL from two comparisons; what it means is decided by the rules of `deadlines` alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reporting.deadlines import rules as deadlines
from reporting.deadlines.rules import SlotStanding, Standing, Window

BASE = 8
NOTHING, ON_TIME, LATE, DECLARED, DECLARED_LATE = range(5)


@dataclass(frozen=True, slots=True)
class SlotShape:
    """What a pattern needs to know of a slot."""

    kind: str
    position: int
    required: bool


def digits(pattern: int, slots: Sequence[SlotShape]) -> list[int]:
    """The digit of each slot, in the order of the slots."""
    return [pattern // BASE**slot.position % BASE for slot in slots]


def slot_standings(pattern: int, slots: Sequence[SlotShape], *, due_at: datetime, now: datetime) -> list[SlotStanding]:
    """How each slot stands, by asking the one rule with an arrival that the digit stands for."""
    before, after = due_at - timedelta(microseconds=1), due_at
    stand_in = {
        NOTHING: None,
        ON_TIME: deadlines.Arrival(before, due_at),
        LATE: deadlines.Arrival(after, due_at),
        DECLARED: deadlines.Arrival(before, due_at, declared=True),
        DECLARED_LATE: deadlines.Arrival(after, due_at, declared=True),
    }
    return [
        deadlines.slot_standing(required=slot.required, arrival=stand_in[digit], due_at=due_at, now=now)
        for slot, digit in zip(slots, digits(pattern, slots), strict=True)
    ]


def standing(pattern: int, slots: Sequence[SlotShape], *, window: Window, now: datetime) -> Standing:
    """How an assignment with this pattern stands."""
    return deadlines.standing(slot_standings(pattern, slots, due_at=window.due_at, now=now), window=window, now=now)


def verdict(pattern: int, slots: Sequence[SlotShape], *, due_at: datetime) -> tuple[Standing, tuple[str, ...]]:
    """What is to be said at the deadline for a pattern in which only arrivals before the due have a digit."""
    before = due_at - timedelta(microseconds=1)
    required = {
        slot.kind: deadlines.Arrival(before, due_at) if digit else None
        for slot, digit in zip(slots, digits(pattern, slots), strict=True)
        if slot.required
    }
    return deadlines.verdict(required, due_at=due_at)
