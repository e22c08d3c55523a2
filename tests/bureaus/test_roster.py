"""Importing rosters, renaming, closing, and finding bureaus, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from reporting.audit.models import Entry
from reporting.bureaus import queries
from reporting.bureaus import service as bureaus
from reporting.bureaus.models import Bureau, BureauName
from reporting.bureaus.rules import RosterRow
from reporting.core.actor import SYSTEM, Actor
from reporting.core.db import db, unit_of_work
from reporting.core.errors import Refused
from tests.bureaus.arranging import TODAY, tree

ACTOR = Actor(user_id=None, name="管理员")


def count(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def imported(rows, now, **over) -> tuple[int, int]:
    with unit_of_work():
        return bureaus.import_roster(rows, actor=ACTOR, now=now, **({"today": TODAY} | over))


def test_the_roster_of_2014_makes_72_bureaus_below_headquarters(app, now, shared_data):
    rows = bureaus.roster_rows(bureaus.read_csv((shared_data / "roster_2014.csv").read_bytes()))
    with unit_of_work():
        root = tree(now)["HQ"]
        assert bureaus.import_roster(rows, actor=ACTOR, now=now, today=TODAY, below=root) == (72, 0)
    assert imported(rows, now, below=queries.find_by_code("HQ")) == (0, 0)
    assert len(queries.codes_below([queries.find_by_code("HQ").id])) == 76


def test_examining_changes_nothing(app, now):
    with unit_of_work():
        root = tree(now)["HQ"]
    before = [count(table) for table in (Bureau, BureauName, Entry)]
    plan = bureaus.examine_roster([RosterRow(2, "SX", "山西局"), RosterRow(3, "HE", "河北局")], below=root)
    assert [str(line.outcome) for line in plan.lines] == ["added", "changed"]
    assert not db.session.new
    assert not db.session.dirty
    assert [count(table) for table in (Bureau, BureauName, Entry)] == before


def test_the_same_roster_twice_is_once(app, now):
    rows = [RosterRow(2, "HQ", "总局"), RosterRow(3, "SX", "山西局", parent_code="HQ", aliases=("晋局",))]
    assert imported(rows, now) == (2, 0)
    entries = count(Entry)
    assert imported(rows, now, today=date(2014, 10, 14)) == (0, 0)
    assert (count(BureauName), count(Entry)) == (2, entries)


def test_one_wrong_line_imports_nothing(app, now):
    rows = [RosterRow(2, "HQ", "总局"), RosterRow(3, "SX", "山西局", parent_code="NO"), RosterRow(4, "HQ", "又一个")]
    with pytest.raises(Refused) as caught:
        imported(rows, now)
    assert [reason.code for reason in caught.value.reasons] == ["row_missing_parent", "row_duplicate_code"]
    assert count(Bureau) == 0


def test_a_parent_may_stand_below_its_child_in_the_file(app, now):
    imported([RosterRow(2, "SX", "山西局", parent_code="HQ"), RosterRow(3, "HQ", "总局")], now)
    assert queries.find_by_code("SX").parent_id == queries.find_by_code("HQ").id


def test_a_new_name_in_the_roster_is_dated_and_the_old_one_is_still_found(app, now):
    with unit_of_work():
        tree(now)
    imported([RosterRow(2, "HE", "河北省市场监督管理局", short_zh="河北市场监管局")], now, today=date(2018, 11, 1))
    found = queries.find_by_code("HE")
    assert [(row.name_zh, row.since, row.until) for row in queries.names_of(found.id)] == [
        ("河北省质量技术监督局", TODAY, date(2018, 11, 1)),
        ("河北省市场监督管理局", date(2018, 11, 1), None),
    ]
    assert (found.name_zh, found.name_en, found.kind) == ("河北省市场监督管理局", "Hebei Bureau", "quality")
    for text in ("河北省质量技术监督局", "市场监督", "hebeisheng", "hbszl", "he"):
        assert found.id in [one.id for one in queries.listing([queries.find_by_code("HQ").id], text=text)[0]]


def test_an_administrator_of_a_province_stays_below_it(app, now):
    with unit_of_work():
        province = tree(now)["HE"]
    assert imported([RosterRow(2, "HE-2", "唐山局")], now, below=province) == (1, 0)
    assert queries.find_by_code("HE-2").parent_id == province.id
    for row, code in [
        (RosterRow(2, "JS", "江苏局"), "row_foreign_code"),
        (RosterRow(2, "HQ", "我的总局"), "row_foreign_code"),
        (RosterRow(2, "NEW", "新局", parent_code="JS"), "row_missing_parent"),
        (RosterRow(2, "HE-1", "石家庄局", parent_code="HQ"), "row_missing_parent"),
        (RosterRow(2, "HE", "河北局", parent_code="HE-1"), "row_cycle"),
    ]:
        with pytest.raises(Refused) as caught:
            imported([row], now, below=province)
        assert [reason.code for reason in caught.value.reasons] == [code]


@pytest.mark.parametrize(
    ("text", "found"),
    [("河北", {"HE"}), ("HE-1", {"HE-1"}), ("jiangsu", {"JS"}), ("JSS", {"JS"}), ("sjz", {"HE-1"}), ("shijiazhuang", {"HE-1"}),
     ("100%", set()), ("_", set())],
)  # fmt: skip
def test_bureaus_are_found_by_name_code_and_pinyin(app, now, text, found):
    with unit_of_work():
        root = tree(now)["HQ"]
    rows, total = queries.listing([root.id], text=text)
    assert ({row.code for row in rows}, total) == (found, len(found))


def test_the_tree_is_read_at_any_depth(app, now):
    with unit_of_work():
        made = tree(now)
    assert queries.codes_below([made["HE"].id]) == {"HE", "HE-1"}
    assert queries.codes_below([made["HQ"].id]) == {"HQ", "HE", "JS", "HE-1"}
    assert queries.find_below(made["JS"].id, [made["HE"].id]) is None
    assert queries.find_below(made["HE-1"].id, [made["HE"].id]) is not None
    assert queries.counts_below([made["HQ"].id, made["JS"].id]) == {made["HQ"].id: 2}


def test_renaming_keeps_history_and_says_so_in_the_record(app, now):
    with unit_of_work():
        found = tree(now)["HE"]
        bureaus.rename(
            found,
            name_zh="河北省局",
            short_zh="",
            name_en="",
            since=date(2014, 11, 1),
            actor=ACTOR,
            now=now + timedelta(days=60),
        )
    assert [row.name_zh for row in queries.names_of(found.id)] == ["河北省质量技术监督局", "河北省局"]
    assert db.session.scalar(select(Entry.action).order_by(Entry.id.desc()).limit(1)) == "bureau.renamed"
    with unit_of_work():
        again = queries.find_by_code("HE")
        bureaus.rename(
            again,
            name_zh="河北省局",
            short_zh="河北省局",
            name_en="",
            since=date(2014, 11, 1),
            actor=ACTOR,
            now=now + timedelta(days=60),
        )
    assert len(queries.names_of(found.id)) == 2


def test_a_name_cannot_begin_before_the_present_one(app, now):
    with pytest.raises(Refused) as caught, unit_of_work():
        found = tree(now)["HE"]
        bureaus.rename(found, name_zh="早名", short_zh="", name_en="", since=date(2014, 10, 12), actor=ACTOR, now=now)
    assert caught.value.reasons[0].code == "name_before_present"


@pytest.mark.parametrize(("alias", "fine"), [("冀局", True), ("  ", False), ("别" * 200, True), ("别" * 201, False)])
def test_an_alias_finds_the_bureau(app, now, alias, fine):
    with unit_of_work():
        made = tree(now)
    if not fine:
        with pytest.raises(Refused), unit_of_work():
            bureaus.add_alias(queries.find_by_code("HE"), alias, actor=ACTOR, now=now)
        return
    for _twice in range(2):
        with unit_of_work():
            bureaus.add_alias(queries.find_by_code("HE"), alias, actor=ACTOR, now=now)
    assert queries.aliases_of(made["HE"].id) == [alias]
    assert [one.code for one in queries.listing([made["HQ"].id], text=alias)[0]] == ["HE"]


def test_closing_is_written_once_and_can_be_taken_back(app, now):
    with unit_of_work():
        found = tree(now)["JS"]
        bureaus.close(found, on=TODAY, actor=SYSTEM, now=now)
        bureaus.close(found, on=date(2015, 1, 1), actor=SYSTEM, now=now)
        assert found.closed_on == TODAY
        bureaus.reopen(found, actor=SYSTEM, now=now)
    assert queries.find_by_code("JS").closed_on is None
