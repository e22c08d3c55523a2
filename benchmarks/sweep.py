"""The sweep of 100,000 assignments, against one hand-written SQL statement that touches the same rows.

    python -m benchmarks.sweep

Both write one verdict for each assignment into the same empty table, in turn, on the same SQLite database. The floor does
it by a single INSERT … SELECT that knows the slots by heart and makes no difference between ways of standing; the sweep
decides by the rule, in batches of a transaction each, and can be stopped and begun again anywhere.
"""

import resource
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import delete, func, select, text

from benchmarks.tables import milliseconds, table
from reporting import create_app, jobs
from reporting.core import clock
from reporting.core.db import db, unit_of_work
from reporting.tracking.models import Verdict
from tests import crowd
from tests.fixtures.application import settings_for
from tests.fixtures.database import migrate

COUNT = 100_000
ROUNDS = 5
AIM = 5
NOW = crowd.DUE + timedelta(days=1)
BY_HAND = text("""
    INSERT INTO verdict (assignment_id, due_rev, stage, due_at, standing, owed, on_the_way, written_at)
    SELECT a.id, a.due_rev, 'due', a.due_at,
           CASE count(s.id) WHEN 3 THEN 'on_time' WHEN 0 THEN 'missing' ELSE 'partial' END,
           CASE count(s.id) WHEN 3 THEN '' WHEN 0 THEN 'summary photos videos' ELSE 'photos videos' END, '', :now
    FROM assignment a LEFT JOIN slot_arrival s ON s.assignment_id = a.id AND s.arrived_at < a.due_at
    WHERE a.task_id = :task_id AND a.due_at <= :now
    GROUP BY a.id
""")


def fill() -> int:
    """One task that everybody owes, in four ways of standing; gives its id."""
    ways = [crowd.PUNCTUAL, crowd.PARTIAL, crowd.TARDY, crowd.NOTHING]
    with unit_of_work():
        return crowd.board([ways[number % 4] for number in range(COUNT)]).id


def by_hand(task_id: int) -> float:
    """Seconds for the single statement and its commit."""
    stored = NOW.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    began = time.perf_counter()
    with unit_of_work():
        db.session.execute(BY_HAND, {"task_id": task_id, "now": stored})
    return time.perf_counter() - began


def ours() -> float:
    """Seconds for the job as the scheduler runs it."""
    began = time.perf_counter()
    assert jobs.sweep() == COUNT
    return time.perf_counter() - began


def empty() -> dict[str, int]:
    """Take the verdicts out again; gives how many there were of each standing."""
    counted = select(Verdict.standing, func.count()).group_by(Verdict.standing).order_by(Verdict.standing)
    found = {row[0]: row[1] for row in db.session.execute(counted)}
    with unit_of_work():
        db.session.execute(delete(Verdict))
    return found


def measure(app: Flask) -> int:
    """Measure in turn, print, and give 1 when the aim is missed."""
    floor, sweep = [], []
    with app.app_context():
        task_id = fill()
        for _ in range(ROUNDS):
            floor.append(by_hand(task_id))
            expected = empty()
            sweep.append(ours())
            assert empty() == expected, "the sweep and the statement found different verdicts"
        db.session.remove()
    hand, mine = statistics.median(floor), statistics.median(sweep)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        ("one SQL statement", milliseconds(hand), "1.0 x", ""),
        (f"sweep of {COUNT:,}", milliseconds(mine), f"{mine / hand:.1f} x", f"{peak:,.0f} MiB"),
    ]
    print(table(("", "median", "ratio", "peak with filling"), rows))
    print(f"aim: {AIM} x at most")
    return int(mine > AIM * hand)


def main() -> int:
    """Run on a database of its own."""
    before = clock.use(lambda: NOW)
    try:
        with tempfile.TemporaryDirectory(prefix="baosong-bench-") as name:
            folder = Path(name)
            app = create_app(settings_for(f"sqlite:///{folder / 'sweep.sqlite3'}", folder))
            migrate(app)
            return measure(app)
    finally:
        clock.use(before)


if __name__ == "__main__":
    sys.exit(main())
