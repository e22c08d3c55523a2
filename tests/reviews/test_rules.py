"""What stands against a decision."""

from datetime import UTC, datetime, timedelta

import pytest

from reporting.reviews.rules import LONGEST_NOTE, Decision, Proposal, problems

NOW = datetime(2014, 10, 17, tzinfo=UTC)
CUTOFF = datetime(2014, 10, 31, 16, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ACCEPT, RETURN = Decision.ACCEPT, Decision.RETURN


def against(decision, *, owed=(), is_open=True, now=NOW, **proposed) -> list[str]:
    proposal = Proposal(decision=decision, **proposed)
    return problems(proposal, owed=owed, is_open=is_open, cutoff_at=CUTOFF, now=now)


@pytest.mark.parametrize(
    ("note", "expected"), [("", ["note_missing"]), (" \n", ["note_missing"]), ("改", []), ("改" * LONGEST_NOTE, [])]
)
def test_a_return_needs_a_note(note, expected):
    assert against(RETURN, note=note) == expected


def test_an_acceptance_needs_none():
    assert against(ACCEPT) == []


@pytest.mark.parametrize("decision", [ACCEPT, RETURN])
def test_a_note_has_a_limit(decision):
    assert against(decision, note="改" * (LONGEST_NOTE + 1)) == ["note_too_long"]


def test_what_owes_something_is_not_accepted_but_may_be_returned():
    assert against(ACCEPT, owed=("photos",)) == ["slots_still_owed"]
    assert against(RETURN, owed=("photos",), note="补图片") == []


@pytest.mark.parametrize(
    ("due_at", "expected"),
    [
        (None, []),
        (NOW, ["return_due_in_past"]),
        (NOW + TICK, []),
        (CUTOFF, []),
        (CUTOFF + TICK, ["return_due_after_cutoff"]),
    ],
)
def test_the_day_of_a_return_lies_ahead_and_before_the_cut_off(due_at, expected):
    assert against(RETURN, note="改", due_at=due_at) == expected


@pytest.mark.parametrize(
    ("now", "is_open", "expected"),
    [(CUTOFF - TICK, True, []), (CUTOFF, True, ["return_when_closed"]), (NOW, False, ["return_when_closed"])],
)
def test_nothing_is_returned_to_a_bureau_that_could_not_hand_in_again(now, is_open, expected):
    assert against(RETURN, note="改", now=now, is_open=is_open) == expected
    assert against(ACCEPT, now=now, is_open=is_open) == []


def test_everything_is_told_at_once():
    assert against(RETURN, due_at=NOW) == ["note_missing", "return_due_in_past"]
