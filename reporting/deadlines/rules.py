"""When is it late? The one answer to *how does this bureau stand with this task now?*

A deadline is a UTC moment and its upper bound is exclusive: what is in before `due_at` is on time, what arrives
at `due_at` or later is late. "15 October" is therefore stored as 16 October 00:00 in the campaign's zone.
Pages, sweep, letters, exports and circulars all ask here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DUE_SOON = timedelta(days=3)
# A hand-in is stamped when its request begins and is there when its transaction ends. A deadline is judged only when
# every request that began before it has ended or given up: a database that is held for longer answers 503 before.
SETTLING = timedelta(seconds=60)


class Standing(StrEnum):
    """How a bureau stands with a task, by what has arrived; the review is a second axis of its own."""

    UPCOMING = "upcoming"
    OPEN = "open"
    DUE_SOON = "due_soon"
    PARTIAL = "partial"
    MANIFEST = "manifest"
    ON_TIME = "on_time"
    LATE = "late"
    MISSING = "missing"


class SlotStanding(StrEnum):
    """How one slot of an assignment stands."""

    OPTIONAL = "optional"
    OWED = "owed"
    MISSING = "missing"
    MANIFEST = "manifest"
    ON_TIME = "on_time"
    LATE = "late"
    DECLARED = "declared"
    DECLARED_LATE = "declared_late"


@dataclass(frozen=True, slots=True)
class Window:
    """The moments of one assignment, all aware: opening, due (exclusive), cut-off (exclusive)."""

    opens_at: datetime
    due_at: datetime
    cutoff_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a slot first came in, whether it was declared empty, and the due that was then in force.

    `media_until` is there when it came in as a manifest whose media follow: the end of their window, exclusive.
    `whole_at` is when the last of them came in, None while some are missing. With `whole_at` alone the manifest was
    given up for other content, and the slot is in from then on.
    """

    arrived_at: datetime
    due_at: datetime
    declared: bool = False
    media_until: datetime | None = None
    whole_at: datetime | None = None


def media_until(due_at: datetime, window_hours: int) -> datetime | None:
    """When the media of a manifest must be in, exclusive; None when the task gives them no time of their own."""
    return due_at + timedelta(hours=window_hours) if window_hours else None


