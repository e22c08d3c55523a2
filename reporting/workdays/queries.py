"""Reading the calendar: what a library knows of a year, and what administrators said of it."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, CompoundSelect, Date, Integer, String, cast, null, select, union_all

from reporting.core.db import db
from reporting.workdays.models import WorkdayException, WorkdayYear
from reporting.workdays.rules import EARLIEST, LATEST, Calendar, Correction, Published


def calendar(first_year: int, last_year: int, *, english: bool = False) -> Calendar:
    """The working days of some years, in one statement; names of holidays in one of the two languages."""
    years = range(first_year, last_year + 1)
    corrections: dict[date, Correction] = {}
    confirmed: dict[int, str] = {}
    for day, works, name, source, year in db.session.execute(_said(first_year, last_year)):
        if year is None:
            corrections[day] = Correction(works, name, source)
        else:
            confirmed[year] = source
    return Calendar({year: published(year, english=english) for year in years}, corrections, confirmed)


@lru_cache(maxsize=64)
def _said(first_year: int, last_year: int) -> CompoundSelect[Any]:
    """The corrected days and the confirmed years as rows of one shape; a year has no day, and a day no year."""
    span = (date(first_year, 1, 1), date(last_year, 12, 31))
    day = WorkdayException
    days = select(day.day, day.works, day.name, day.source, cast(null(), Integer)).where(day.day.between(*span))
    nothing = (cast(null(), Date), cast(null(), Boolean), cast(null(), String))
    years = select(*nothing, WorkdayYear.document_number, WorkdayYear.year).where(
        WorkdayYear.year.between(first_year, last_year), WorkdayYear.confirmed
    )
    return union_all(days, years)


@lru_cache(maxsize=2 * (LATEST - EARLIEST + 1))
def published(year: int, *, english: bool = False) -> Published:
    """What the library knows of a year. It never changes while a process runs: another year comes with a new release."""
    # It takes a twentieth of a second to load, which only those processes should pay that count working days.
    import holidays

    # Without `expand`, a look at another year would silently read that year too.
    found = holidays.country_holidays("CN", years=year, expand=False, language="en_US" if english else "zh_CN")
    named = {day: name for day, name in found.items() if day.year == year}
    # The library keeps the make-up days at the turn of some years in every year it is asked for.
    return Published(named, frozenset(day for day in found.weekend_workdays if day.year == year))


def corrections(days: Collection[date]) -> dict[date, Correction]:
    """What was said of these days."""
    wanted = select(WorkdayException).where(WorkdayException.day.in_(days)).order_by(WorkdayException.day)
    return {one.day: Correction(one.works, one.name, one.source) for one in db.session.scalars(wanted)}
