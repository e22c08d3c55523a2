"""Who may give which role, what a name must be, and what importing a roster or a list of people would do."""

from datetime import date

import pytest

from reporting.bureaus import rules
from reporting.bureaus.rules import ContactRow, Giver, KnownBureau, KnownPerson, Outcome, Role, RosterRow

PARENTS = {1: None, 2: 1, 3: 2, 4: 1}
ALL = tuple(Role)
TWO = (Role.REPORTER, Role.CERTIFIER)


@pytest.mark.parametrize(
    ("posts", "bureau_id", "expected"),
    [
        ([(1, "administrator")], 1, ALL),
        ([(1, "administrator")], 3, ALL),
        ([(2, "administrator")], 2, ALL),
        ([(2, "administrator")], 1, ()),
        ([(2, "administrator")], 4, ()),
        ([(1, "coordinator")], 1, ()),
        ([(1, "coordinator")], 2, TWO),
        ([(1, "coordinator")], 3, TWO),
        ([(2, "coordinator")], 4, ()),
        ([(1, "reviewer"), (1, "leader"), (1, "reporter")], 2, ()),
        ([(2, "administrator"), (1, "coordinator")], 3, ALL),
        ([(2, "administrator"), (1, "coordinator")], 4, TWO),
        ([(1, "administrator")], 99, ()),
    ],
)
def test_who_may_give_which_role(posts, bureau_id, expected):
    assert rules.givable_roles(bureau_id, parents=PARENTS, posts=posts) == expected


def test_a_tree_with_a_loop_ends_the_search():
    assert rules.givable_roles(1, parents={1: 2, 2: 1}, posts=[(9, "administrator")]) == ()


@pytest.mark.parametrize(
    ("names", "since", "codes"),
    [
        (rules.Names("河北局", "河北", "Hebei"), date(2014, 9, 1), []),
        (rules.Names("", "", ""), date(2014, 9, 1), ["bureau_name_missing"]),
        (rules.Names("长" * 200, "短" * 60, "e" * 300), date(2014, 9, 1), []),
        (rules.Names("长" * 201, "短" * 61, "e" * 301), date(2014, 9, 1), ["bureau_name_too_long"] * 3),
        (rules.Names("河北局", "河北"), date(2014, 8, 31), ["name_before_present"]),
        (rules.Names("河北局", "河北"), date(1949, 9, 30), ["name_day_unlikely"]),
        (rules.Names("河北局", "河北"), date(2014, 10, 13), []),
        (rules.Names("河北局", "河北"), date(2014, 10, 14), ["name_day_ahead"]),
    ],
)
def test_what_a_name_must_be(names, since, codes):
    found = rules.name_problems(names, since=since, present_since=date(2014, 9, 1), today=date(2014, 10, 13))
    assert [problem.code for problem in found] == codes


def row(number: int, code: str = "Q-HE", name: str = "河北局", **more) -> RosterRow:
    return RosterRow(number=number, code=code, name_zh=name, **more)


def codes(rows, existing=None, within=None) -> list[tuple[int, str]]:
    return [
        (problem.row, problem.code) for problem in rules.roster_problems(rows, existing=existing or {}, within=within)
    ]


@pytest.mark.parametrize(
    ("rows", "existing", "within", "expected"),
    [
        ([row(2)], {}, None, []),
        ([row(2), row(5)], {}, None, [(5, "row_duplicate_code")]),
        ([row(2, code="", name="")], {}, None, [(2, "row_field_missing")] * 2),
        ([row(2, code="c" * 20, name="名" * 200)], {}, None, []),
        ([row(2, code="c" * 21, name="名" * 201)], {}, None, [(2, "row_field_too_long")] * 2),
        ([row(2, name="名\x00字")], {}, None, [(2, "row_control_character")]),
        ([row(2, aliases=("别" * 201,))], {}, None, [(2, "row_field_too_long")]),
        ([row(2, kind="palace")], {}, None, [(2, "unknown_kind")]),
        ([row(2, kind="")], {}, None, []),
        ([row(2, parent_code="Q-XX")], {}, None, [(2, "row_missing_parent")]),
        ([row(2, parent_code="HQ")], {"HQ": None}, None, []),
        ([row(2, parent_code="HQ")], {"HQ": None}, {"Q-JS"}, [(2, "row_missing_parent")]),
        ([row(2, code="HQ")], {"HQ": None}, {"Q-JS"}, [(2, "row_foreign_code")]),
        ([row(2, parent_code="B"), row(3, code="B")], {}, None, []),
        ([row(2, parent_code="Q-HE")], {}, None, [(2, "row_cycle")]),
        (
            [row(2, parent_code="B"), row(3, code="B", parent_code="Q-HE")],
            {},
            None,
            [(2, "row_cycle"), (3, "row_cycle")],
        ),
        ([row(2, code="HQ", parent_code="Q-HE")], {"HQ": None, "Q-HE": "HQ"}, None, [(2, "row_cycle")]),
    ],
)
def test_what_is_wrong_with_a_roster(rows, existing, within, expected):
    assert codes(rows, existing, within) == expected


