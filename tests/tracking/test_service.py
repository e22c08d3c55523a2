"""The sweep: one verdict for each due, as of the due, however late, however often, however many at once."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from reporting import jobs
from reporting.campaigns import service as campaigns
from reporting.campaigns.models import Assignment
from reporting.core.db import db, unit_of_work
from reporting.deadlines.rules import SETTLING
from reporting.tracking import queries, service
from reporting.tracking.models import Verdict
from tests import crowd
from tests.cast import Cast, beijing, make_cast

DUE = beijing(10, 16)
TICK = timedelta(microseconds=1)


@pytest.fixture
def cast(app) -> Cast:
    return make_cast()


def sweep(now, *, limit=service.BATCH) -> int:
    with unit_of_work():
        return service.sweep(now=now, limit=limit)


def verdicts(cast: Cast, code: str) -> list[tuple[int, str, str]]:
    return [(one.due_rev, one.standing, one.owed) for one in queries.verdicts(cast.assignment(code).id)]


def extend(cast: Cast, code: str, to, *, now) -> None:
    with unit_of_work():
        assignment = cast.assignment(code)
        who = cast.actor("HQ", "coordinator")
        campaigns.extend(assignment, due_at=to, reason="水灾", document_number="88号", actor=who, now=now)


def test_nothing_is_swept_before_the_due(cast):
    assert sweep(DUE - TICK) == 0
    assert sweep(DUE) == 4


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(hours=49), timedelta(days=400)])
def test_the_verdict_is_as_of_the_due_however_late_the_sweep_runs(cast, late):
    cast.hand_in("Q-HE", DUE - timedelta(seconds=1))
    cast.hand_in_all("C-SH", DUE - TICK)
    cast.hand_in_all("Q-NB", DUE)
    assert sweep(DUE + timedelta(hours=1) + late) == 4
    assert verdicts(cast, "Q-HE") == [(0, "partial", "photos videos")]
    assert verdicts(cast, "C-SH") == [(0, "on_time", "")]
    assert verdicts(cast, "Q-NB") == [(0, "missing", "summary photos videos")]
    found = db.session.scalars(select(Verdict)).all()
    assert {one.due_at for one in found} == {DUE}
    assert queries.verdict_counts(cast.task_id) == {"missing": 2, "on_time": 1, "partial": 1}


def test_a_second_sweep_writes_nothing(cast):
    sweep(DUE)
    before = db.session.scalars(select(Verdict.written_at).order_by(Verdict.id)).all()
    assert sweep(DUE + timedelta(days=1)) == 0
    assert db.session.scalars(select(Verdict.written_at).order_by(Verdict.id)).all() == before


def test_what_comes_after_the_due_changes_no_verdict(cast):
    sweep(DUE)
    cast.hand_in_all("Q-HE", DUE + timedelta(hours=1))
    sweep(DUE + timedelta(hours=2))
    assert verdicts(cast, "Q-HE") == [(0, "missing", "summary photos videos")]


def test_an_extension_keeps_the_earlier_verdict_and_gets_one_of_its_own(cast):
    sweep(DUE)
    later = DUE + timedelta(days=3)
    extend(cast, "Q-HE", later, now=DUE + timedelta(hours=9))
    assert sweep(later - TICK) == 0
    cast.hand_in_all("Q-HE", later - TICK)
    assert sweep(later) == 1
    assert verdicts(cast, "Q-HE") == [(0, "missing", "summary photos videos"), (1, "on_time", "")]
    assert queries.verdict_counts(cast.task_id) == {"missing": 3, "on_time": 1}


def test_a_due_that_passed_while_the_clock_was_away_and_was_then_moved_still_gets_its_verdict(cast):
    cast.hand_in("Q-HE", DUE - TICK)
    cast.hand_in_all("C-SH", DUE)
    for code in ("Q-HE", "C-SH"):
        extend(cast, code, DUE + timedelta(days=5), now=DUE + timedelta(hours=10))
    assert [sweep(DUE + timedelta(hours=49)) for _ in range(3)] == [2, 2, 0], "the two of Ningbo, then those that moved"
    assert verdicts(cast, "Q-HE") == [(0, "partial", "photos videos")]
    assert verdicts(cast, "C-SH") == [(0, "missing", "summary photos videos")]
    assert {one.due_at for one in queries.verdicts(cast.assignment("Q-HE").id)} == {DUE}
    assert sweep(DUE + timedelta(days=5)) == 2
    assert verdicts(cast, "C-SH")[1] == (1, "on_time", "")
    assert sweep(DUE + timedelta(days=9)) == 0


def test_an_extension_before_the_due_leaves_one_verdict_on_the_new_due(cast):
    later = DUE + timedelta(days=3)
    extend(cast, "Q-HE", later, now=DUE - timedelta(days=1))
    assert sweep(DUE) == 3
    assert sweep(later) == 1
    assert verdicts(cast, "Q-HE") == [(1, "missing", "summary photos videos")]


def test_a_task_that_was_closed_before_its_due_gets_no_verdicts(cast):
    with unit_of_work():
        campaigns.close_task(cast.task, actor=cast.actor("HQ", "coordinator"), now=DUE - TICK)
    assert sweep(DUE + timedelta(days=1)) == 0


def test_a_task_that_was_closed_after_its_due_still_gets_them(cast):
    with unit_of_work():
        campaigns.close_task(cast.task, actor=cast.actor("HQ", "coordinator"), now=DUE)
    assert sweep(DUE + timedelta(days=1)) == 4


def test_batches_come_to_the_same_end(cast):
    assert [sweep(DUE, limit=2) for _ in range(3)] == [2, 2, 0]


def test_two_sweeps_at_once_write_each_verdict_once(app, hands):
    with unit_of_work():
        made = crowd.task()
        crowd.assignments(made, crowd.bureaus(400))
    hands.move_to(crowd.DUE + SETTLING)
    written, start = [], threading.Barrier(2)

    def run() -> None:
        with app.app_context():
            start.wait(10)
            written.append(jobs.sweep())
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert sum(written) == 400
    assert db.session.scalar(select(func.count()).select_from(Verdict)) == 400


def test_a_hand_in_that_was_received_in_time_and_written_down_after_the_tick_is_punctual(cast, hands):
    hands.move_to(DUE + SETTLING - TICK)
    assert jobs.sweep() == 0, "somebody's transaction may still be open"
    cast.hand_in_all("Q-HE", DUE - TICK)
    hands.move_to(DUE + SETTLING)
    assert jobs.sweep() == 4
    assert verdicts(cast, "Q-HE") == [(0, "on_time", "")]
    assert {one.due_at for one in db.session.scalars(select(Verdict))} == {DUE}


def test_3_200_bureaus_are_swept_in_a_few_statements(app, count_queries):
    kinds = [crowd.PUNCTUAL, crowd.PARTIAL, crowd.TARDY, crowd.NOTHING]
    with unit_of_work():
        made = crowd.board([kinds[n % 4] for n in range(3_200)])
    with count_queries() as asked:
        assert sweep(crowd.DUE + timedelta(days=2)) == 3_200
    # Three ways of standing at the due: all, some, none. Whoever was late had handed in nothing by then.
    assert len(asked) <= 9, str(asked)
    assert queries.verdict_counts(made.id) == {"missing": 1_600, "on_time": 800, "partial": 800}
    assert db.session.scalar(select(func.count()).select_from(Assignment)) == 3_200
