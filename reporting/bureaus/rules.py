"""What a roster must be, and which roles there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a person may do at a bureau."""

    REPORTER = "reporter"
    CERTIFIER = "certifier"
    REVIEWER = "reviewer"
    COORDINATOR = "coordinator"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


REPORTING_ROLES = (Role.REPORTER, Role.CERTIFIER)
DESK_ROLES = (Role.COORDINATOR, Role.REVIEWER, Role.LEADER)
KINDS = ("headquarters", "quality", "ciq", "market", "city", "county", "other")

REQUIRED = ("code", "name_zh")
OPTIONAL = ("name_en", "short_zh", "kind", "division_code", "region", "parent_code", "aliases")
SYNONYMS = {
    "name": "name_zh", "单位代码": "code", "代码": "code", "单位名称": "name_zh", "名称": "name_zh", "英文名称": "name_en", "简称": "short_zh",
    "类别": "kind", "行政区划代码": "division_code", "区域": "region", "上级单位": "parent_code", "parent": "parent_code", "别名": "aliases",
}  # fmt: skip
LIMITS = {"code": 20, "name_zh": 200, "name_en": 300, "short_zh": 60, "division_code": 12, "region": 20, "parent_code": 20}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of a roster file; `number` is the line as the reader counts it, the header being line 1."""

    number: int
    code: str
    name_zh: str
    name_en: str = ""
    short_zh: str = ""
    kind: str = "other"
    division_code: str = ""
    region: str = ""
    parent_code: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """What is wrong with one line: a code and the facts of its sentence."""

    row: int
    code: str
    facts: Mapping[str, Any]


def roster_problems(rows: Sequence[RosterRow], *, existing: Mapping[str, str | None]) -> list[RosterProblem]:
    """Everything wrong with a roster, line by line.

    `existing` maps the code of each bureau already known to the code of its parent, or None.
    """
    problems = [problem for row in rows for problem in _field_problems(row)]
    problems += _duplicates(rows)
    known = set(existing) | {row.code for row in rows}
    for row in rows:
        if row.parent_code and row.parent_code not in known:
            problems.append(_problem(row, "row_missing_parent", code_=row.code, parent=row.parent_code))
    parents = {**existing, **{row.code: row.parent_code or existing.get(row.code) for row in rows}}
    problems += _cycles(rows, parents)
    return sorted(problems, key=lambda problem: (problem.row, problem.code))


def _problem(row: RosterRow, reason: str, /, **facts: Any) -> RosterProblem:
    return RosterProblem(row.number, reason, {"row": row.number, **{key.rstrip("_"): value for key, value in facts.items()}})


def _field_problems(row: RosterRow) -> list[RosterProblem]:
    found = [_problem(row, "row_field_missing", field=name) for name in REQUIRED if not getattr(row, name)]
    for name, limit in LIMITS.items():
        if len(getattr(row, name)) > limit:
            found.append(_problem(row, "row_field_too_long", field=name, limit=limit))
    if row.kind not in KINDS:
        found.append(_problem(row, "unknown_kind", kind=row.kind, kinds=", ".join(KINDS)))
    return found


def _duplicates(rows: Sequence[RosterRow]) -> list[RosterProblem]:
    first: dict[str, int] = {}
    found = []
    for row in rows:
        if row.code and row.code in first:
            found.append(_problem(row, "row_duplicate_code", code_=row.code, other_row=first[row.code]))
        first.setdefault(row.code, row.number)
    return found


def _cycles(rows: Sequence[RosterRow], parents: Mapping[str, str | None]) -> list[RosterProblem]:
    """Each line whose chain of parents comes back to itself."""
    found = []
    for row in rows:
        chain = [row.code]
        above = parents.get(row.code)
        while above and above not in chain:
            chain.append(above)
            above = parents.get(above)
        if above == row.code:
            found.append(_problem(row, "row_cycle", codes=" → ".join([*chain, row.code])))
    return found
