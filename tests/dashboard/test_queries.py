"""The board's reading: literal numbers, a literal count of statements, and the one rule behind every row."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from reporting.campaigns.models import Assignment
from reporting.core.db import db, unit_of_work
from reporting.dashboard import queries
from reporting.dashboard.rules import Filter
from reporting.deadlines import rules as deadlines
from reporting.reports import queries as reports
from reporting.reports import rules as report_rules
from reporting.reports.models import Report
from tests import crowd
from tests.crowd import DUE, NOTHING, PARTIAL, PUNCTUAL, TARDY, History

AFTER = DUE + timedelta(days=2)


def board(histories, **dates):
    with unit_of_work():
        return crowd.board(histories, **dates)


def shown(task, wanted):
    found = queries.survey(task, now=AFTER)
    return queries.rows(task, found, queries.chosen(task, found, wanted))


def ids_of(task):
    return [row[0] for row in queries.survey(task, now=AFTER).roster]


@pytest.mark.parametrize("size", [1, 3, 3_200])
def test_the_number_of_statements_does_not_grow(app, size, count_queries):
    task = board([PUNCTUAL] * size)
    _ = task.slots
    with count_queries() as asked:
        found = queries.survey(task, now=AFTER)
    asked.expect(2)
    picked = queries.chosen(task, found, Filter())
    with count_queries() as asked:
        rows = queries.rows(task, found, picked[:100])
    asked.expect(2)
    assert len(picked) == size
    assert len(rows) == min(size, 100)
    with count_queries() as asked:
        assert len(queries.rows(task, found, picked)) == size
    asked.expect(2)


def test_counts_say_every_number_and_zero_too(app):
    accepted = History(PUNCTUAL.arrived, state="accepted")
    task = board([NOTHING] * 3 + [PARTIAL] * 2 + [TARDY] + [PUNCTUAL] * 4 + [accepted])
    assert queries.survey(task, now=AFTER).counts == {
        "all": 11, "missing": 3, "partial": 2, "late": 1, "on_time": 5, "manifest": 0, "open": 0, "due_soon": 0, "upcoming": 0, "owing": 5, "to_come": 0,
        "none": 3, "draft": 0, "prepared": 0, "submitted": 7, "returned": 0, "accepted": 1,
    }  # fmt: skip


def test_before_the_due_those_with_nothing_in_are_still_to_come(app):
    task = board([NOTHING] * 3 + [PARTIAL])
    told = queries.survey(task, now=DUE - timedelta(hours=1)).counts
    assert (told["due_soon"], told["to_come"], told["partial"], told["missing"], told["owing"]) == (3, 3, 1, 0, 4)


def test_the_most_pressing_come_first_and_then_the_roster(app):
    task = board([PUNCTUAL, NOTHING, TARDY, PARTIAL, NOTHING])
    rows = shown(task, Filter())
    first = min(int(row.code[2:]) for row in rows)
    told = [(row.group.standing.value, int(row.code[2:]) - first) for row in rows]
    assert told == [("missing", 1), ("missing", 4), ("partial", 3), ("late", 2), ("on_time", 0)]


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (Filter(standing="missing"), [1, 5]),
        (Filter(standing="owing"), [1, 5, 3]),
        (Filter(owes="photos"), [1, 5, 3]),
        (Filter(owes="summary"), [1, 5]),
        (Filter(review_state="none"), [1, 5]),
        (Filter(kind="quality"), [2, 4, 0]),
        (Filter(kind="ciq", standing="missing"), [1, 5]),
        (Filter(region="no such region"), []),
        (Filter(text="JU", standing="late"), [2, 4]),
        (Filter(text="100%"), []),
    ],
)
def test_filters_narrow_the_list(app, wanted, places):
    # The bureaus' numbers begin with 2, because headquarters is the first: even places are of the kind quality.
    task = board([PUNCTUAL, NOTHING, TARDY, PARTIAL, TARDY, NOTHING])
    assert [int(row.code[2:]) - 2 for row in shown(task, wanted)] == places


@pytest.mark.parametrize(("by", "count"), [("B-00003", 1), ("第3局", 1), ("DI3JU", 1), ("d3j", 1), ("B-", 4), ("_", 0)])
def test_search_is_by_code_name_and_pinyin(app, by, count):
    task = board([NOTHING] * 4)
    assert len(shown(task, Filter(text=by))) == count


def test_a_task_shows_only_its_own_bureaus(app):
    mine, other = board([PUNCTUAL] * 2), board([NOTHING] * 3)
    assert queries.survey(mine, now=AFTER).counts["all"] == 2
    assert queries.survey(other, now=AFTER).counts["all"] == 3


def test_an_extension_is_seen_in_the_row(app):
    task = board([NOTHING] * 2)
    with unit_of_work():
        one = db.session.get(Assignment, ids_of(task)[0])
        one.due_at, one.due_rev = DUE + timedelta(days=5), 1
    standings = {row.due_rev: row.group.standing for row in shown(task, Filter())}
    assert standings == {0: "missing", 1: "due_soon"}


def test_the_queue_goes_round_those_that_wait(app):
    accepted = History(PUNCTUAL.arrived, state="accepted")
    task = board([PUNCTUAL, accepted, PUNCTUAL, NOTHING, PUNCTUAL])
    ids = ids_of(task)
    assert queries.neighbours(task, ids[0]) == (ids[4], ids[2])
    assert queries.neighbours(task, ids[1]) == (ids[0], ids[2])
    assert queries.neighbours(task, ids[3]) == (ids[2], ids[4])
    assert queries.neighbours(task, ids[4]) == (ids[2], ids[0])


MOMENTS = some.sampled_from(
    [
        DUE + timedelta(seconds=seconds, microseconds=tick)
        for seconds in (-90_000, -1, 0, 1, 90_000)
        for tick in (-1, 0, 1)
    ]
)
DUES = some.sampled_from([DUE - timedelta(days=1), DUE, DUE + timedelta(days=1)])
ENDS = some.one_of(some.none(), some.sampled_from([DUE, DUE + timedelta(hours=25), DUE + timedelta(days=2)]))
SLOT = some.one_of(
    some.none(), some.builds(deadlines.Arrival, MOMENTS, DUES, some.booleans(), ENDS, some.one_of(some.none(), MOMENTS))
)
SLOTS = some.tuples(SLOT, SLOT, SLOT)
BUREAU = some.tuples(SLOTS, DUES, ENDS, some.sampled_from(list(report_rules.State)), some.booleans())
NOWS = some.sampled_from(
    [
        crowd.OPENS - timedelta(1),
        DUE - timedelta(days=9),
        DUE - timedelta(microseconds=1),
        DUE,
        DUE + timedelta(hours=25),
        AFTER - timedelta(microseconds=1),
        AFTER,
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bureaus=some.lists(BUREAU, min_size=1, max_size=12),
    now=NOWS,
    required=some.sets(some.sampled_from(crowd.SLOTS), min_size=1),
)
def test_the_grouped_number_and_the_one_rule_agree_on_any_history(app, bureaus, now, required):
    task = board([NOTHING] * len(bureaus), required=sorted(required))
    ids = ids_of(task)
    with unit_of_work():
        _write(task, dict(zip(ids, bureaus, strict=True)))
    arrived, held = reports.arrivals(ids), reports.reports_of(ids)
    for assignment_id, group in queries.survey(task, now=now).group_of.items():
        assignment, mine = db.session.get(Assignment, assignment_id), arrived.get(assignment_id, {})
        slots = [
            deadlines.slot_standing(required=s.required, arrival=mine.get(s.id), due_at=assignment.due_at, now=now)
            for s in task.slots
        ]
        window = deadlines.Window(task.opens_at, assignment.due_at, assignment.cutoff_at)
        assert list(group.slots) == slots
        assert group.standing == deadlines.standing(slots, window=window, now=now)
        assert (group.due_at, group.cutoff_at) == (assignment.due_at, assignment.cutoff_at)
        report = held[assignment_id]
        state = report_rules.review_state(
            report.state, revision=report.revision, prepared_revision=report.prepared_revision
        )
        assert group.review_state == state


def _write(task, bureaus) -> None:
    """Whatever the verbs could leave behind: arrivals under any due, any state, prepared or not."""
    for assignment_id, (slots, due_at, media_until, state, is_prepared) in bureaus.items():
        row = db.session.get(Assignment, assignment_id)
        row.due_at, row.media_until = due_at, media_until
        came = {slot.id: one for slot, one in zip(task.slots, slots, strict=True) if one is not None}
        crowd.arrive(assignment_id, came, changed_at=AFTER)
        report = reports.find_report(assignment_id)
        assert isinstance(report, Report)
        report.state, report.prepared_revision = state, report.revision if is_prepared else None
