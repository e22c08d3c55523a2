"""Which days are working days, and what an import of days would do."""

from reporting.workdays.rules.days import (
    EARLIEST,
    LATEST,
    LIMITS,
    Calendar,
    Correction,
    Day,
    Kind,
    Left,
    Published,
    day_problems,
    left,
    years_between,
)
from reporting.workdays.rules.plans import MOST_ROWS, DayRow, Line, Outcome, Plan, day_rows, plan_days

__all__ = [
    "EARLIEST",
    "LATEST",
    "LIMITS",
    "MOST_ROWS",
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
    "left",
    "plan_days",
    "years_between",
]
