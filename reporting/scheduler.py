"""Door: the timetable, and APScheduler's only appearance. Run it with `python -m reporting.scheduler`.

APScheduler is only a clock here: memory store, interval jobs. What is due lives in our own tables, so a run that was
missed loses nothing, and a run too many finds nothing to do.
"""

import logging
import signal
from collections.abc import Callable
from datetime import UTC
from threading import Event
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from reporting import jobs
from reporting.core import clock
from reporting.core.kit import Kit

log = structlog.get_logger()
TIDY_SECONDS = 3600
UPLOADS_SECONDS = 60


def timetable(kit: Kit, ended: Event) -> list[tuple[str, int, Callable[[], Any]]]:
    """Every job with its name and the seconds between two runs. A new chore is one line here.

    A job that may take long looks at `ended`, which is set when the process is to end.
    """
    tick = kit.settings.tick_seconds
    return [
        ("sweep", tick, jobs.sweep),
        ("remind", tick, jobs.remind),
        ("digest", tick, jobs.digest),
        ("deliver", tick, lambda: jobs.deliver(kit)),
        ("uploads", UPLOADS_SECONDS, lambda: jobs.uploads(kit)),
        ("scan", tick, lambda: jobs.scan(kit)),
        ("prepare-media", tick, lambda: jobs.prepare_media(kit, ended=ended)),
        ("tidy", TIDY_SECONDS, lambda: jobs.tidy(kit)),
    ]


def build(app: Flask, failed: Callable[[], None], ended: Event | None = None) -> BackgroundScheduler:
    """A scheduler that is not started yet; `failed` is called when a job raised, `ended` tells the jobs to end."""
    scheduler = BackgroundScheduler(timezone=UTC)
    kit: Kit = app.extensions["kit"]

    def inside(work: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                work()

        return run

    for name, seconds, work in timetable(kit, ended or Event()):
        scheduler.add_job(
            inside(work),
            "interval",
            id=name,
            name=name,
            seconds=seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=clock.system_clock(),
        )
    scheduler.add_listener(lambda event: _report(event, failed), EVENT_JOB_ERROR)
    return scheduler


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
    scheduler = build(app, failed, ended)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    scheduler.start()
    log.info("scheduler_started", jobs=len(scheduler.get_jobs()))
    while not ended.wait(timeout=1):
        pass
    scheduler.shutdown(wait=True)
    log.info("scheduler_ended", failures=failures[0])
    return 1 if failures[0] >= most_failures else 0


def main() -> None:
    """Build the application from the environment and run its clock."""
    from app import create_app  # the package never imports the settings; only its start does

    raise SystemExit(run(create_app()))


if __name__ == "__main__":
    main()
