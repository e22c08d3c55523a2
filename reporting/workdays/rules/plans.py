"""What an import of days would do, line by line: the same plan is shown, confirmed and carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from reporting.workdays.rules.days import EARLIEST, LATEST, LIMITS, Correction
from reporting.workdays.rules.headings import HEADINGS, WORDS, WRITTEN

# A few years at once; a year has some forty days that differ from its weeks.
MOST_ROWS = 1000


class Outcome(StrEnum):
    """What an import does with a line."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class DayRow:
    """A line as it was written; `number` is the line as the reader counts it."""

    number: int
    day: str
    works: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one line: a code and the facts of its sentence."""

    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line and what becomes of it; day and correction are None as far as they cannot be read."""

    row: DayRow
    day: date | None
    correction: Correction | None
    outcome: Outcome
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an import would do."""

    lines: Sequence[Line]

    def count(self, outcome: str) -> int:
        """How many lines come out so."""
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def problems(self) -> list[Problem]:
        """Everything that stands in the way, in the order of the lines."""
        return [problem for line in self.lines for problem in line.problems]

    @property
    def does_something(self) -> bool:
        """Whether any line adds or changes a day."""
        return any(line.outcome in {Outcome.ADDED, Outcome.CHANGED} for line in self.lines)

    @property
    def days(self) -> list[date]:
        """The days that can be read, in the order of the lines."""
        return [line.day for line in self.lines if line.day is not None]

    @property
    def mark(self) -> str:
        """A short mark of what the plan does: two plans with the same mark do the same."""
        told = "\n".join(repr((line.row, str(line.outcome))) for line in self.lines)
        return sha256(told.encode()).hexdigest()[:32]


def day_rows(headings: Sequence[str], lines: Sequence[tuple[int, Sequence[str]]]) -> tuple[list[DayRow], list[str]]:
    """The lines of a table as rows, and the names of columns that it lacks: then there are no rows."""
    fields = [HEADINGS.get(heading.strip().lower()) for heading in headings]
    missing = [name for name in ("day", "works") if name not in fields]
    if missing:
        return [], missing
    return [DayRow(number, **{"day": "", "works": "", **_record(fields, cells)}) for number, cells in lines], []


def _record(fields: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    return {name: cell for name, cell in zip(fields, cells, strict=False) if name}


def plan_days(rows: Sequence[DayRow], *, known: Mapping[date, Correction], source: str = "") -> Plan:
    """What importing these rows would do to the corrections that are known; a day stands in one line only."""
    first: dict[date, int] = {}
    lines = []
    for row in rows:
        day = written_day(row.day)
        problems = _problems(row, day, first.get(day) if day else None)
        if day is not None:
            first.setdefault(day, row.number)
        if problems or day is None:
            lines.append(Line(row, day, None, Outcome.WRONG, tuple(problems)))
            continue
        correction = Correction(WORDS[row.works.lower()], row.name, source)
        lines.append(Line(row, day, correction, _outcome(known.get(day), correction)))
    return Plan(lines)


def _outcome(present: Correction | None, wanted: Correction) -> Outcome:
    if present is None:
        return Outcome.ADDED
    same = (present.works, present.name) == (wanted.works, wanted.name)
    return Outcome.UNCHANGED if same else Outcome.CHANGED


def _problems(row: DayRow, day: date | None, other_row: int | None) -> list[Problem]:
    """Everything that is wrong with one line."""
    found = []
    if day is None:
        found.append(_problem("row_day_unreadable", row, text=row.day))
    elif not EARLIEST <= day.year <= LATEST:
        found.append(_problem("row_day_unlikely", row, text=row.day, earliest=EARLIEST, latest=LATEST))
    elif other_row is not None:
        found.append(_problem("row_day_twice", row, text=row.day, other_row=other_row))
    if row.works.lower() not in WORDS:
        found.append(_problem("row_works_unreadable", row, text=row.works))
    if len(row.name) > LIMITS["name"]:
        found.append(_problem("row_day_name_too_long", row, limit=LIMITS["name"]))
    return found


def _problem(code: str, row: DayRow, /, **facts: Any) -> Problem:
    return Problem(code, {"row": row.number, **facts})


def written_day(text: str) -> date | None:
    """A day as offices write it: 2027-10-01, 2027/10/1, 2027年10月1日, 20271001; None for anything else."""
    found = WRITTEN.fullmatch(text)
    if found is None:
        return None
    year, *rest = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, *rest)
    except ValueError:
        return None
