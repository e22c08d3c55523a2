"""Patterns: what one number says of all slots."""

from datetime import UTC, datetime, timedelta

import pytest

from reporting.deadlines.rules import SlotStanding, Standing, Window
from reporting.tracking import rules
from reporting.tracking.rules import BASE, DECLARED, DECLARED_LATE, LATE, NOTHING, ON_THE_WAY, ON_TIME, SlotShape

DUE = datetime(2014, 10, 15, 16, tzinfo=UTC)
WINDOW = Window(DUE - timedelta(days=45), DUE, DUE + timedelta(days=16))
SHAPES = [SlotShape("summary", 0, True), SlotShape("photos", 1, True), SlotShape("videos", 2, False)]


def pattern(*digits: int) -> int:
    return sum(digit * BASE**place for place, digit in enumerate(digits))


def test_each_slot_has_a_digit_of_its_own():
    assert rules.digits(pattern(ON_TIME, NOTHING, DECLARED_LATE), SHAPES) == [ON_TIME, NOTHING, DECLARED_LATE]


@pytest.mark.parametrize(
    ("digit", "before", "after"),
    [
        (NOTHING, SlotStanding.OWED, SlotStanding.MISSING),
        (ON_TIME, SlotStanding.ON_TIME, SlotStanding.ON_TIME),
        (LATE, SlotStanding.LATE, SlotStanding.LATE),
        (DECLARED, SlotStanding.DECLARED, SlotStanding.DECLARED),
        (DECLARED_LATE, SlotStanding.DECLARED_LATE, SlotStanding.DECLARED_LATE),
        (ON_THE_WAY, SlotStanding.MANIFEST, SlotStanding.MANIFEST),
    ],
)
def test_what_a_digit_means_is_asked_of_the_one_rule(digit, before, after):
    tick = timedelta(microseconds=1)
    assert rules.slot_standings(digit, SHAPES[:1], due_at=DUE, now=DUE - tick) == [before]
    assert rules.slot_standings(digit, SHAPES[:1], due_at=DUE, now=DUE) == [after]


def test_an_optional_slot_that_is_empty_does_not_count():
    assert rules.standing(pattern(ON_TIME, ON_TIME, NOTHING), SHAPES, window=WINDOW, now=DUE) is Standing.ON_TIME


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ((1, 1, 0), (Standing.ON_TIME, ())),
        ((1, 0, 1), (Standing.PARTIAL, ("photos",))),
        ((0, 0, 1), (Standing.MISSING, ("summary", "photos"))),
    ],
)
def test_a_verdict_names_the_required_slots_that_were_not_in(digits, expected):
    assert rules.verdict(pattern(*digits), SHAPES, due_at=DUE) == expected


def test_what_is_on_the_way_is_named():
    assert rules.on_the_way(pattern(ON_TIME, ON_THE_WAY, ON_THE_WAY), SHAPES) == ("photos", "videos")
    assert rules.verdict(pattern(ON_TIME, ON_THE_WAY, NOTHING), SHAPES, due_at=DUE) == (Standing.ON_TIME, ())
