"""What an import would do, line by line: the same plan is shown, confirmed and carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any


class Outcome(StrEnum):
    """What an import does with a line."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one line: a code and the facts of its sentence."""

    row: int
    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field which a line changes, before and after."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file and what becomes of it; `number` is the line as the reader counts it."""

    number: int
    code: str
    name: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an import would do."""

    lines: Sequence[Line]

    def count(self, outcome: str) -> int:
        """How many lines come out so."""
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def problems(self) -> list[RowProblem]:
        """Everything that stands in the way, in the order of the lines."""
        return [problem for line in self.lines for problem in line.problems]

    @property
    def does_something(self) -> bool:
        """Whether any line adds or changes anything."""
        return any(line.outcome in {Outcome.ADDED, Outcome.CHANGED} for line in self.lines)

    @property
    def mark(self) -> str:
        """A short mark of what the plan does: two plans with the same mark do the same."""
        told = "\n".join(
            repr(
                (line.number, line.code, line.name, str(line.outcome), [(c.field, c.old, c.new) for c in line.changes])
            )
            for line in self.lines
        )
        return sha256(told.encode()).hexdigest()[:32]


def row_problem(row: int, code: str, /, **facts: Any) -> RowProblem:
    """Write a problem in one line; the row is one of its facts."""
    return RowProblem(row, code, {"row": row, **facts})
