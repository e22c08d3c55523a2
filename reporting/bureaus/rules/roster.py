"""What a roster must be, and what importing it would do.

An empty cell says nothing about its field: what is known stays.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reporting.bureaus.rules.names import KINDS, LIMITS, LONGEST_ALIAS
from reporting.bureaus.rules.plans import Change, Line, Outcome, Plan, RowProblem, row_problem

REQUIRED = ("code", "name_zh")
COMPARED = ("name_zh", "short_zh", "name_en", "kind", "region", "division_code", "parent_code")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of a roster file; `number` is the line as the reader counts it, the header being line 1."""

    number: int
    code: str
    name_zh: str
    name_en: str = ""
    short_zh: str = ""
    kind: str = ""
    division_code: str = ""
    region: str = ""
    parent_code: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownBureau:
    """A bureau that is there already, by the fields which a roster may change."""

    name_zh: str
    short_zh: str
    name_en: str
    kind: str
    region: str
    division_code: str
    parent_code: str = ""
    aliases: frozenset[str] = frozenset()


def plan_roster(
    rows: Sequence[RosterRow],
    *,
    known: Mapping[str, KnownBureau],
    within: Collection[str] | None = None,
    default_parent: str = "",
) -> Plan:
    """What importing a roster would do.

    `within` holds the codes of the bureaus that the importer may touch, None being all of them; a new bureau
    without a parent goes below `default_parent`.
    """
    parents = {code: bureau.parent_code or None for code, bureau in known.items()}
    wrong: dict[int, list[RowProblem]] = {}
    for problem in roster_problems(rows, existing=parents, within=within):
        wrong.setdefault(problem.row, []).append(problem)
    return Plan([_line(row, known.get(row.code), wrong.get(row.number, []), default_parent) for row in rows])


def _line(row: RosterRow, known: KnownBureau | None, problems: list[RowProblem], default_parent: str) -> Line:
    if problems:
        return Line(row.number, row.code, row.name_zh, Outcome.WRONG, (), tuple(problems))
    if known is None:
        parent = row.parent_code or default_parent
        below = (Change("parent_code", "", parent),) if parent else ()
        return Line(row.number, row.code, row.name_zh, Outcome.ADDED, below)
    changes = tuple(
        Change(name, getattr(known, name), getattr(row, name))
        for name in COMPARED
        if getattr(row, name) and getattr(row, name) != getattr(known, name)
    )
    fresh = tuple(Change("aliases", "", alias) for alias in dict.fromkeys(row.aliases) if alias not in known.aliases)
    outcome = Outcome.CHANGED if changes or fresh else Outcome.UNCHANGED
    return Line(row.number, row.code, row.name_zh, outcome, changes + fresh)


def roster_problems(
    rows: Sequence[RosterRow], *, existing: Mapping[str, str | None], within: Collection[str] | None = None
) -> list[RowProblem]:
    """Everything wrong with a roster, line by line.

    `existing` maps the code of each bureau already known to the code of its parent, or None; `within` holds those
    of them that the importer may touch. A parent outside is told like one that does not exist.
    """
    problems = [problem for row in rows for problem in _field_problems(row)]
    problems += _duplicates(rows)
    reachable = set(existing if within is None else within)
    known = reachable | {row.code for row in rows}
    for row in rows:
        if row.parent_code and row.parent_code not in known:
            problems.append(row_problem(row.number, "row_missing_parent", code=row.code, parent=row.parent_code))
        if row.code in existing and row.code not in reachable:
            problems.append(row_problem(row.number, "row_foreign_code", code=row.code))
    parents = {**existing, **{row.code: row.parent_code or existing.get(row.code) for row in rows}}
    problems += _cycles(rows, parents)
    return sorted(problems, key=lambda problem: (problem.row, problem.code))


def _field_problems(row: RosterRow) -> list[RowProblem]:
    found = [row_problem(row.number, "row_field_missing", field=name) for name in REQUIRED if not getattr(row, name)]
    for name, limit in LIMITS.items():
        if len(getattr(row, name)) > limit:
            found.append(row_problem(row.number, "row_field_too_long", field=name, limit=limit))
        if not getattr(row, name).isprintable():
            found.append(row_problem(row.number, "row_control_character", field=name))
    if any(len(alias) > LONGEST_ALIAS for alias in row.aliases):
        found.append(row_problem(row.number, "row_field_too_long", field="aliases", limit=LONGEST_ALIAS))
    if any(not alias.isprintable() for alias in row.aliases):
        found.append(row_problem(row.number, "row_control_character", field="aliases"))
    if row.kind and row.kind not in KINDS:
        found.append(row_problem(row.number, "unknown_kind", kind=row.kind[:40], kinds=KINDS))
    return found


def _duplicates(rows: Sequence[RosterRow]) -> list[RowProblem]:
    first: dict[str, int] = {}
    found = []
    for row in rows:
        if row.code and row.code in first:
            found.append(row_problem(row.number, "row_duplicate_code", code=row.code, other_row=first[row.code]))
        first.setdefault(row.code, row.number)
    return found


def _cycles(rows: Sequence[RosterRow], parents: Mapping[str, str | None]) -> list[RowProblem]:
    """Each line whose chain of parents comes back to itself."""
    found = []
    for row in rows:
        chain = [row.code]
        above = parents.get(row.code)
        while above and above not in chain:
            chain.append(above)
            above = parents.get(above)
        if above and above == row.code:
            found.append(row_problem(row.number, "row_cycle", codes=" → ".join([*chain, row.code])))
    return found
