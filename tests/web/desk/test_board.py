"""The board's page: numbers that lead to their lists, filters in the address, few statements, nothing for strangers."""

import re
from datetime import timedelta

import pytest

from reporting.bureaus.models import Bureau
from reporting.core.db import db, unit_of_work
from tests.crowd import DUE, NOTHING, PARTIAL, PUNCTUAL, TARDY, History

KINDS = [
    NOTHING,
    PARTIAL,
    TARDY,
    PUNCTUAL,
    History(PUNCTUAL.arrived, state="accepted"),
    History(PUNCTUAL.arrived, state="returned"),
]


@pytest.fixture
def now():
    return DUE + timedelta(days=2)


def rows(page: str) -> list[str]:
    return re.findall(r'<tr><th scope="row".*?</tr>', page, re.DOTALL)


def numbers(page: str) -> dict[str, tuple[int, str]]:
    """The numbers on top with their addresses, by class."""
    found = re.findall(r'<li class="numbers-(\w+)[^"]*"><a href="([^"]*)".*?numbers-count">([\d,]+)<', page)
    return {code: (int(count.replace(",", "")), address.replace("&amp;", "&")) for code, address, count in found}


def test_every_number_leads_to_a_list_of_so_many(furnish):
    room = furnish(KINDS * 2 + [NOTHING])
    client = room.as_("coordinator")
    told = numbers(client.get(f"/desk/tasks/{room.task_id}").text)
    assert {code: count for code, (count, _) in told.items()} == {
        "all": 13, "on_time": 6, "late": 2, "partial": 2, "missing": 3, "to_come": 0, "owing": 5, "submitted": 6, "accepted": 2, "returned": 2,
    }  # fmt: skip
    for count, address in told.values():
        assert len(rows(client.get(address).text)) == count, address


def anonymous(page: str) -> str:
    """A page without what is new in every answer."""
    return re.sub(r'nonce="[^"]*"|name="csrf[^>]*>', "", page)


@pytest.mark.parametrize("size", [1, 3, 3_200])
@pytest.mark.parametrize("query", ["", "?standing=on_time&text=ju&owes=&review_state=submitted"])
def test_the_page_needs_few_statements_whatever_the_size(furnish, size, query, count_queries):
    room = furnish([PUNCTUAL] * size)
    client = room.as_("coordinator")
    with count_queries() as asked:
        assert client.get(f"/desk/tasks/{room.task_id}{query}").status_code == 200
    # Account, roles, task, slots, how all stand, roster, the page's rows, their arrivals, verdicts, the clock's pulse, the calendar
    # of working days; one more for a search.
    asked.expect(12 if query else 11)


def test_all_of_3_200_are_shown_on_one_page_and_none_is_hidden(furnish, count_queries):
    room = furnish([PUNCTUAL] * 3_200)
    client = room.as_("leader")
    first = client.get(f"/desk/tasks/{room.task_id}").text
    assert len(rows(first)) == 100
    assert "共 3,200 条" in first
    assert len(rows(client.get(f"/desk/tasks/{room.task_id}?page=32").text)) == 100
    assert len(rows(client.get(f"/desk/tasks/{room.task_id}?page=999").text)) == 100
    with count_queries() as asked:
        answer = client.get(f"/desk/tasks/{room.task_id}?per_page=all")
    assert len(rows(answer.text)) == 3_200
    assert len(asked) <= 12, str(asked)


def test_no_bureau_yet_says_what_will_be_here(furnish):
    room = furnish([])
    page = room.as_("coordinator").get(f"/desk/tasks/{room.task_id}").text
    assert "还没有单位承担这项报送" in page
    assert numbers(page)["all"][0] == 0


def test_a_filter_that_nobody_fits_can_be_cleared(furnish):
    room = furnish([NOTHING])
    page = room.as_("coordinator").get(f"/desk/tasks/{room.task_id}?text=%3Cscript%3E").text
    assert "没有符合条件的单位" in page
    assert "<script>" not in page.replace("<script ", "")


def test_the_most_pressing_stand_first(furnish):
    room = furnish([PUNCTUAL, NOTHING])
    page = room.as_("coordinator").get(f"/desk/tasks/{room.task_id}").text
    assert [
        f"/desk/assignments/{room.assignment_ids[n]}" in row for n, row in zip((1, 0), rows(page), strict=True)
    ] == [True, True]


def test_a_name_with_markup_and_percent_signs_is_only_a_name(furnish):
    room = furnish([PUNCTUAL])
    with unit_of_work():
        bureau = db.session.query(Bureau).order_by(Bureau.id).filter(Bureau.code.startswith("B-")).first()
        bureau.short_zh = '<b>"100%(name)s</b>'
    [row] = rows(room.as_("coordinator").get(f"/desk/tasks/{room.task_id}").text)
    assert "&lt;b&gt;&#34;100%(name)s&lt;/b&gt;" in row


def test_the_verdict_is_told_as_of_the_deadline(furnish, hands):
    from reporting import jobs

    room = furnish(KINDS)
    page = room.as_("leader").get(f"/desk/tasks/{room.task_id}").text
    assert "另有 6 家" in page
    jobs.sweep()
    page = room.as_("leader").get(f"/desk/tasks/{room.task_id}").text
    assert "截至 2014年10月15日 (周三) 24:00 的判定：按时 3 家，部分已报 1 家，未报 2 家。" in page
    hands.move_to(DUE - timedelta(seconds=1))
    assert "的判定" not in room.as_("leader").get(f"/desk/tasks/{room.task_id}").text


@pytest.mark.parametrize("role", ["coordinator", "reviewer", "leader"])
def test_the_desk_may_look(furnish, role):
    room = furnish([PUNCTUAL])
    assert room.as_(role).get(f"/desk/tasks/{room.task_id}").status_code == 200


@pytest.mark.parametrize("role", ["stranger", "reporter"])
@pytest.mark.parametrize("path", ["", "/export.csv", "/export.xlsx"])
def test_nobody_else_learns_that_it_is_there(furnish, role, path):
    room = furnish([PUNCTUAL])
    client = room.as_(role)
    here, nowhere = client.get(f"/desk/tasks/{room.task_id}{path}"), client.get(f"/desk/tasks/99999{path}")
    assert (here.status_code, nowhere.status_code) == (404, 404)
    assert anonymous(here.text) == anonymous(nowhere.text).replace("99999", str(room.task_id))
