"""Door: the timetable, and APScheduler's only appearance. Run it with `python -m reporting.scheduler`.

APScheduler is only a clock here: memory store, interval jobs. What is due lives in our own tables, so a run that was
missed loses nothing, and a run too many finds nothing to do.
"""

import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from threading import Event
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from reporting import jobs, leading
from reporting.core import clock
from reporting.core.db import DatabaseAway, end_when_silent
from reporting.core.kit import Kit

log = structlog.get_logger()
TIDY_SECONDS = 3600
UPLOADS_SECONDS = 60
SILENCE_SECONDS = 10


@dataclass(frozen=True)
class Chore:
    """Something the clock does: its name, the seconds between two runs, and the work, which gives False if it was another's."""

    name: str
    seconds: int
    work: Callable[[], Any]


def timetable(kit: Kit, ended: Event, candidate: leading.Candidate) -> list[Chore]:
    """Every chore. A new one is one line here.

    One that judges or writes letters is done by the scheduler that leads. The others claim each row for themselves, so any
    may do them. A chore that may take long looks at `ended`, which is set when the process is to end.
    """
    tick = kit.settings.tick_seconds
    return [
        Chore("lead", candidate.every_seconds, lambda: candidate.renew() is not None),
        Chore("sweep", tick, lambda: candidate.led(jobs.sweep)),
        Chore("remind", tick, lambda: candidate.led(jobs.remind)),
        Chore("digest", tick, lambda: candidate.led(jobs.digest)),
        Chore("deliver", tick, lambda: jobs.deliver(kit)),
        Chore("uploads", UPLOADS_SECONDS, lambda: jobs.uploads(kit)),
        Chore("scan", tick, lambda: jobs.scan(kit)),
        Chore("prepare-media", tick, lambda: jobs.prepare_media(kit, ended=ended)),
        Chore("tidy", TIDY_SECONDS, lambda: jobs.tidy(kit)),
    ]


def build(
    app: Flask,
    failed: Callable[[], None],
    ended: Event | None = None,
    candidate: leading.Candidate | None = None,
) -> BackgroundScheduler:
    """A scheduler that is not started yet; `failed` is called when a job raised, `ended` tells the jobs to end."""
    # Every chore has a thread: none waits for another that takes long.
    chores = timetable(app.extensions["kit"], ended or Event(), candidate or _candidate(app))
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(chores))})
    for chore in chores:
        scheduler.add_job(
            _inside(app, chore),
            "interval",
            id=chore.name,
            name=chore.name,
            seconds=chore.seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=clock.system_clock(),
        )
    scheduler.add_listener(lambda event: _report(event, failed), EVENT_JOB_ERROR)
    return scheduler


def _candidate(app: Flask) -> leading.Candidate:
    return leading.Candidate(leading.renewed_seconds(app.extensions["kit"].settings.tick_seconds))


def _inside(app: Flask, chore: Chore) -> Callable[[], None]:
    """The chore within the application."""

    def run() -> None:
        with app.app_context():
            jobs.pulsed(chore.name, chore.work)

    return run


def _report(event: Any, failed: Callable[[], None]) -> None:
    log.error("job_failed", job=event.job_id, error=repr(event.exception), trace=event.traceback)
    failed()


def run(app: Flask, *, most_failures: int = 20) -> int:
    """Run until SIGTERM or SIGINT; gives 0 then.

    A failing job is tried again at its next turn, since the database may be back by then; after `most_failures`
    in one life of the process it ends with 1, so that a supervisor starts it afresh and somebody notices.
    """
    ended, failures = Event(), [0]

    def failed() -> None:
        failures[0] += 1
        if failures[0] >= most_failures:
            ended.set()

    # A chore that takes longer than a tick is no news; what fails is told by `failed`.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    with app.app_context():
        # Whoever is paused with a lock in hand, of the lease or of any row, must not keep those who take over waiting.
        end_when_silent(SILENCE_SECONDS)
    candidate = _candidate(app)
    scheduler = build(app, failed, ended, candidate)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    scheduler.start()
    log.info("scheduler_started", jobs=len(scheduler.get_jobs()))
    while not ended.wait(timeout=1):
        pass
    scheduler.shutdown(wait=True)
    with app.app_context(), suppress(DatabaseAway):
        candidate.step_down()
    log.info("scheduler_ended", failures=failures[0])
    return 1 if failures[0] >= most_failures else 0


def main() -> None:
    """Build the application from the environment and run its clock."""
    from app import create_app  # the package never imports the settings; only its start does

    raise SystemExit(run(create_app()))


if __name__ == "__main__":
    main()
