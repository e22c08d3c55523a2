"""Arrivals packed into one number, so that a database can group thousands of bureaus by how they stand.

Each slot is one octal digit at its position: nothing in, in on time, in late, declared, declared late, or a manifest
whose media are on the way. The digit is made in SQL from a few comparisons; what it means is decided by the rules of
`deadlines` alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reporting.deadlines import rules as deadlines
from reporting.deadlines.rules import SlotStanding, Standing, Window

BASE = 8
NOTHING, ON_TIME, LATE, DECLARED, DECLARED_LATE, ON_THE_WAY = range(6)
_TICK = timedelta(microseconds=1)


class Stage(StrEnum):
    """Which moment a verdict is about: the due, or the end of the media window after it."""

    DUE = "due"
    WINDOW = "window"


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
    before, after = due_at - _TICK, due_at
    stand_in = {
        NOTHING: None,
        ON_TIME: deadlines.Arrival(before, due_at),
        LATE: deadlines.Arrival(after, due_at),
        DECLARED: deadlines.Arrival(before, due_at, declared=True),
        DECLARED_LATE: deadlines.Arrival(after, due_at, declared=True),
        ON_THE_WAY: deadlines.Arrival(before, due_at, media_until=now + _TICK),
    }
    return [
        deadlines.slot_standing(required=slot.required, arrival=stand_in[digit], due_at=due_at, now=now)
        for slot, digit in zip(slots, digits(pattern, slots), strict=True)
    ]


def standing(pattern: int, slots: Sequence[SlotShape], *, window: Window, now: datetime) -> Standing:
    """How an assignment with this pattern stands."""
    return deadlines.standing(slot_standings(pattern, slots, due_at=window.due_at, now=now), window=window, now=now)


def verdict(pattern: int, slots: Sequence[SlotShape], *, due_at: datetime) -> tuple[Standing, tuple[str, ...]]:
    """What is to be said at the deadline for a pattern in which only what was in by then has a digit.

    At the end of the media window the same is said of a pattern in which only what was whole by then has one.
    """
    required = {
        slot.kind: deadlines.Arrival(due_at - _TICK, due_at) if digit else None
        for slot, digit in zip(slots, digits(pattern, slots), strict=True)
        if slot.required
    }
    return deadlines.verdict(required, due_at=due_at)


def on_the_way(pattern: int, slots: Sequence[SlotShape]) -> tuple[str, ...]:
    """The kinds of the slots of which only the manifest is in."""
    return tuple(slot.kind for slot, digit in zip(slots, digits(pattern, slots), strict=True) if digit == ON_THE_WAY)