def later_of(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two ends of a window, each of which may not be there: an end that is moved up harms nobody."""
    return max(filter(None, (one, other)), default=None)


def may_follow(until: datetime | None, *, now: datetime) -> bool:
    """Whether media that are promised now would still be in their window."""
    return until is not None and now < until


def is_pending(arrival: Arrival) -> bool:
    """Whether a manifest is in and some of its media are not."""
    return arrival.media_until is not None and arrival.whole_at is None


def is_in(arrival: Arrival | None, *, now: datetime) -> bool:
    """Whether a slot counts as handed in: with all its media, or with their window still open."""
    if arrival is None:
        return False
    return not is_pending(arrival) or may_follow(arrival.media_until, now=now)


def came_at(arrival: Arrival) -> datetime:
    """The moment that counts: the manifest's when all its media came within their window, else that of the last one."""
    if arrival.whole_at is None or may_follow(arrival.media_until, now=arrival.whole_at):
        return arrival.arrived_at
    return arrival.whole_at


def is_late(arrival: Arrival, *, due_at: datetime) -> bool:
    """Whether an arrival is late against the due in force now.

    The later of two dues counts, the one now and the one at arrival: a deadline that is shortened
    afterwards does not make a punctual hand-in late.
    """
    return came_at(arrival) >= max(due_at, arrival.due_at)


def late_seconds(received_at: datetime, due_at: datetime) -> int:
    """How late a hand-in is, in whole seconds; 0 when it is on time, at least 1 when it is late."""
    if received_at < due_at:
        return 0
    return max(1, int((received_at - due_at).total_seconds()))


def slot_standing(*, required: bool, arrival: Arrival | None, due_at: datetime, now: datetime) -> SlotStanding:
    """How one slot stands at `now`."""
    if arrival is None or not is_in(arrival, now=now):
        if not required:
            return SlotStanding.OPTIONAL
        return SlotStanding.MISSING if now >= due_at else SlotStanding.OWED
    if is_pending(arrival):
        return SlotStanding.MANIFEST
    late = is_late(arrival, due_at=due_at)
    if arrival.declared:
        return SlotStanding.DECLARED_LATE if late else SlotStanding.DECLARED
    return SlotStanding.LATE if late else SlotStanding.ON_TIME


IN_LATE = {SlotStanding.LATE, SlotStanding.DECLARED_LATE}
IN_TIME = {SlotStanding.ON_TIME, SlotStanding.DECLARED}
NOT_IN = {SlotStanding.OWED, SlotStanding.MISSING}


def standing(slots: Sequence[SlotStanding], *, window: Window, now: datetime) -> Standing:
    """How the whole assignment stands: optional slots that are empty do not count against it."""
    owed = sum(slot in NOT_IN for slot in slots)
    on_the_way = SlotStanding.MANIFEST in slots
    arrived = on_the_way + sum(slot in IN_LATE or slot in IN_TIME for slot in slots)
    if not owed and on_the_way:
        return Standing.MANIFEST
    if not owed and arrived:
        return Standing.LATE if any(slot in IN_LATE for slot in slots) else Standing.ON_TIME
    if arrived:
        return Standing.PARTIAL
    return _nothing_in(window, now)


def _nothing_in(window: Window, now: datetime) -> Standing:
    if now >= window.due_at:
        return Standing.MISSING
    if now < window.opens_at:
        return Standing.UPCOMING
    return Standing.DUE_SOON if window.due_at - now <= DUE_SOON else Standing.OPEN


def verdict(required: Mapping[str, Arrival | None], *, due_at: datetime) -> tuple[Standing, tuple[str, ...]]:
    """What is to be said at the deadline, however much later the question is asked.

    `required` maps each required slot's key to its first arrival or None. Answers ON_TIME, PARTIAL or MISSING
    and the keys which were not in before `due_at`, in the order given. A manifest in time counts as in.
    """
    owed = [key for key, arrival in required.items() if arrival is None or arrival.arrived_at >= due_at]
    return _judged(required, owed)


def window_verdict(
    required: Mapping[str, Arrival | None], *, due_at: datetime, until: datetime
) -> tuple[Standing, tuple[str, ...]]:
    """The same at the end of the media window: a manifest counts only with all its media in before `until`."""
    owed = [
        key
        for key, arrival in required.items()
        if arrival is None or arrival.arrived_at >= due_at or not _was_whole(arrival, due_at=due_at, until=until)
    ]
    return _judged(required, owed)


def was_on_the_way(arrival: Arrival, *, due_at: datetime) -> bool:
    """Whether, when the deadline came, a manifest was in and some of its media were not."""
    if arrival.arrived_at >= due_at:
        return False
    return is_pending(arrival) if arrival.whole_at is None else arrival.whole_at >= due_at


def _was_whole(arrival: Arrival, *, due_at: datetime, until: datetime) -> bool:
    if arrival.whole_at is None:
        return not is_pending(arrival)
    return arrival.whole_at < (due_at if arrival.media_until is None else until)


def _judged(required: Mapping[str, Arrival | None], owed: Sequence[str]) -> tuple[Standing, tuple[str, ...]]:
    if not owed:
        return Standing.ON_TIME, ()
    return (Standing.MISSING if len(owed) == len(required) else Standing.PARTIAL), tuple(owed)


class Gate(StrEnum):
    """Whether a hand-in is accepted now."""

    NOT_OPEN_YET = "not_open_yet"
    OPEN = "open"
    CLOSED = "closed"


def gate(window: Window, *, now: datetime) -> Gate:
    """Hand-ins are accepted from the opening until just before the cut-off; after the due they are late."""
    if now < window.opens_at:
        return Gate.NOT_OPEN_YET
    return Gate.OPEN if now < window.cutoff_at else Gate.CLOSED
