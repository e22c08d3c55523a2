"""Whether the clock does its work: for whoever watches the machine, and for headquarters, who must not be left in silence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reporting.core import pulse
from reporting.core.pulse import Pulse
from reporting.deadlines.rules import SETTLING
from reporting.files import queries as files
from reporting.outbox import queries as letters
from reporting.tracking import queries as tracking

# Stuck work shows within this time; a clock whose ticks are further apart is given three of them.
PATIENCE = timedelta(minutes=3)
TICKS = 3
# The chores without which nobody is told anything.
VITAL = ("sweep", "remind", "digest", "deliver")


class Fault(StrEnum):
    """What stands still."""

    NEVER_RAN = "clock_never_ran"
    STOPPED = "clock_stopped"
    FAILING = "chore_failing"
    LETTERS_STUCK = "letters_stuck"
    VERDICTS_STUCK = "verdicts_stuck"


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of the clock: when the vital chores were all last done, and since when the oldest work waits."""

    last_tick: datetime | None
    pulses: Mapping[str, Pulse]
    oldest_letter_due: datetime | None
    oldest_verdict_due: datetime | None
    faults: tuple[Fault, ...]


def clock_faults(pulses: Mapping[str, Pulse], *, tick_seconds: int, host_now: datetime) -> list[Fault]:
    """What is wrong with the chores themselves; nothing while each was done a short while ago."""
    last = last_tick(pulses)
    found = []
    if last is None:
        found.append(Fault.NEVER_RAN)
    elif host_now - last > patience(tick_seconds):
        found.append(Fault.STOPPED)
    if any(one.failures >= TICKS for one in pulses.values()):
        found.append(Fault.FAILING)
    return found


def patience(tick_seconds: int) -> timedelta:
    """For how long a chore may be silent."""
    return max(PATIENCE, TICKS * timedelta(seconds=tick_seconds))


def last_tick(pulses: Mapping[str, Pulse]) -> datetime | None:
    """When the vital chores had last all been done; None while one of them never was."""
    done = [pulses[name].done_at if name in pulses else None for name in VITAL]
    known = [at for at in done if at is not None]
    return min(known) if len(known) == len(VITAL) else None


def watch(*, tick_seconds: int, now: datetime, host_now: datetime) -> Watch:
    """Look at everything that could stand still. `now` is the time of the campaigns, `host_now` that of the machine."""
    pulses = pulse.pulses()
    letter, verdict = letters.oldest_due(now), tracking.oldest_unswept(now - SETTLING)
    faults = clock_faults(pulses, tick_seconds=tick_seconds, host_now=host_now)
    waited = patience(tick_seconds)
    if letter is not None and now - letter > waited:
        faults.append(Fault.LETTERS_STUCK)
    if verdict is not None and now - SETTLING - verdict > waited:
        faults.append(Fault.VERDICTS_STUCK)
    return Watch(last_tick(pulses), pulses, letter, verdict, tuple(faults))


def counts() -> list[tuple[str, str, int]]:
    """How many rows of each sort of work stand in each state: sort, state, number."""
    told = [("letters", state, count) for state, count in letters.counts_by_state().items()]
    return told + [(f"renditions_{kind}", state, count) for (kind, state), count in files.rendition_counts().items()]