def test_a_cycle_names_its_way():
    problem = rules.roster_problems([row(2, parent_code="B"), row(3, code="B", parent_code="Q-HE")], existing={})[0]
    assert problem.facts["codes"] == "Q-HE → B → Q-HE"


KNOWN = {"Q-HE": KnownBureau("河北局", "河北", "Hebei", "quality", "华北", "130000", "HQ", frozenset({"冀局"}))}


@pytest.mark.parametrize(
    ("line", "outcome", "changes"),
    [
        (row(2), Outcome.UNCHANGED, []),
        (
            row(2, short_zh="河北", kind="quality", region="华北", division_code="130000", parent_code="HQ"),
            "unchanged",
            [],
        ),
        (row(2, aliases=("冀局",)), Outcome.UNCHANGED, []),
        (row(2, aliases=("冀局", "河北质监")), Outcome.CHANGED, [("aliases", "", "河北质监")]),
        (row(2, name="河北省局"), Outcome.CHANGED, [("name_zh", "河北局", "河北省局")]),
        (row(2, kind="ciq"), Outcome.CHANGED, [("kind", "quality", "ciq")]),
        (row(2, code="Q-JS"), Outcome.ADDED, [("parent_code", "", "HQ")]),
        (row(2, code="Q-JS", parent_code="Q-HE"), Outcome.ADDED, [("parent_code", "", "Q-HE")]),
    ],
)
def test_what_a_line_would_do(line, outcome, changes):
    known = {**KNOWN, "HQ": KnownBureau("总局", "总局", "", "headquarters", "", "")}
    found = rules.plan_roster([line], known=known, default_parent="HQ").lines[0]
    assert (found.outcome, [(c.field, c.old, c.new) for c in found.changes]) == (outcome, changes)


def test_a_plan_counts_and_marks_what_it_does():
    plan = rules.plan_roster([row(2), row(3, code="Q-JS"), row(4, code="")], known=KNOWN)
    assert [plan.count(outcome) for outcome in Outcome] == [1, 0, 1, 1]
    assert plan.does_something
    assert plan.mark == rules.plan_roster([row(2), row(3, code="Q-JS"), row(4, code="")], known=KNOWN).mark
    assert plan.mark != rules.plan_roster([row(2), row(3, code="Q-JS"), row(4, code="")], known={}).mark


GIVER = Giver(frozenset({(1, "coordinator")}), {1: None, 2: 1}, {"HQ": 1, "Q-HE": 2})


def contact(number: int = 2, **over) -> ContactRow:
    values = {"bureau_code": "Q-HE", "name": "李敏", "email": "li@he.example", "role": "reporter"}
    return ContactRow(number=number, **(values | over))


@pytest.mark.parametrize(
    ("rows", "known", "expected"),
    [
        ([contact()], {}, ["added"]),
        ([contact()], {"li@he.example": KnownPerson(7)}, ["changed"]),
        ([contact()], {"li@he.example": KnownPerson(7, frozenset({("Q-HE", "reporter")}))}, ["unchanged"]),
        (
            [contact(role="certifier")],
            {"li@he.example": KnownPerson(7, frozenset({("Q-HE", "reporter")}))},
            ["changed"],
        ),
        ([contact(), contact(3, role="certifier")], {}, ["added", "added"]),
        ([contact(), contact(3)], {}, ["added", "row_person_twice"]),
        ([contact(), contact(3, name="李明", role="certifier")], {}, ["added", "row_person_differs"]),
        ([contact(bureau_code="Q-XX")], {}, ["row_unknown_bureau"]),
        ([contact(bureau_code="")], {}, ["row_field_missing"]),
        ([contact(bureau_code="HQ")], {}, ["row_unknown_bureau"]),
        ([contact(role="emperor")], {}, ["row_unknown_role"]),
        ([contact(role="reviewer")], {}, ["row_role_not_yours"]),
        ([contact(email="li@")], {}, ["row_email_invalid"]),
        ([contact(name="")], {}, ["row_name_missing"]),
        ([contact(phone="1" * 41)], {}, ["row_phone_unusable"]),
    ],
)
def test_what_a_list_of_people_would_do(rows, known, expected):
    lines = rules.plan_contacts(rows, known=known, giver=GIVER).lines
    assert [line.problems[0].code if line.problems else str(line.outcome) for line in lines] == expected
