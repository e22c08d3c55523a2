"""Which bureaus a filter lets through, and in which order they stand."""

import pytest

from reporting.dashboard.rules import ORDER, STILL_TO_COME, Filter, matches
from reporting.deadlines.rules import Standing
from reporting.reports.rules import ReviewState


def test_every_standing_has_its_place():
    assert sorted(ORDER) == sorted(Standing)
    assert ORDER[0] is Standing.MISSING


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("owed", [(), ("photos",)])
def test_the_questions_that_several_standings_answer(standing, owed):
    assert matches(standing, "none", owed, Filter(standing="owing")) is bool(owed)
    assert matches(standing, "none", owed, Filter(standing="to_come")) is (standing in STILL_TO_COME)
    assert matches(standing, "none", owed, Filter(standing=standing)) is True
    assert matches(standing, "none", owed, Filter()) is True


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Filter(standing="partial"), True),
        (Filter(standing="missing"), False),
        (Filter(review_state="submitted"), True),
        (Filter(review_state="accepted"), False),
        (Filter(owes="photos"), True),
        (Filter(owes="summary"), False),
        (Filter(standing="partial", review_state="submitted", owes="photos"), True),
        (Filter(standing="partial", review_state="accepted", owes="photos"), False),
    ],
)
def test_all_parts_of_a_filter_must_fit(wanted, fits):
    assert matches(Standing.PARTIAL, "submitted", ("photos",), wanted) is fits


def test_a_filter_takes_from_an_address_only_what_means_something():
    asked = {
        "standing": "nonsense",
        "review_state": ReviewState.SUBMITTED,
        "owes": "music",
        "text": "  河北 ",
        "kind": "ciq",
    }
    wanted = Filter.of(asked, slots=["summary"])
    assert wanted.told() == {"text": "河北", "kind": "ciq", "review_state": "submitted"}
    assert Filter.of(wanted.told(), slots=["summary"]) == wanted
