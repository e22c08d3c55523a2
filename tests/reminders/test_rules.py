"""Which step of the plan has been reached: truth tables, both sides of every boundary second."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reporting.reminders import rules

ZONE = "Asia/Shanghai"
SECOND = timedelta(seconds=1)


def beijing(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2014, month, day, hour, minute, second, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


DUE = beijing(10, 16)
CUTOFF = beijing(11, 1)
OPENED = beijing(9, 29, 9)


def reached(
    now: datetime,
    *,
    due_at: datetime = DUE,
    since: datetime = OPENED,
    cutoff_at: datetime = CUTOFF,
    lapsed_at: datetime | None = None,
) -> str | None:
    step = rules.reached(due_at=due_at, cutoff_at=cutoff_at, since=since, zone=ZONE, now=now, lapsed_at=lapsed_at)
    return step.code if step else None


# fmt: off
@pytest.mark.parametrize(("now", "expected"), [
    (beijing(9, 30, 9),                None),
    (beijing(10, 8, 9) - SECOND,       None),
    (beijing(10, 8, 9),                "before_7"),
    (beijing(10, 12, 9) - SECOND,      "before_7"),
    (beijing(10, 12, 9),               "before_3"),
    (beijing(10, 14, 9) - SECOND,      "before_3"),
    (beijing(10, 14, 9),               "before_1"),
    (beijing(10, 15, 9) - SECOND,      "before_1"),
    (beijing(10, 15, 9),               "last_day"),
    (beijing(10, 16) - SECOND,         "last_day"),
    (beijing(10, 16),                  None),          # past the due, and the morning after has not come
    (beijing(10, 16, 9) - SECOND,      None),
    (beijing(10, 16, 9),               "missed"),
    (beijing(10, 18, 9) - SECOND,      "missed"),
    (beijing(10, 18, 9),               "overdue_3"),
    (beijing(10, 22, 9) - SECOND,      "overdue_3"),
    (beijing(10, 22, 9),               "overdue_7"),
    (CUTOFF - SECOND,                  "overdue_7"),
    (CUTOFF,                           None),          # nothing is accepted any more, so nothing is asked for
])
def test_the_newest_step_is_reached(now: datetime, expected: str | None) -> None:
    assert reached(now) == expected


def test_a_step_before_the_opening_is_passed_over() -> None:
    assert reached(beijing(10, 8, 10), since=beijing(10, 8, 9, 30)) is None
    assert reached(beijing(10, 12, 10), since=beijing(10, 8, 9, 30)) == "before_3"


def test_a_new_due_begins_a_new_plan() -> None:
    due_at, since = beijing(10, 23), beijing(10, 15, 17)
    assert reached(beijing(10, 16, 9), due_at=due_at, since=since) is None
    assert reached(beijing(10, 19, 9), due_at=due_at, since=since) == "before_3"


def test_a_due_at_noon_belongs_to_its_own_day() -> None:
    noon = beijing(5, 24, 12)
    assert rules.last_day(noon, ZONE) == date(2014, 5, 24)
    assert rules.last_day(DUE, ZONE) == date(2014, 10, 15)
    assert rules.last_day(DUE + timedelta(microseconds=1), ZONE) == date(2014, 10, 16)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(beijing(10, 13, 9), 2), (beijing(10, 15, 23, 59, 59), 0), (beijing(10, 16), -1), (beijing(10, 18, 0), -3)],
)
def test_days_are_counted_on_the_campaigns_calendar(now: datetime, expected: int) -> None:
    assert rules.days_left(DUE, zone=ZONE, now=now) == expected


# fmt: off
@pytest.mark.parametrize(("now", "expected"), [
    (beijing(10, 13, 10),          None),
    (beijing(10, 14, 9) - SECOND,  None),
    (beijing(10, 14, 9),           date(2014, 10, 14)),
    (beijing(10, 15, 8, 59, 59),   None),
    (beijing(10, 15, 9),           date(2014, 10, 15)),
    (CUTOFF - SECOND,              date(2014, 10, 31)),
    (CUTOFF,                       None),
])
def test_the_digest_goes_out_from_the_eve_until_the_cut_off(now: datetime, expected: date | None) -> None:
    assert rules.digest_day(due_at=DUE, cutoff_at=CUTOFF, zone=ZONE, now=now) == expected


def test_the_plan_is_in_the_order_of_its_days() -> None:
    days = [step.days for step in rules.PLAN]
    assert days == sorted(set(days))
    assert len({step.code for step in rules.PLAN}) == len(rules.PLAN)
    assert {step.wording for step in (*rules.PLAN, rules.WINDOW)} == set(rules.URGENCY)


# fmt: off
@pytest.mark.parametrize(("until", "expected"), [
    (beijing(10, 16, 8),            beijing(10, 16, 9)),
    (beijing(10, 16, 9),            beijing(10, 16, 9)),
    (beijing(10, 16, 9) + SECOND,   beijing(10, 17, 9)),
    (beijing(10, 17),               beijing(10, 17, 9)),
])
def test_media_that_did_not_come_are_told_at_nine(until: datetime, expected: datetime) -> None:
    assert rules.window_at(until, ZONE) == expected


# fmt: off
@pytest.mark.parametrize(("until", "now", "expected"), [
    # The window ends at midnight: whoever owes since then has not been owing at nine the day before.
    (beijing(10, 17),    beijing(10, 17),              None),
    (beijing(10, 17),    beijing(10, 17, 9) - SECOND,  None),
    (beijing(10, 17),    beijing(10, 17, 9),           "window"),
    (beijing(10, 17),    beijing(10, 18, 9) - SECOND,  "window"),
    (beijing(10, 17),    beijing(10, 18, 9),           "overdue_3"),
    # It ends before nine: one letter that morning, with its own words.
    (beijing(10, 16, 8), beijing(10, 16, 9) - SECOND,  None),
    (beijing(10, 16, 8), beijing(10, 16, 9),           "window"),
    # A week: the end of the window comes after everything else.
    (beijing(10, 23),    beijing(10, 23, 9),           "window"),
])
def test_a_window_that_ended_without_media_begins_the_plan_anew(
    until: datetime, now: datetime, expected: str | None
) -> None:
    assert reached(now, lapsed_at=until) == expected
