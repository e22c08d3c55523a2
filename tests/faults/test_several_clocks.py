"""Three schedulers, of which the leader is killed or paused again and again: every verdict once, as of its deadline."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from reporting import leading
from reporting.campaigns.models import Assignment
from reporting.core.db import db, end_reading, unit_of_work
from reporting.core.lease import Lease
from reporting.tracking.models import Verdict
from tests import crowd
from tests.fixtures.database import ROOT
from tests.uploading import House, eventually, house

CANDIDATES = 3
BUREAUS = 200
TAKEOVER_SECONDS = 30
FIRST_DUE = crowd.DUE
# A task for each blow that the leader is dealt; their deadlines follow one another by a day.
BLOWS = ("kill", "pause", "pause", "kill")


class Clocks:
    """The schedulers of one installation; those that end are replaced."""

    def __init__(self, served: House) -> None:
        self.served = served
        self.running: list[subprocess.Popen[bytes]] = []
        self.fill()

    def fill(self) -> None:
        """Start schedulers until there are as many as there should be."""
        self.running = [one for one in self.running if one.poll() is None]
        with (self.served.folder / "clocks.log").open("ab") as log:
            while len(self.running) < CANDIDATES:
                line = [sys.executable, "-m", "reporting.scheduler"]
                child = subprocess.Popen(line, cwd=ROOT, env=self.served.environment, stdout=log, stderr=log)
                self.running.append(child)

    def leader(self) -> subprocess.Popen[bytes] | None:
        """Who leads now, None while nobody of ours does."""
        end_reading()
        holder = db.session.scalar(select(Lease.holder).where(Lease.name == leading.NAME)) or ""
        end_reading()
        return next((one for one in self.running if f":{one.pid}:" in holder), None)

    def wait_for_leader(self, other_than: int = 0) -> subprocess.Popen[bytes]:
        """The leader, as soon as there is one which is not this process; fails when nobody takes over in time."""
        led = lambda: (found := self.leader()) is not None and found.pid != other_than  # noqa: E731
        assert eventually(led, TAKEOVER_SECONDS), (self.served.folder / "clocks.log").read_text()[-3000:]
        found = self.leader()
        assert found is not None
        return found

    def end(self) -> None:
        """End all that live."""
        self.running = [one for one in self.running if one.poll() is None]
        for one in self.running:
            one.send_signal(signal.SIGCONT)
            one.terminate()
        for one in self.running:
            assert one.wait(30) == 0, "whoever has lost the lead goes on standing by"


@contextmanager
def clocks(served: House) -> Iterator[Clocks]:
    made = Clocks(served)
    try:
        yield made
        made.end()
    finally:
        for one in made.running:
            if one.poll() is None:
                one.kill()
                one.wait()


def furnish() -> list[int]:
    """A task for each blow, due on one day after another, whose bureaus stand in all ways."""
    histories = [crowd.NOTHING, crowd.PARTIAL, crowd.PUNCTUAL, crowd.TARDY]
    made = []
    with unit_of_work():
        bureau_ids = crowd.bureaus(BUREAUS)
        for number, _blow in enumerate(BLOWS):
            due_at = FIRST_DUE + timedelta(days=number)
            task = crowd.task(due_at=due_at, cutoff_at=due_at + timedelta(days=90))
            ids = crowd.assignments(task, bureau_ids, due_at=due_at)
            if not number:
                crowd.hand_in(task, ids, [histories[place % len(histories)] for place in range(BUREAUS)])
            made.append(task.id)
    return made


def verdicts_of(task_id: int) -> int:
    end_reading()
    wanted = select(func.count(Verdict.id)).join(Assignment, Assignment.id == Verdict.assignment_id)
    found = db.session.scalar(wanted.where(Assignment.task_id == task_id)) or 0
    end_reading()
    return found


def is_free(database: Path) -> bool:
    """Whether the database can be written: SQLite has one writer, and who sleeps with the pen in hand keeps it."""
    with closing(sqlite3.connect(database, timeout=0.3, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
    return True


def sleeps(pid: int) -> bool:
    """Whether every thread of a process has stopped."""
    states = [(one / "stat").read_text().rpartition(")")[2].split()[0] for one in Path(f"/proc/{pid}/task").iterdir()]
    return set(states) == {"T"}


def pause(victim: subprocess.Popen[bytes], served: House, kind: str) -> None:
    """Stop a process at a moment at which others can write."""
    for _attempt in range(100):
        victim.send_signal(signal.SIGSTOP)
        assert eventually(lambda: sleeps(victim.pid))
        if kind == "postgresql" or is_free(served.folder / "house.sqlite3"):
            return
        victim.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    raise AssertionError("it never put the pen down")


def move_clock(served: House, moment: datetime) -> None:
    from reporting.core import clock

    clock.OffsetClock(served.settings.clock_file).move_to(moment)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_verdict_is_written_once_whoever_leads(tmp_path, request, kind):
    url = "" if kind == "sqlite" else request.getfixturevalue("postgresql_server").create("several_clocks")
    dice = random.Random(7)
    with house(tmp_path, url=url, tick_seconds=1) as served, served.app.app_context():
        tasks = furnish()
        with clocks(served) as running:
            for number, (blow, task_id) in enumerate(zip(BLOWS, tasks, strict=True)):
                running.fill()
                victim = running.wait_for_leader()
                move_clock(served, FIRST_DUE + timedelta(days=number, minutes=2))
                time.sleep(dice.random())
                if blow == "kill":
                    victim.kill()
                    victim.wait()
                else:
                    pause(victim, served, kind)
                running.wait_for_leader(other_than=victim.pid)
                assert eventually(lambda one=task_id: verdicts_of(one) == BUREAUS, TAKEOVER_SECONDS)
                if blow == "pause":
                    victim.send_signal(signal.SIGCONT)
            time.sleep(2)
        rows = db.session.execute(BY_HAND).all()
        assert len(rows) == BUREAUS * len(BLOWS)
        assert [row for row in rows if row.written != 1 or row.standing != row.expected] == []
        assert {row.expected for row in rows} == {"on_time", "partial", "missing"}
        failed = [line for line in (served.folder / "clocks.log").read_text().splitlines() if "job_failed" in line]
        # PostgreSQL ends the transaction of one that sleeps in its midst, which learns of it when it wakes.
        ended = ("OperationalError", "IdleInTransaction")
        asleep = [line for line in failed if kind == "postgresql" and any(word in line for word in ended)]
        assert failed == asleep, failed
        assert db.session.get_one(Lease, leading.NAME).term > len(BLOWS)


# What should stand in the table, by SQL that shares nothing with the sweep; and how often it stands there.
BY_HAND = text("""
    SELECT a.id,
           (SELECT count(*) FROM verdict v WHERE v.assignment_id = a.id) AS written,
           (SELECT min(v.standing) FROM verdict v WHERE v.assignment_id = a.id) AS standing,
           CASE (SELECT count(*) FROM slot_arrival s WHERE s.assignment_id = a.id AND s.arrived_at < a.due_at)
                WHEN 0 THEN 'missing' WHEN 3 THEN 'on_time' ELSE 'partial' END AS expected
    FROM assignment a JOIN task t ON t.id = a.task_id JOIN campaign c ON c.id = t.campaign_id
    WHERE a.bureau_id IN (SELECT id FROM bureau WHERE code LIKE 'B%') ORDER BY a.id
""")
