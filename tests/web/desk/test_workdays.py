"""Working days beside every deadline, and how loudly a year that nobody has confirmed is told."""

from datetime import UTC, date, datetime

import pytest

from reporting.campaigns import queries as campaigns
from reporting.core.actor import SYSTEM
from reporting.core.db import unit_of_work
from reporting.workdays import service
from reporting.workdays.rules import Correction
from tests import crowd
from tests.cast import beijing

NEW_YEAR = {"due_at": datetime(2027, 1, 8, 16, tzinfo=UTC), "cutoff_at": datetime(2027, 1, 31, 16, tzinfo=UTC)}
WORDS = {
    "coordinator": ("还有 2 个工作日", "2027 年的放假和调休安排尚未确认", "还有 6 个工作日（估算）"),
    "english": ("2 working days left", "make-up days of 2027 are not confirmed", "6 working days left (estimate)"),
}


@pytest.mark.parametrize("language", WORDS)
def test_board_and_list_tell_the_working_days_left(furnish, language):
    room = furnish([crowd.NOTHING])
    client, told = room.as_(language), WORDS[language][0]
    board = f"/desk/tasks/{room.task_id}"
    for address in (board, f"{board}?per_page=all"):
        assert f'<p class="deadline-workdays number">{told}</p>' in client.get(address).text
    assert f"<br>{told}</td>" in client.get("/desk/campaigns").text


def test_a_correction_is_told_at_once(furnish, now):
    room = furnish([crowd.NOTHING])
    with unit_of_work():
        for day in (14, 15):
            service.set_day(date(2014, 10, day), Correction(works=False), actor=SYSTEM, now=now)
    assert "其间没有工作日" in room.as_("coordinator").get(f"/desk/tasks/{room.task_id}").text


def test_after_the_deadline_the_working_days_lead_to_the_cut_off(furnish, hands):
    room = furnish([crowd.NOTHING])
    hands.move_to(beijing(10, 27, 9))
    page = room.as_("coordinator").get(f"/desk/tasks/{room.task_id}").text
    assert "补报至 2014年10月31日 (周五) 24:00 · 还有 4 个工作日" in page
    assert "deadline-workdays" not in page


@pytest.fixture
def to_open(furnish, hands):
    """A draft whose time runs from a year that is confirmed into one that is not, on the Thursday before."""
    hands.move_to(datetime(2026, 12, 30, 1, tzinfo=UTC))
    room = furnish([crowd.NOTHING], opens_at=datetime(2026, 12, 1, tzinfo=UTC), **NEW_YEAR)
    with unit_of_work():
        campaigns.task(room.task_id).state = "draft"
    return room


@pytest.mark.parametrize("language", WORDS)
def test_a_year_that_nobody_confirmed_is_told_loudly_before_and_after_opening(to_open, language):
    client, address = to_open.as_(language), f"/desk/tasks/{to_open.task_id}/open"
    _left, loudly, left = WORDS[language]
    page = client.get(address).text
    warning = page.partition('class="notice notice-warning" role="alert"')[2].partition("</a>")[0]
    assert loudly in warning
    assert "/admin/workdays?year=2027" in warning
    assert left in page
    assert client.post(address).location == f"/desk/tasks/{to_open.task_id}", "a warning is no refusal"
    page = client.get(f"/desk/tasks/{to_open.task_id}").text
    assert loudly in page.partition('class="notice notice-warning" role="alert"')[2].partition("</div>\n</div>")[0]
    assert f'<p class="deadline-workdays number">{left}</p>' in page
    assert loudly in client.get(address).text


def test_a_confirmed_year_is_not_warned_of(to_open, now):
    with unit_of_work():
        service.confirm_year(2027, document_number="国办发明电〔2026〕1号", actor=SYSTEM, now=now)
    client, address = to_open.as_("coordinator"), f"/desk/tasks/{to_open.task_id}/open"
    page = client.get(address).text
    client.post(address)
    for shown in (page, client.get(f"/desk/tasks/{to_open.task_id}").text):
        assert "尚未确认" not in shown
        assert "还有 6 个工作日" in shown
        assert "估算" not in shown
