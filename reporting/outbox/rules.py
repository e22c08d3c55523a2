"""When a letter is tried again, when it is given up, and what an attempt's end makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any


class State(StrEnum):
    """Where a letter is on its way."""

    PENDING = "pending"
    SENDING = "sending"
    DATA_STARTED = "data_started"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


class Ending(StrEnum):
    """How an attempt ended, when it did not end with the server's 250."""

    REFUSED_FOR_NOW = "refused_for_now"
    REFUSED_FOR_GOOD = "refused_for_good"
    SERVER_AWAY = "server_away"
    DOUBTFUL = "doubtful"
    NOT_WRITTEN = "not_written"
    NOT_RECHECKED = "not_rechecked"
    INTERRUPTED = "interrupted"


WAITING = (State.PENDING, State.RETRY, State.UNKNOWN)
UNDERWAY = (State.SENDING, State.DATA_STARTED)
DONE = (State.SENT, State.FAILED, State.SUPPRESSED)

LADDER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
GIVE_UP_AFTER = timedelta(hours=48)
BREAK = timedelta(minutes=1)
# Two attempts may end in doubt: the letter is repeated once, and then a person decides.
MOST_DOUBTS = 2
SHORTEST_LEASE = timedelta(minutes=3)

_KEEPS_TRYING = (Ending.REFUSED_FOR_NOW, Ending.NOT_RECHECKED)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a letter. `user_id` is the account's, or None for an address without one."""

    address: str
    name: str
    language: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a second look at the letter's cause says, just before it leaves.

    `reason` is a code and means that it must not leave any more; `facts` replace those of the letter.
    """

    reason: str | None = None
    facts: Mapping[str, Any] | None = None


AS_IT_IS = Verdict()


@dataclass(frozen=True, slots=True)
class Next:
    """The state after an attempt, and when to try again; None means never, unless a person says so."""

    state: State
    at: datetime | None


def lease_length(patience_seconds: float) -> timedelta:
    """How long one letter may be in one sender's hands.

    Longer than the server's longest silence at each of MAIL, RCPT, DATA and the final dot, because a lease that
    ends before the server has answered would send the letter twice.
    """
    return max(SHORTEST_LEASE, timedelta(seconds=6 * patience_seconds + 60))


def pause(attempts: int) -> timedelta:
    """How long to wait after the attempt with this number, counted from 1."""
    return LADDER[min(max(attempts, 1), len(LADDER)) - 1]


def after(ending: Ending, *, attempts: int, doubts: int, first_try_at: datetime, now: datetime) -> Next:
    """What becomes of a letter whose attempt number `attempts` ended so.

    `doubts` counts the attempts that ended in doubt, with this one. A letter is given up 48 hours after its
    first try, but never because the server was away: that is not the letter's fault. A letter in doubt never
    turns into "failed", because its reader may have it.
    """
    again = now + pause(attempts)
    if ending is Ending.DOUBTFUL:
        tries_on = doubts < MOST_DOUBTS
    elif ending is Ending.SERVER_AWAY:
        tries_on = True
    else:
        tries_on = ending in _KEEPS_TRYING and again < first_try_at + GIVE_UP_AFTER
    if doubts:
        return Next(State.UNKNOWN, again if tries_on else None)
    return Next(State.RETRY, again) if tries_on else Next(State.FAILED, None)


def message_token(key: str, created_at: datetime) -> str:
    """The left side of the letter's Message-ID: the same at every attempt, another in every installation."""
    return sha256(f"{key}\n{created_at.isoformat()}".encode()).hexdigest()[:40]


def may_resend(state: str) -> bool:
    """Whether a person may send the letter (again): not while it is under way or waits for its turn anyway."""
    return state in {State.SENT, State.FAILED, State.UNKNOWN, State.SUPPRESSED, State.RETRY}


def may_correct(state: str) -> bool:
    """Whether the address may be corrected: as long as nobody can have got the letter."""
    return state in {State.PENDING, State.RETRY, State.FAILED}
