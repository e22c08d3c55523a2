"""The composed roster is the one of 2014."""

import csv
from pathlib import Path

from reporting.bureaus.rules import roster_problems
from reporting.demo import notice
from reporting.demo.roster import ORGANISER, rows

FIELDS = ("code", "name_zh", "name_en", "short_zh", "kind", "division_code", "region")


def test_there_are_37_quality_bureaus_and_35_ciqs_below_the_organiser() -> None:
    kinds = [row.kind for row in rows()]
    assert (kinds.count("quality"), kinds.count("ciq"), kinds.count("headquarters")) == (37, 35, 1)
    assert {row.parent_code for row in rows() if row.code != ORGANISER.code} == {ORGANISER.code}
    assert roster_problems(rows(), existing={}) == []


def test_the_roster_is_the_one_that_was_researched(shared_data: Path) -> None:
    with (shared_data / "roster_2014.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = [tuple(line[name] for name in FIELDS) for line in csv.DictReader(file)]
    assert [tuple(getattr(row, name) for name in FIELDS) for row in rows()[1:]] == expected


def test_the_notice_says_what_the_campaign_says(shared_data: Path) -> None:
    text = (shared_data / "notices" / "2014-zhiliangyue-432.txt").read_text(encoding="utf-8")
    plan = notice.campaign()
    lines = {" ".join(line.split()) for line in text.splitlines()}
    assert plan.document_number in text
    assert " ".join(plan.theme.split()) in lines
    assert all(f"{title}。" in text for title, _body in plan.focus_areas)
    slogans = {" ".join(slogan.split()) for _title, slogans in plan.slogan_lists for slogan in slogans}
    assert slogans <= lines
    assert len(plan.focus_areas) == 6
