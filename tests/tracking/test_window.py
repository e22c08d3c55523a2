"""The second verdict: what had not come when the window of promised media ended."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import func, select, update

from reporting.campaigns import service as campaigns
from reporting.campaigns.models import Assignment
from reporting.core.db import db, unit_of_work
from reporting.deadlines import rules as deadlines
from reporting.deadlines.rules import Arrival
from reporting.tracking import queries, service
from reporting.tracking.models import Verdict
from reporting.tracking.rules import Stage
from tests import crowd
from tests.crowd import DUE

HOURS = 24
UNTIL = DUE + timedelta(hours=HOURS)
TICK = timedelta(microseconds=1)
BEFORE = DUE - TICK
# Everything that can have become of a slot, on both sides of each boundary.
WAYS = [None] + [
    Arrival(arrived, DUE, media_until=media_until, whole_at=whole)
    for arrived, media_until, whole in product(
        (BEFORE, DUE), (None, UNTIL), (None, BEFORE, DUE, UNTIL - TICK, UNTIL, UNTIL + timedelta(days=1))
    )
]


def sweep(now, *, limit=service.BATCH) -> int:
    with unit_of_work():
        return service.sweep(now=now, limit=limit)


def furnish(histories):
    """A task with a window, and bureaus of which each has come in with its photos in one way; summaries all in time."""
    with unit_of_work():
        task = crowd.task()
        task.media_window_hours = HOURS
        ids = crowd.assignments(task, crowd.bureaus(len(histories)))
        db.session.execute(update(Assignment).values(media_until=UNTIL))
        summary, photos, videos = (slot.id for slot in task.slots)
        punctual = Arrival(BEFORE, DUE)
        for assignment_id, way in zip(ids, histories, strict=True):
            came = {summary: punctual, videos: punctual} | ({} if way is None else {photos: way})
            crowd.arrive(assignment_id, came, changed_at=BEFORE)
    return task, dict(zip(ids, histories, strict=True))


def told(assignment_id):
    return {one.stage: (one.standing, one.owed, one.on_the_way, one.due_at) for one in queries.verdicts(assignment_id)}


def expected(way):
    """The verdicts by the rule alone."""
    required = {"summary": Arrival(BEFORE, DUE), "photos": way, "videos": Arrival(BEFORE, DUE)}
    standing, owed = deadlines.verdict(required, due_at=DUE)
    waits = way is not None and deadlines.was_on_the_way(way, due_at=DUE)
    found = {"due": (standing, " ".join(owed), "photos" if waits else "", DUE)}
    if waits:
        standing, owed = deadlines.window_verdict(required, due_at=DUE, until=UNTIL)
        found["window"] = (standing, " ".join(owed), "", UNTIL)
    return found


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=49), timedelta(days=400)])
def test_both_verdicts_are_as_of_their_moments_however_late_the_sweep_runs(app, late):
    _task, ways = furnish(WAYS)
    assert sweep(UNTIL + late) == sum(len(expected(way)) for way in WAYS)
    assert sweep(UNTIL + late) == 0
    assert {one: told(one) for one in ways} == {one: expected(way) for one, way in ways.items()}


def test_step_by_step_comes_to_the_same_end(app):
    _task, ways = furnish(WAYS)
    assert sweep(DUE) == len(WAYS)
    assert {stage for one in ways for stage in told(one)} == {"due"}
    assert sweep(UNTIL - TICK) == 0
    while sweep(UNTIL, limit=3):
        pass
    assert {one: told(one) for one in ways} == {one: expected(way) for one, way in ways.items()}


def test_a_task_without_a_window_gets_no_second_verdict(app):
    with unit_of_work():
        crowd.board([crowd.PUNCTUAL, crowd.TARDY, crowd.NOTHING])
    assert sweep(UNTIL + timedelta(days=30)) == 3
    assert set(db.session.scalars(select(Verdict.stage))) == {Stage.DUE}


def test_a_task_that_was_closed_before_the_window_ended_gets_only_the_first(app):
    from reporting.core.actor import SYSTEM

    task, ways = furnish([Arrival(BEFORE, DUE, media_until=UNTIL)])
    with unit_of_work():
        campaigns.close_task(task, actor=SYSTEM, now=UNTIL - TICK)
    assert sweep(UNTIL) == 1
    assert [list(told(one)) for one in ways] == [["due"]]


def test_the_counts_of_the_two_are_told_apart(app):
    on_the_way = Arrival(BEFORE, DUE, media_until=UNTIL)
    whole = Arrival(BEFORE, DUE, media_until=UNTIL, whole_at=UNTIL - TICK)
    task, _ways = furnish([on_the_way, on_the_way, whole, None])
    sweep(UNTIL)
    assert queries.verdict_counts(task.id) == {"on_time": 3, "partial": 1}
    assert queries.verdict_counts(task.id, Stage.WINDOW) == {"on_time": 1, "partial": 2}


def test_2_000_manifests_are_swept_in_a_few_statements(app, count_queries):
    on_the_way = Arrival(BEFORE, DUE, media_until=UNTIL)
    furnish([on_the_way] * 2_000)
    with count_queries() as asked:
        assert sweep(UNTIL) == 4_000
    assert len(asked) <= 14, str(asked)
    assert db.session.scalar(select(func.count()).select_from(Verdict)) == 4_000
