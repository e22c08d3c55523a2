"""The one rule as a truth table: both sides of every boundary second, on any host."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from reporting.deadlines import rules
from reporting.deadlines.rules import Arrival, Gate, SlotStanding, Standing, Window
from tests.fixtures.database import ROOT

OPENS = datetime(2014, 8, 31, 16, tzinfo=UTC)
DUE = datetime(2014, 10, 15, 16, tzinfo=UTC)
CUTOFF = datetime(2014, 10, 31, 16, tzinfo=UTC)
WINDOW = Window(OPENS, DUE, CUTOFF)
TICK, SECOND, DAY = timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=1)
OWED, MISSING, ON_TIME, LATE = SlotStanding.OWED, SlotStanding.MISSING, SlotStanding.ON_TIME, SlotStanding.LATE
MANIFEST = SlotStanding.MANIFEST
UNTIL = DUE + timedelta(hours=24)
DECLARED, DECLARED_LATE, OPTIONAL = SlotStanding.DECLARED, SlotStanding.DECLARED_LATE, SlotStanding.OPTIONAL


@pytest.mark.parametrize(
    ("arrived", "due_then", "due_now", "late"),
    [
        (DUE - SECOND, DUE, DUE, False),
        (DUE - TICK, DUE, DUE, False),
        (DUE, DUE, DUE, True),
        (DUE + TICK, DUE, DUE, True),
        # An extension forgives what came between the two dues, up to the last moment before the new one.
        (DUE + DAY, DUE, DUE + 2 * DAY, False),
        (DUE + 2 * DAY - TICK, DUE, DUE + 2 * DAY, False),
        (DUE + 2 * DAY, DUE, DUE + 2 * DAY, True),
        # A due that is shortened afterwards does not make a punctual hand-in late.
        (DUE - DAY, DUE, DUE - 2 * DAY, False),
        (DUE - TICK, DUE, DUE - 2 * DAY, False),
        (DUE, DUE, DUE - 2 * DAY, True),
    ],
)
def test_late_is_from_the_later_due_on(arrived, due_then, due_now, late):
    assert rules.is_late(Arrival(arrived, due_then), due_at=due_now) is late


@pytest.mark.parametrize(
    ("received", "seconds"),
    [
        (DUE - TICK, 0),
        (DUE, 1),
        (DUE + TICK, 1),
        (DUE + SECOND, 1),
        (DUE + 2 * SECOND - TICK, 1),
        (DUE + 2 * SECOND, 2),
        (DUE + DAY, 86_400),
    ],
)
def test_late_seconds_never_round_a_late_hand_in_to_punctual(received, seconds):
    assert rules.late_seconds(received, DUE) == seconds


@pytest.mark.parametrize(
    ("required", "arrived", "declared", "now", "expected"),
    [
        (True, None, False, DUE - TICK, OWED),
        (True, None, False, DUE, MISSING),
        (False, None, False, DUE - TICK, OPTIONAL),
        (False, None, False, DUE, OPTIONAL),
        (True, DUE - TICK, False, DUE + DAY, ON_TIME),
        (True, DUE, False, DUE + DAY, LATE),
        (True, DUE - TICK, True, DUE + DAY, DECLARED),
        (True, DUE, True, DUE + DAY, DECLARED_LATE),
        (False, DUE - TICK, False, DUE, ON_TIME),
        (False, DUE, False, DUE, LATE),
    ],
)
def test_how_a_slot_stands(required, arrived, declared, now, expected):
    arrival = None if arrived is None else Arrival(arrived, DUE, declared)
    assert rules.slot_standing(required=required, arrival=arrival, due_at=DUE, now=now) is expected


@pytest.mark.parametrize(
    ("slots", "now", "expected"),
    [
        ([OWED, OWED], OPENS - TICK, Standing.UPCOMING),
        ([OWED, OWED], OPENS, Standing.OPEN),
        ([OWED, OWED], DUE - rules.DUE_SOON - TICK, Standing.OPEN),
        ([OWED, OWED], DUE - rules.DUE_SOON, Standing.DUE_SOON),
        ([OWED, OWED], DUE - TICK, Standing.DUE_SOON),
        ([MISSING, MISSING], DUE, Standing.MISSING),
        ([ON_TIME, OWED], DUE - TICK, Standing.PARTIAL),
        ([ON_TIME, MISSING], DUE, Standing.PARTIAL),
        ([LATE, MISSING], CUTOFF, Standing.PARTIAL),
        ([ON_TIME, ON_TIME], DUE, Standing.ON_TIME),
        ([ON_TIME, DECLARED], DUE, Standing.ON_TIME),
        ([ON_TIME, OPTIONAL], DUE, Standing.ON_TIME),
        ([ON_TIME, LATE], DUE + DAY, Standing.LATE),
        ([ON_TIME, DECLARED_LATE], DUE + DAY, Standing.LATE),
        ([DECLARED, DECLARED], DUE, Standing.ON_TIME),
        ([ON_TIME, MANIFEST], DUE, Standing.MANIFEST),
        ([LATE, MANIFEST], DUE + DAY - TICK, Standing.MANIFEST),
        ([MANIFEST, OPTIONAL], DUE - TICK, Standing.MANIFEST),
        ([MANIFEST, OWED], DUE - TICK, Standing.PARTIAL),
        ([MANIFEST, MISSING], DUE, Standing.PARTIAL),
        # Optional slots alone say nothing: with nothing in, the clock decides.
        ([OPTIONAL, OPTIONAL], DUE - TICK, Standing.DUE_SOON),
        ([OPTIONAL, OPTIONAL], DUE, Standing.MISSING),
    ],
)
def test_how_the_whole_stands(slots, now, expected):
    assert rules.standing(slots, window=WINDOW, now=now) is expected


@pytest.mark.parametrize(
    ("required", "expected"),
    [
        ({"a": None, "b": None}, (Standing.MISSING, ("a", "b"))),
        ({"a": DUE - TICK, "b": None}, (Standing.PARTIAL, ("b",))),
        ({"a": DUE - TICK, "b": DUE}, (Standing.PARTIAL, ("b",))),
        ({"a": DUE, "b": DUE + DAY}, (Standing.MISSING, ("a", "b"))),
        ({"a": DUE - TICK, "b": DUE - SECOND}, (Standing.ON_TIME, ())),
    ],
)
def test_the_verdict_is_what_was_so_at_the_deadline(required, expected):
    arrivals = {key: None if at is None else Arrival(at, DUE) for key, at in required.items()}
    assert rules.verdict(arrivals, due_at=DUE) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENS - TICK, Gate.NOT_OPEN_YET),
        (OPENS, Gate.OPEN),
        (DUE - TICK, Gate.OPEN),
        (DUE, Gate.OPEN),
        (CUTOFF - TICK, Gate.OPEN),
        (CUTOFF, Gate.CLOSED),
    ],
)
def test_the_gate_is_open_from_the_opening_until_just_before_the_cut_off(now, expected):
    assert rules.gate(WINDOW, now=now) is expected


@pytest.mark.parametrize(
    ("required", "arrived", "whole", "now", "expected"),
    [
        # The manifest is in and its media are not: on the way until just before the end of the window, then owed.
        (True, DUE - TICK, None, DUE - TICK, MANIFEST),
        (True, DUE - TICK, None, DUE, MANIFEST),
        (True, DUE - TICK, None, UNTIL - TICK, MANIFEST),
        (True, DUE - TICK, None, UNTIL, MISSING),
        (False, DUE - TICK, None, UNTIL - TICK, MANIFEST),
        (False, DUE - TICK, None, UNTIL, OPTIONAL),
        (True, DUE, None, UNTIL - TICK, MANIFEST),
        # Whole within the window: the manifest's moment counts, on both sides of the due.
        (True, DUE - TICK, DUE - TICK, DUE, ON_TIME),
        (True, DUE - TICK, DUE, DUE, ON_TIME),
        (True, DUE - TICK, UNTIL - TICK, UNTIL, ON_TIME),
        (True, DUE, UNTIL - TICK, UNTIL, LATE),
        # Whole when the window has ended, or later: in from then on, and late.
        (True, DUE - TICK, UNTIL, UNTIL, LATE),
        (True, DUE - TICK, UNTIL + DAY, UNTIL + DAY, LATE),
    ],
)
def test_how_a_manifest_stands(required, arrived, whole, now, expected):
    arrival = Arrival(arrived, DUE, media_until=UNTIL, whole_at=whole)
    assert rules.slot_standing(required=required, arrival=arrival, due_at=DUE, now=now) is expected


@pytest.mark.parametrize(("whole", "expected"), [(DUE - TICK, ON_TIME), (DUE, LATE), (UNTIL - TICK, LATE)])
def test_a_manifest_that_was_given_up_counts_from_what_replaced_it(whole, expected):
    arrival = Arrival(DUE - DAY, DUE, media_until=None, whole_at=whole)
    assert rules.slot_standing(required=True, arrival=arrival, due_at=DUE, now=UNTIL) is expected


def test_an_extension_forgives_media_that_came_after_the_first_window():
    arrival = Arrival(DUE - TICK, DUE, media_until=UNTIL, whole_at=UNTIL + DAY)
    assert rules.is_late(arrival, due_at=DUE) is True
    assert rules.is_late(arrival, due_at=UNTIL + DAY) is True
    assert rules.is_late(arrival, due_at=UNTIL + DAY + TICK) is False


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, None), (1, DUE + timedelta(hours=1)), (24, UNTIL), (168, DUE + 7 * DAY)]
)
def test_a_media_window_is_counted_from_the_due(hours, expected):
    assert rules.media_until(DUE, hours) == expected


@pytest.mark.parametrize(
    ("until", "now", "expected"), [(None, DUE, False), (UNTIL, UNTIL - TICK, True), (UNTIL, UNTIL, False)]
)
def test_media_may_follow_until_just_before_the_end(until, now, expected):
    assert rules.may_follow(until, now=now) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(None, None, None), (UNTIL, None, UNTIL), (None, UNTIL, UNTIL), (UNTIL, DUE, UNTIL), (DUE, UNTIL, UNTIL)],
)
def test_of_two_ends_of_a_window_the_later_counts(one, other, expected):
    assert rules.later_of(one, other) == expected


@pytest.mark.parametrize(
    ("arrival", "at_due", "on_the_way", "at_window"),
    [
        (Arrival(DUE - TICK, DUE), True, False, True),
        (Arrival(DUE, DUE), False, False, False),
        (Arrival(DUE - TICK, DUE, media_until=UNTIL), True, True, False),
        (Arrival(DUE - TICK, DUE, media_until=UNTIL, whole_at=DUE - TICK), True, False, True),
        (Arrival(DUE - TICK, DUE, media_until=UNTIL, whole_at=DUE), True, True, True),
        (Arrival(DUE - TICK, DUE, media_until=UNTIL, whole_at=UNTIL - TICK), True, True, True),
        (Arrival(DUE - TICK, DUE, media_until=UNTIL, whole_at=UNTIL), True, True, False),
        (Arrival(DUE, DUE, media_until=UNTIL, whole_at=UNTIL - TICK), False, False, False),
        # Given up for other content: before the due that is as good, after it the window owes what was promised.
        (Arrival(DUE - DAY, DUE, whole_at=DUE - TICK), True, False, True),
        (Arrival(DUE - DAY, DUE, whole_at=DUE), True, True, False),
    ],
)
def test_the_two_verdicts_on_a_manifest(arrival, at_due, on_the_way, at_window):
    told = {True: (Standing.ON_TIME, ()), False: (Standing.MISSING, ("a",))}
    assert rules.verdict({"a": arrival}, due_at=DUE) == told[at_due]
    assert rules.was_on_the_way(arrival, due_at=DUE) is on_the_way
    assert rules.window_verdict({"a": arrival}, due_at=DUE, until=UNTIL) == told[at_window]


ON_ANY_HOST = """
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo
from reporting.campaigns.rules import END_OF_DAY, moment_of
from reporting.deadlines import rules
from datetime import date
due = moment_of(date(2014, 10, 15), END_OF_DAY, "Asia/Shanghai")
tick = timedelta(microseconds=1)
seen = [rules.is_late(rules.Arrival(at, due), due_at=due) for at in (due - tick, due)]
print(due.isoformat(), due.astimezone(ZoneInfo("Asia/Shanghai")).isoformat(), seen)
"""


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai", None])
def test_the_zone_of_the_host_changes_nothing(zone):
    environment = {name: value for name, value in os.environ.items() if name != "TZ"} | ({"TZ": zone} if zone else {})
    done = subprocess.run(
        [sys.executable, "-c", ON_ANY_HOST], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "2014-10-15T16:00:00+00:00 2014-10-16T00:00:00+08:00 [False, True]", done.stderr
