"""APScheduler is only a clock: how it is set up, and what becomes of a job that fails."""

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest
from apscheduler.jobstores.memory import MemoryJobStore
from flask import Flask

from reporting import jobs, scheduler
from reporting.core import pulse


def test_every_chore_is_an_interval_job_in_memory_that_forgives_absence(app: Flask) -> None:
    built = scheduler.build(app, lambda: None)
    built.start(paused=True)
    try:
        found = {job.id: job for job in built.get_jobs()}
        assert sorted(found) == [
            "deliver", "digest", "lead", "prepare-media", "remind", "scan", "sweep", "tidy", "uploads",
        ]  # fmt: skip
        for job in found.values():
            assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
        assert isinstance(built._lookup_jobstore("default"), MemoryJobStore)
    finally:
        built.shutdown()


def ends_with(app: Flask, send: Callable[[], None]) -> int:
    threading.Thread(target=send, daemon=True).start()
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        return scheduler.run(app, most_failures=2)
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def test_it_ends_quietly_when_it_is_told_to(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    swept = threading.Event()
    monkeypatch.setattr(jobs, "sweep", lambda _leads: swept.set())

    def send() -> None:
        swept.wait(10)
        os.kill(os.getpid(), signal.SIGTERM)

    assert ends_with(app, send) == 0
    assert swept.is_set()


def test_it_ends_with_an_error_when_its_work_cannot_go_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_leads: jobs.Leads) -> int:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(jobs, "sweep", broken)
    monkeypatch.setattr(jobs, "remind", broken)
    begin = time.monotonic()
    assert ends_with(app, lambda: None) == 1
    assert time.monotonic() - begin < 30


def test_a_failing_chore_is_told_and_the_others_go_on(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(tick_seconds=1)

    def broken(_leads: jobs.Leads) -> int:
        raise RuntimeError("one row is poisoned")

    monkeypatch.setattr(jobs, "remind", broken)
    assert ends_with(app, lambda: None) == 1
    seen = pulse.pulses()
    assert (seen["remind"].failures >= 2, seen["remind"].done_at, seen["remind"].fault) == (
        True, None, "RuntimeError('one row is poisoned')",
    )  # fmt: skip
    assert seen["sweep"].failures == 0
    assert seen["sweep"].done_at is not None
