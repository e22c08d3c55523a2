"""Working days on pages: how many are left until a moment, and which years are only an estimate.

The calendar is read once a request, and only by requests that tell of working days.
"""

from collections.abc import Sequence
from datetime import datetime

from flask import Flask, g
from flask_babel import gettext as _

from reporting.web.formats import last_day, listed, local_day, workdays_words
from reporting.workdays import queries, rules

# A span of more years is a typing error; what lies behind them is an estimate in any case.
MOST_YEARS = 5


def calendar_of(first_year: int, last_year: int) -> rules.Calendar:
    """The calendar of some years. The next year is read along, so that one statement is enough for a page."""
    held: rules.Calendar | None = g.get("workdays")
    if held is None or not {first_year, last_year} <= held.published.keys():
        g.workdays = held = queries.calendar(first_year, max(last_year, first_year + 1))
    return held


def workdays_left_words(due_at: datetime, now: datetime, zone: str) -> str:
    """How many working days are left until a moment (aware, exclusive); empty when there is nothing to count."""
    today, last = local_day(now, zone), last_day(due_at, zone)
    if not rules.is_countable(today, last):
        return ""
    left = rules.left(calendar_of(today.year, last.year), today=today, last_day=last)
    return "" if left is None else workdays_words(left.days, estimated=left.estimated)


def guessed_years(begin: datetime, end: datetime, zone: str) -> list[int]:
    """The years between two moments whose working days nobody has confirmed."""
    first, last = local_day(begin, zone).year, last_day(end, zone).year
    years = range(first, min(last, first + MOST_YEARS) + 1)
    return calendar_of(years[0], years[-1]).unconfirmed(years) if years else []


def estimate_sentence(years: Sequence[int]) -> str:
    """Why the working days of these years are only an estimate, and what follows."""
    return _(
        "%(years)s 年的放假和调休安排尚未确认：这些年份的工作日只按周一至周五和法定节日估算，可能与国务院办公厅公布的安排不同。",
        years=listed(str(year) for year in years),
    )


def install(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.globals.update(workdays_left_words=workdays_left_words, estimate_sentence=estimate_sentence)
