"""Which days are working days, and what an import of days would do."""

from reporting.workdays.rules.days import (
    EARLIEST,
    LATEST,
    LIMITS,
    MOST_YEARS_AHEAD,
    Calendar,
    Correction,
    Day,
    Kind,
    Left,
    Published,
    day_problems,
    is_countable,
    left,
    years_between,
)
from reporting.workdays.rules.plans import MOST_ROWS, DayRow, Line, Outcome, Plan, day_rows, plan_days

__all__ = [
    "EARLIEST",
    "LATEST",
    "LIMITS",
    "MOST_ROWS",
    "MOST_YEARS_AHEAD",
    "Calendar",
    "Correction",
    "Day",
    "DayRow",
    "Kind",
    "Left",
    "Line",
    "Outcome",
    "Plan",
    "Published",
    "day_problems",
    "day_rows",
    "is_countable",
    "left",
    "plan_days",
    "years_between",
]
