"""The cast: a small opened campaign with named people, made by the same verbs as the pages.

Hebei owes, Shanghai owes, and Mr Ningbo serves both bureaus of Ningbo. The desk is at headquarters.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update

from reporting.accounts import queries as accounts
from reporting.accounts.models import User
from reporting.bureaus import queries as bureaus
from reporting.bureaus import service as bureau_service
from reporting.campaigns import queries as campaigns
from reporting.campaigns.models import Assignment, Task
from reporting.core.actor import SYSTEM, Actor
from reporting.core.db import db, unit_of_work
from reporting.deadlines.rules import media_until
from reporting.demo import notice, people, stages
from reporting.demo.roster import rows
from reporting.receipts import service as receipts
from reporting.reports import queries as reports
from reporting.reports import service as report_service

CODES = {"HQ", "Q-HE", "C-SH", "Q-NB", "C-NB"}


def beijing(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment of 2014 on Beijing's clocks, in UTC."""
    return datetime(2014, month, day, hour, minute, second, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@dataclass
class Cast:
    """The opened task, and how to reach who and what belongs to it."""

    task_id: int

    @property
    def task(self) -> Task:
        found = campaigns.task(self.task_id)
        assert found is not None
        return found

    def assignment(self, code: str) -> Assignment:
        bureau = bureaus.find_by_code(code)
        assert bureau is not None
        found = campaigns.assignment_of(self.task_id, bureau.id)
        assert found is not None
        return found

    def user(self, code: str, role: str = "") -> User:
        found = accounts.find_by_email(people.email(code, role))
        assert found is not None
        return found

    def actor(self, code: str, role: str = "") -> Actor:
        user = self.user(code, role)
        return Actor(user.id, user.name)

    def hand_in(
        self, code: str, at: datetime, *, text: str = "活动总结正文", declare: tuple[str, ...] = (), key: str = "k1"
    ) -> int:
        """A bureau hands in its summary, declares what it has none of, and holds a receipt; gives the round's id."""
        with unit_of_work():
            assignment, who = self.assignment(code), self.actor(people.SHARED.get(code, code))
            report = reports.find_report(assignment.id)
            version = report.text_version if report else 0
            report_service.save_text(
                assignment, title=f"{code} 活动总结", body=text, version=version, actor=who, now=at
            )
            for kind in declare:
                report_service.declare_none(assignment, kind, reason="没有拍摄", actor=who, now=at)
            submission, _new = report_service.submit(assignment, key=key, is_certifier=False, actor=who, now=at)
            receipts.issue(submission, assignment, now=at)
        return submission.id

    def hand_in_all(self, code: str, at: datetime, *, key: str = "k1") -> int:
        """The same with everything that is asked: photos and videos declared none."""
        return self.hand_in(code, at, declare=("photos", "videos"), key=key)


def make_cast(*, sign_off: bool = False, window_hours: int = 0) -> Cast:
    """Fill an empty database with the cast; the task opens on 29 September and is due on 15 October 24:00.

    Promised media may follow within `window_hours` after that.
    """
    begin = beijing(9, 29, 9)
    with unit_of_work():
        some = [row for row in rows() if row.code in CODES]
        bureau_service.import_roster(some, actor=SYSTEM, now=begin, today=begin.date())
        people.make_people(some, now=begin)
    cast = Cast(stages.open_campaign(now=begin))
    if sign_off:
        with unit_of_work():
            cast.task.sign_off = True
    if window_hours:
        with unit_of_work():
            until = media_until(cast.task.due_at, window_hours)
            cast.task.media_window_hours = window_hours
            db.session.execute(update(Assignment).values(media_until=until))
    db.session.rollback()
    return cast


__all__ = ["Cast", "beijing", "make_cast", "notice"]
