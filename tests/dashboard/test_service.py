"""The organiser's daily digest: who gets it, when, once a day, with the board's own numbers."""

from datetime import datetime

import pytest
from flask import Flask

from reporting.campaigns import service as campaign_service
from reporting.core.db import unit_of_work
from reporting.dashboard import queries
from reporting.dashboard import service as dashboard
from reporting.outbox import queries as letters
from reporting.outbox.models import Message
from tests.cast import Cast, beijing, make_cast


@pytest.fixture
def cast(app: Flask) -> Cast:
    return make_cast()


def digest(at: datetime) -> int:
    with unit_of_work():
        return dashboard.queue_digests(now=at)


def written() -> list[Message]:
    found = [letters.by_id(row.id) for row in letters.page(kind="digest", limit=100).rows]
    return sorted((one for one in found if one is not None), key=lambda one: one.id)


def test_it_goes_to_the_coordinator_from_the_eve_until_the_cut_off_once_a_day(cast: Cast) -> None:
    assert digest(beijing(10, 14, 8, 59, 59)) == 0
    assert digest(beijing(10, 14, 9)) == 1, "the deadline is the end of 15 October, so this is its eve"
    assert digest(beijing(10, 14, 9)) == digest(beijing(10, 14, 20)) == 0
    assert digest(beijing(10, 15, 9)) == 1
    assert digest(beijing(10, 31, 9)) == 1
    assert digest(beijing(11, 2, 9)) == 0
    assert {one.to_address for one in written()} == {cast.user("HQ", "coordinator").email}


def test_a_clock_that_was_away_writes_todays_and_none_of_the_days_before(cast: Cast) -> None:
    assert digest(beijing(10, 20, 9)) == 1
    assert [one.key.split(":")[2] for one in written()] == ["2014-10-20"]


def test_it_tells_the_boards_numbers_and_names_who_owes(cast: Cast) -> None:
    cast.hand_in_all("Q-HE", beijing(10, 14, 9))
    cast.hand_in("C-SH", beijing(10, 14, 10))
    at = beijing(10, 16, 9)
    assert digest(at) == 1
    (letter,) = written()
    board = queries.survey(cast.task, now=at).counts
    told = letter.facts["counts"]
    assert told == {name: board[name] for name in told}
    assert (told["on_time"], told["partial"], told["missing"]) == (1, 1, 2)
    assert sorted(letter.facts["missing"]) == sorted(["上海检验检疫局", "宁波市质监局", "宁波检验检疫局"])
    assert letter.facts["missing_total"] == 3
    assert letter.facts["waiting_review"] == 2
    assert letter.facts["link"] == f"board:{cast.task_id}"


def test_it_goes_on_while_an_extended_bureau_may_still_hand_in(cast: Cast) -> None:
    with unit_of_work():
        desk = cast.actor("HQ", "coordinator")
        campaign_service.extend(
            cast.assignment("C-SH"), due_at=beijing(11, 5), reason="台风", document_number="88号", actor=desk, now=beijing(10, 14),
        )  # fmt: skip
    assert digest(beijing(11, 4, 9)) == 1
    assert digest(beijing(11, 5, 9)) == 0


def test_a_closed_task_has_no_digest(cast: Cast) -> None:
    with unit_of_work():
        desk = cast.actor("HQ", "coordinator")
        campaign_service.close_task(cast.task, actor=desk, now=beijing(10, 16, 8))
    assert digest(beijing(10, 16, 9)) == 0
