"""The calendar of working days: what the State Council published, as a library tells it, and what administrators corrected.

Working days are counted as calendar days are: today does not count, the last day does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

EARLIEST, LATEST = 2000, 2100
LIMITS = {"name": 60, "source": 120}
SATURDAY = 5
# A due that lies further ahead is more likely a wrong year; nobody counts working days to it.
MOST_YEARS_AHEAD = 2


class Kind(StrEnum):
    """Why a day is worked, or is not."""

    WORK = "work"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


@dataclass(frozen=True, slots=True)
class Published:
    """What the library knows of one year: the days off with their names, and the weekend days that are worked instead."""

    holidays: Mapping[date, str]
    make_up: frozenset[date]


@dataclass(frozen=True, slots=True)
class Correction:
    """What an administrator said of a day, and by which document."""

    works: bool
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar as a page shows it."""

    date: date
    kind: Kind
    name: str
    correction: Correction | None

    @property
    def works(self) -> bool:
        """Whether it is a working day."""
        return self.kind in {Kind.WORK, Kind.MAKE_UP}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of the years for which it was read; it knows of no others and says so.

    A correction counts before what was published, and that before the weekend.
    """

    published: Mapping[int, Published]
    corrections: Mapping[date, Correction] = field(default_factory=dict)
    confirmed: Mapping[int, str] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked; raises LookupError for a year that was not read."""
        return self.day(day).works

    def day(self, day: date) -> Day:
        """A day and why it is worked or not; raises LookupError for a year that was not read."""
        known, correction = self._of(day.year), self.corrections.get(day)
        published = day in known.make_up or (day not in known.holidays and day.weekday() < SATURDAY)
        works = published if correction is None else correction.works
        named = correction is not None or day in known.holidays
        name = (correction.name if correction else "") or known.holidays.get(day, "")
        return Day(day, _kind(day, works=works, named=named), name, correction)

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days come after `first`, up to and including `last`; none when it lies before."""
        return sum(self.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def add_working_days(self, day: date, count: int) -> date:
        """The working day `count` working days after `day`, or before it when negative; `day` itself for 0."""
        step = timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def is_confirmed(self, year: int) -> bool:
        """Whether a year's calendar is the published one.

        It is when the library has make-up days for it, since nobody can guess those before the State Council's notice,
        or when an administrator has confirmed it. Raises LookupError for a year that was not read.
        """
        return year in self.confirmed or bool(self._of(year).make_up)

    def unconfirmed(self, years: Iterable[int]) -> list[int]:
        """Those of these years which are only an estimate."""
        return [year for year in years if not self.is_confirmed(year)]

    def _of(self, year: int) -> Published:
        try:
            return self.published[year]
        except KeyError:
            raise LookupError(f"the calendar was not read for {year}") from None


def _kind(day: date, *, works: bool, named: bool) -> Kind:
    """Why a day is as it is: a worked weekend makes up for another day, a free weekday is a holiday."""
    weekend = day.weekday() >= SATURDAY
    if works:
        return Kind.MAKE_UP if weekend else Kind.WORK
    return Kind.WEEKEND if weekend and not named else Kind.HOLIDAY


def years_between(first: date, last: date) -> range:
    """The years which a span of days touches."""
    return range(first.year, last.year + 1)


@dataclass(frozen=True, slots=True)
class Left:
    """How many working days are left, and whether a year on the way is only an estimate."""

    days: int
    estimated: bool


def is_countable(today: date, last_day: date) -> bool:
    """Whether a last day lies ahead, and not so far that nobody counts the working days to it."""
    return today < last_day and last_day.year - today.year <= MOST_YEARS_AHEAD


def left(calendar: Calendar, *, today: date, last_day: date) -> Left | None:
    """The working days left until a last day; None when there is nothing to count."""
    if not is_countable(today, last_day):
        return None
    years = years_between(today, last_day)
    return Left(calendar.working_days_between(today, last_day), bool(calendar.unconfirmed(years)))


def day_problems(day: date, correction: Correction) -> list[tuple[str, Mapping[str, Any]]]:
    """What is wrong with a correction, as codes with the facts of their sentences."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    if not EARLIEST <= day.year <= LATEST:
        found.append(("workday_unlikely", {"earliest": EARLIEST, "latest": LATEST}))
    if len(correction.name) > LIMITS["name"]:
        found.append(("workday_name_too_long", {"limit": LIMITS["name"]}))
    if len(correction.source) > LIMITS["source"]:
        found.append(("workday_source_too_long", {"limit": LIMITS["source"]}))
    return found
