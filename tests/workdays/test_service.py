"""The calendar as the library and the administrators make it, on both databases."""

from datetime import date, timedelta

import pytest

from reporting.audit import queries as audit
from reporting.core.actor import Actor
from reporting.core.db import unit_of_work
from reporting.core.errors import Refused
from reporting.workdays import queries, service
from reporting.workdays.rules import Correction, DayRow

WHO = Actor(None, "三员之一")
NOTICE = "国办发明电〔2026〕1号"
ROWS = [DayRow(2, "2027-10-01", "0", "国庆节"), DayRow(3, "2027-10-09", "1", "调休")]


def codes(refused) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_the_library_knows_the_autumn_of_2014_and_guesses_no_make_up_days():
    known = queries.published(2014)
    assert {date(2014, 9, 28), date(2014, 10, 11)} <= known.make_up
    assert [day for day in range(1, 8) if date(2014, 10, day) not in known.holidays] == [4, 5]
    assert queries.published(2014, english=True).holidays[date(2014, 10, 1)] == "National Day"
    # The library hands out the make-up days of 2006 with every year; none of them belongs to 2027.
    assert (queries.published(2027).make_up, date(2027, 10, 1) in queries.published(2027).holidays) == (
        frozenset(),
        True,
    )


def test_the_working_days_before_the_deadline_of_2014(app, count_queries):
    with count_queries() as asked:
        calendar = queries.calendar(2014, 2015)
    asked.expect(1)
    worked = [day for day in range(1, 16) if calendar.is_working_day(date(2014, 10, day))]
    assert worked == [8, 9, 10, 11, 13, 14, 15]
    assert (calendar.is_working_day(date(2014, 9, 28)), calendar.is_confirmed(2014)) == (True, True)


def test_what_is_set_counts_until_it_is_cleared_and_twice_is_once(app, now):
    day, closed = date(2014, 10, 11), Correction(works=False, name="台风", source="通知")
    for _twice in range(2):
        with unit_of_work():
            service.set_day(day, closed, actor=WHO, now=now)
    assert queries.calendar(2014, 2014).corrections == {day: closed}
    with unit_of_work():
        service.set_day(day, Correction(works=False), actor=WHO, now=now)
    for _twice in range(2):
        with unit_of_work():
            service.clear_day(day, actor=WHO, now=now)
    assert queries.calendar(2014, 2014).is_working_day(day)
    assert [entry.action for entry in audit.of("workday", 20141011)] == [
        "workday.cleared",
        "workday.set",
        "workday.set",
    ]


def test_a_day_that_cannot_be_meant_is_refused_with_every_reason(app, now):
    with pytest.raises(Refused) as refused, unit_of_work():
        service.set_day(date(1999, 12, 31), Correction(True, "长" * 61, "文" * 121), actor=WHO, now=now)
    assert codes(refused) == ["workday_unlikely", "workday_name_too_long", "workday_source_too_long"]


def test_a_list_is_imported_whole_and_once(app, now):
    counts = []
    for _twice in range(2):
        with unit_of_work():
            counts.append(service.import_days(ROWS, source=NOTICE, actor=WHO, now=now))
    assert counts == [(2, 0), (0, 0)]
    calendar = queries.calendar(2027, 2027)
    assert calendar.corrections[date(2027, 10, 9)] == Correction(True, "调休", NOTICE)
    assert len(audit.of("workdays", 0)) == 1


def test_one_wrong_line_and_nothing_is_imported(app, now):
    with pytest.raises(Refused) as refused, unit_of_work():
        service.import_days([*ROWS, DayRow(4, "2027-10-01", "?")], source="", actor=WHO, now=now)
    assert codes(refused) == ["row_day_twice", "row_works_unreadable"]
    assert queries.calendar(2027, 2027).corrections == {}


def test_no_list_and_too_long_a_list_are_refused(app, now):
    rows = [DayRow(n, (date(2027, 1, 1) + timedelta(days=n)).isoformat(), "1") for n in range(1001)]
    for some, code in (([], "no_rows"), (rows, "sheet_too_large")):
        with pytest.raises(Refused) as refused:
            service.examine_days(some)
        assert codes(refused) == [code]


def test_a_year_is_an_estimate_until_it_is_confirmed_by_a_document(app, now):
    with pytest.raises(Refused) as refused, unit_of_work():
        service.confirm_year(2027, document_number="", actor=WHO, now=now)
    assert codes(refused) == ["workday_document_missing"]
    assert not queries.calendar(2027, 2027).is_confirmed(2027)
    for _twice in range(2):
        with unit_of_work():
            service.confirm_year(2027, document_number=NOTICE, actor=WHO, now=now)
    assert queries.calendar(2026, 2028).confirmed == {2027: NOTICE}
    for _twice in range(2):
        with unit_of_work():
            service.withdraw_year(2027, actor=WHO, now=now)
    assert not queries.calendar(2027, 2027).is_confirmed(2027)
    actions = [entry.action for entry in audit.of("workday_year", 2027)]
    assert actions == ["workday_year.withdrawn", "workday_year.confirmed"]
