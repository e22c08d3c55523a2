"""What a list of people must be, and what importing it would do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reporting.accounts.rules import account_problems
from reporting.bureaus.rules.names import Problem
from reporting.bureaus.rules.plans import Change, Line, Outcome, Plan, RowProblem, row_problem
from reporting.bureaus.rules.roles import Role, givable_roles

# Each new person costs some hundredths of a second of hashing: two for each of 100 bureaus.
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One line of a list of people; `number` is the line as the reader counts it, the header being line 1."""

    number: int
    bureau_code: str
    name: str
    email: str
    phone: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An account that is there already, and what it is (bureau's code, role)."""

    user_id: int
    posts: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Giver:
    """Who appoints: the posts (bureau's id, role) held, and the tree in which they reach."""

    posts: frozenset[tuple[int, str]]
    parents: Mapping[int, int | None]
    bureau_ids: Mapping[str, int]

    def roles_at(self, code: str) -> tuple[Role, ...]:
        """The roles which may be given at a bureau; none for one that does not exist."""
        bureau_id = self.bureau_ids.get(code)
        return () if bureau_id is None else givable_roles(bureau_id, parents=self.parents, posts=self.posts)


def plan_contacts(rows: Sequence[ContactRow], *, known: Mapping[str, KnownPerson], giver: Giver) -> Plan:
    """What importing a list of people would do; `known` has accounts by their address in lower case."""
    repeated = _repeated(rows)
    return Plan([_line(row, known.get(row.email), giver, repeated.get(row.number, [])) for row in rows])


def _line(row: ContactRow, known: KnownPerson | None, giver: Giver, repeated: list[RowProblem]) -> Line:
    shown = f"{row.name} <{row.email}>"[:120]
    problems = [*_problems(row, giver), *repeated]
    if problems:
        return Line(row.number, row.bureau_code, shown, Outcome.WRONG, (), tuple(problems))
    if known is None:
        return Line(row.number, row.bureau_code, shown, Outcome.ADDED, (Change("role", "", row.role),))
    if (row.bureau_code, row.role) in known.posts:
        return Line(row.number, row.bureau_code, shown, Outcome.UNCHANGED)
    return Line(row.number, row.bureau_code, shown, Outcome.CHANGED, (Change("role", "", row.role),))


def _problems(row: ContactRow, giver: Giver) -> list[RowProblem]:
    found = [
        row_problem(row.number, f"row_{problem.code}", **problem.facts)
        for problem in account_problems(row.email, row.name, row.phone)
    ]
    roles = giver.roles_at(row.bureau_code)
    if not row.bureau_code:
        found.append(row_problem(row.number, "row_field_missing", field="bureau_code"))
    elif not roles:
        found.append(row_problem(row.number, "row_unknown_bureau", code=row.bureau_code[:40]))
    if row.role not in set(Role):
        found.append(row_problem(row.number, "row_unknown_role", role=row.role[:40]))
    elif roles and row.role not in roles:
        found.append(row_problem(row.number, "row_role_not_yours", role=row.role))
    return found


def _repeated(rows: Iterable[ContactRow]) -> dict[int, list[RowProblem]]:
    """Lines that say the same twice, or give one address two names."""
    posts: dict[tuple[str, str, str], int] = {}
    people: dict[str, ContactRow] = {}
    found: dict[int, list[RowProblem]] = {}
    for row in rows:
        if not row.email:
            continue
        first = posts.setdefault((row.bureau_code, row.email, row.role), row.number)
        namesake = people.setdefault(row.email, row)
        if first != row.number:
            found.setdefault(row.number, []).append(row_problem(row.number, "row_person_twice", other_row=first))
        elif namesake.name != row.name:
            problem = row_problem(row.number, "row_person_differs", email=row.email[:120], other_row=namesake.number)
            found.setdefault(row.number, []).append(problem)
    return found


def count_problems(rows: Sequence[ContactRow]) -> list[Problem]:
    """A list that is longer than one sitting allows."""
    return [Problem("too_many_people", {"most": MOST_PEOPLE})] if len(rows) > MOST_PEOPLE else []
