"""Which days are worked: the published calendar, corrections, and what is only an estimate."""

from datetime import date, timedelta

import pytest

from reporting.workdays import rules
from reporting.workdays.rules import Calendar, Correction, DayRow, Kind, Left, Outcome, Published

# What 国办发明电〔2013〕28号 says of the autumn of 2014.
OFF = {date(2014, 10, day): "国庆节" for day in range(1, 8)} | {date(2014, 9, 8): "中秋节"}
MAKE_UP = frozenset({date(2014, 9, 28), date(2014, 10, 11)})
YEARS = {2014: Published(OFF, MAKE_UP), 2015: Published({date(2015, 1, 1): "元旦"}, frozenset())}
CALENDAR = Calendar(YEARS)
DUE = date(2014, 10, 15)


def october(day: int) -> date:
    return date(2014, 10, day)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2014, 9, 28), Kind.MAKE_UP),
        (date(2014, 9, 30), Kind.WORK),
        (october(1), Kind.HOLIDAY),
        (october(4), Kind.HOLIDAY),
        (october(7), Kind.HOLIDAY),
        (october(8), Kind.WORK),
        (october(11), Kind.MAKE_UP),
        (october(12), Kind.WEEKEND),
        (DUE, Kind.WORK),
    ],
)
def test_a_day_is_worked_or_not_and_why(day, kind):
    assert CALENDAR.day(day).kind == kind
    assert CALENDAR.is_working_day(day) == (kind in {Kind.WORK, Kind.MAKE_UP})


def test_the_working_days_of_the_fortnight_before_the_deadline():
    worked = [day for day in range(1, 16) if CALENDAR.is_working_day(october(day))]
    assert worked == [8, 9, 10, 11, 13, 14, 15]


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2014, 9, 30), DUE, 7),  # the week behind “7 days before” is the National Day holiday
        (october(8), DUE, 6),
        (october(13), DUE, 2),
        (october(11), october(12), 0),
        (DUE, DUE, 0),
        (DUE, october(8), 0),
        (date(2014, 12, 30), date(2015, 1, 2), 2),  # across the year: 31 December and 2 January
    ],
)
def test_working_days_are_counted_without_the_first_and_with_the_last(first, last, count):
    assert CALENDAR.working_days_between(first, last) == count


@pytest.mark.parametrize(
    ("count", "day"),
    [(-7, date(2014, 9, 30)), (-6, october(8)), (-3, october(11)), (-1, october(14)), (0, DUE), (1, october(16)), (3, october(20))],
)  # fmt: skip
def test_so_many_working_days_before_or_after(count, day):
    assert CALENDAR.add_working_days(DUE, count) == day


def test_adding_and_counting_agree_wherever_they_begin():
    for offset in range(60):
        day = date(2014, 9, 1) + timedelta(days=offset)
        for count in (1, 5, 12):
            assert CALENDAR.working_days_between(day, CALENDAR.add_working_days(day, count)) == count


def test_a_correction_counts_before_what_was_published():
    corrected = Calendar(
        YEARS, {october(11): Correction(False, "台风"), october(12): Correction(True), october(1): Correction(True)}
    )
    assert [corrected.is_working_day(october(day)) for day in (11, 12, 1)] == [False, True, True]
    assert [corrected.day(october(day)).kind for day in (11, 12, 1)] == [Kind.HOLIDAY, Kind.MAKE_UP, Kind.WORK]
    assert corrected.day(october(11)).name == "台风"
    # What the correction does not name keeps the name that was published.
    assert corrected.day(october(1)).name == "国庆节"
    assert corrected.is_working_day(october(8))


def test_a_year_is_confirmed_by_its_make_up_days_or_by_an_administrator():
    assert (CALENDAR.is_confirmed(2014), CALENDAR.is_confirmed(2015)) == (True, False)
    said = Calendar(YEARS, confirmed={2015: "国办发明电〔2014〕28号"})
    assert said.is_confirmed(2015)
    # A single corrected day says nothing of the rest of its year.
    assert not Calendar(YEARS, {date(2015, 1, 4): Correction(True)}).is_confirmed(2015)


@pytest.mark.parametrize(
    "ask", [lambda: CALENDAR.is_working_day(date(2016, 1, 1)), lambda: CALENDAR.is_confirmed(2016)]
)
def test_a_year_that_was_not_read_is_not_guessed(ask):
    with pytest.raises(LookupError, match="2016"):
        ask()


@pytest.mark.parametrize(
    ("today", "last_day", "told"),
    [
        (october(8), DUE, Left(6, estimated=False)),
        (october(14), DUE, Left(1, estimated=False)),
        (DUE, DUE, None),
        (october(16), DUE, None),
        (date(2014, 12, 31), date(2015, 1, 5), Left(2, estimated=True)),
        (october(8), date(2017, 1, 1), None),
    ],
)
def test_what_is_left_says_whether_it_is_an_estimate(today, last_day, told):
    assert rules.left(CALENDAR, today=today, last_day=last_day) == told


@pytest.mark.parametrize(
    "text", ["2027-10-01", "2027-10-1", "2027/10/1", "2027.10.01", "20271001", "2027年10月1日", "2027-10-01 00:00:00"]
)
def test_a_day_is_read_as_offices_write_it(text):
    rows, missing = rules.day_rows(["日期", "上班", "说明"], [(2, [text, "放假", "国庆节"])])
    plan = rules.plan_days(rows, known={}, source="文号")
    assert (missing, plan.days, plan.lines[0].correction) == (
        [],
        [date(2027, 10, 1)],
        Correction(False, "国庆节", "文号"),
    )


def test_a_plan_tells_of_each_line_what_it_would_do():
    known = {date(2027, 10, 1): Correction(False, "国庆节", "旧文"), date(2027, 10, 9): Correction(False)}
    rows = [
        DayRow(2, "2027-10-01", "0", "国庆节"),
        DayRow(3, "2027-10-09", "是"),
        DayRow(4, "2027-10-02", "休", "国庆节"),
    ]
    plan = rules.plan_days(rows, known=known, source="新文")
    assert [line.outcome for line in plan.lines] == [Outcome.UNCHANGED, Outcome.CHANGED, Outcome.ADDED]
    assert plan.problems == []


def test_a_plan_tells_everything_that_is_wrong_with_its_line():
    rows = [
        DayRow(2, "2027-02-29", "也许", "长" * 61),
        DayRow(3, "1927-10-01", "1"),
        DayRow(4, "2027-10-01", "1"),
        DayRow(5, "2027/10/1", "0"),
    ]
    plan = rules.plan_days(rows, known={})
    assert [(problem.facts["row"], problem.code) for problem in plan.problems] == [
        (2, "row_day_unreadable"),
        (2, "row_works_unreadable"),
        (2, "row_day_name_too_long"),
        (3, "row_day_unlikely"),
        (5, "row_day_twice"),
    ]
    assert plan.problems[-1].facts["other_row"] == 4


def test_a_table_without_its_columns_gives_no_rows():
    assert rules.day_rows(["日期", "别的"], [(2, ["2027-10-01", "1"])]) == ([], ["works"])
