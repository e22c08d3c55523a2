"""The default plan: which step of reminding has been reached, and when the digest goes out.

A step is the code under which a letter is never written twice; add one here and it is part of the plan.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = time(9)


@dataclass(frozen=True, slots=True)
class Step:
    """A letter `days` after the last day (before it when negative), and the wording it uses."""

    code: str
    days: int
    wording: str


PLAN = (
    Step("before_7", -7, "before"),
    Step("before_3", -3, "before"),
    Step("before_1", -1, "before"),
    Step("last_day", 0, "last_day"),
    Step("missed", 1, "missed"),
    Step("overdue_3", 3, "overdue"),
    Step("overdue_7", 7, "overdue"),
)
# When the media of a manifest have not come within their window. It has no day of its own: see `window_at`.
WINDOW = Step("window", 0, "window")
URGENCY = ("before", "last_day", "window", "missed", "overdue")


def last_day(due_at: datetime, zone: str) -> date:
    """The last whole day on which one is on time: the day that ends at an exclusive due."""
    return (due_at.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)).date()


def step_at(step: Step, *, due_at: datetime, zone: str) -> datetime:
    """The moment at which a step is reached: nine o'clock in the campaign's zone."""
    return datetime.combine(last_day(due_at, zone) + timedelta(days=step.days), HOUR, ZoneInfo(zone))


def window_at(until: datetime, zone: str) -> datetime:
    """The moment at which is told that media did not come: nine o'clock, at the end of their window or after it."""
    local = until.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() <= HOUR else local.date() + timedelta(days=1)
    return datetime.combine(day, HOUR, ZoneInfo(zone))


def reached(
    *,
    due_at: datetime,
    cutoff_at: datetime,
    since: datetime,
    zone: str,
    now: datetime,
    lapsed_at: datetime | None = None,
) -> Step | None:
    """The newest step that has been reached, or None.

    A step that lay before `since` (the opening, or the moment the due was set) is passed over, and so are those
    that were missed while the scheduler was away: a person gets the newest, never a burst. `lapsed_at` is there when a
    manifest was in and its media window has ended without them: the plan then begins anew with that.
    """
    if now >= cutoff_at:
        return None
    plan = [(step_at(step, due_at=due_at, zone=zone), step) for step in PLAN]
    if lapsed_at is not None:
        since = max(since, lapsed_at)
        plan.append((window_at(lapsed_at, zone), WINDOW))
        plan.sort(key=lambda planned: planned[0])
    past = [step for at, step in plan if since <= at <= now]
    return past[-1] if past and _fits(past[-1], due_at=due_at, now=now) else None


def _fits(step: Step, *, due_at: datetime, now: datetime) -> bool:
    """Whether the step's wording is still true: no "due tomorrow" after the due has passed."""
    return (now < due_at) == (step.wording in {"before", "last_day"})


def days_left(due_at: datetime, *, zone: str, now: datetime) -> int:
    """Calendar days from today to the last day, in the campaign's zone; negative when it has passed."""
    return (last_day(due_at, zone) - now.astimezone(ZoneInfo(zone)).date()).days


def digest_day(*, due_at: datetime, cutoff_at: datetime, zone: str, now: datetime) -> date | None:
    """The day for which a digest is due now: from the eve of the last day until the cut-off, after nine."""
    local = now.astimezone(ZoneInfo(zone))
    if local.time() < HOUR or now >= cutoff_at:
        return None
    return local.date() if local.date() >= last_day(due_at, zone) - timedelta(days=1) else None
