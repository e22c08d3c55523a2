"""Correcting the calendar of working days, importing days, and confirming a year."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from reporting.audit import service as audit
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import Reason, Refused
from reporting.workdays import queries, rules
from reporting.workdays.models import WorkdayException, WorkdayYear
from reporting.workdays.rules import Correction, DayRow, Plan


def set_day(day: date, correction: Correction, *, actor: Actor, now: datetime) -> None:
    """Say that a day is worked, or is not, whatever the published calendar says.

    Saying the same again changes nothing. Raises Refused with every reason.
    """
    problems = rules.day_problems(day, correction)
    if problems:
        raise Refused(*(Reason(code, facts) for code, facts in problems))
    before = _write(day, correction, actor=actor, now=now)
    if before != correction:
        facts = {
            "day": day.isoformat(),
            "works": correction.works,
            "name": correction.name,
            "source": correction.source,
        }
        audit.record("workday.set", "workday", _number(day), actor=actor, now=now, **facts)


def clear_day(day: date, *, actor: Actor, now: datetime) -> None:
    """Take a correction back: the published calendar counts again. Without a correction nothing changes."""
    found = _find(day)
    if found is not None:
        db.session.delete(found)
        db.session.flush()
        facts = {"day": day.isoformat(), "works": found.works, "name": found.name, "source": found.source}
        audit.record("workday.cleared", "workday", _number(day), actor=actor, now=now, **facts)


def examine_days(rows: Sequence[DayRow], *, source: str = "") -> Plan:
    """What importing these rows would do; changes nothing. Raises Refused when they are too many or none."""
    if not rows:
        raise Refused(Reason.of("no_rows"))
    if len(rows) > rules.MOST_ROWS:
        raise Refused(Reason.of("sheet_too_large", most=rules.MOST_ROWS))
    days = rules.plan_days(rows, known={}).days
    return rules.plan_days(rows, known=queries.corrections(set(days)), source=source)


def import_days(rows: Sequence[DayRow], *, source: str, actor: Actor, now: datetime) -> tuple[int, int]:
    """Correct every day of a list, or none; gives the counts added and changed.

    Days that the list does not name stay as they are. Importing the same again changes nothing. Raises Refused with one
    reason for each wrong line.
    """
    if len(source) > rules.LIMITS["source"]:
        raise Refused(Reason.of("workday_source_too_long", limit=rules.LIMITS["source"]))
    plan = examine_days(rows, source=source)
    if plan.problems:
        raise Refused(*(Reason(problem.code, problem.facts) for problem in plan.problems))
    for line in plan.lines:
        if line.outcome != rules.Outcome.UNCHANGED and line.day and line.correction:
            _write(line.day, line.correction, actor=actor, now=now)
    added, changed = plan.count(rules.Outcome.ADDED), plan.count(rules.Outcome.CHANGED)
    if plan.does_something:
        told = {"added": added, "changed": changed, "first": min(plan.days).isoformat(), "source": source}
        audit.record("workdays.imported", "workdays", 0, actor=actor, now=now, **told)
    return added, changed


def confirm_year(year: int, *, document_number: str, actor: Actor, now: datetime) -> None:
    """Say that a year's calendar is the published one, and by which document; the year is no estimate any more.

    Saying the same again changes nothing. Raises Refused without a document number.
    """
    if not document_number:
        raise Refused(Reason.of("workday_document_missing"))
    if len(document_number) > rules.LIMITS["source"]:
        raise Refused(Reason.of("workday_source_too_long", limit=rules.LIMITS["source"]))
    if not rules.EARLIEST <= year <= rules.LATEST:
        raise Refused(Reason.of("workday_unlikely", earliest=rules.EARLIEST, latest=rules.LATEST))
    if _say(year, confirmed=True, document_number=document_number, actor=actor, now=now):
        audit.record("workday_year.confirmed", "workday_year", year, actor=actor, now=now, document=document_number)


def withdraw_year(year: int, *, actor: Actor, now: datetime) -> None:
    """Take back that a year was confirmed; a year that was not stays as it is."""
    found = db.session.scalar(select(WorkdayYear).where(WorkdayYear.year == year))
    if found is not None and found.confirmed:
        _say(year, confirmed=False, document_number=found.document_number, actor=actor, now=now)
        audit.record("workday_year.withdrawn", "workday_year", year, actor=actor, now=now)


def _number(day: date) -> int:
    """A day as the record names it: 20141011."""
    return int(f"{day:%Y%m%d}")


def _find(day: date) -> WorkdayException | None:
    return db.session.scalar(select(WorkdayException).where(WorkdayException.day == day))


def _write(day: date, correction: Correction, *, actor: Actor, now: datetime) -> Correction | None:
    """Write a correction down; gives what stood there before."""
    found = _find(day)
    before = None if found is None else Correction(found.works, found.name, found.source)
    if before == correction:
        return before
    if found is None:
        found = WorkdayException(day=day)
        db.session.add(found)
    found.works, found.name, found.source = correction.works, correction.name, correction.source
    found.changed_by, found.changed_at = actor.name, now
    db.session.flush()
    return before


def _say(year: int, *, confirmed: bool, document_number: str, actor: Actor, now: datetime) -> bool:
    """Write down how a year stands; gives whether that is new."""
    found = db.session.scalar(select(WorkdayYear).where(WorkdayYear.year == year))
    if found is not None and (found.confirmed, found.document_number) == (confirmed, document_number):
        return False
    if found is None:
        found = WorkdayYear(year=year)
        db.session.add(found)
    found.confirmed, found.document_number = confirmed, document_number
    found.changed_by, found.changed_at = actor.name, now
    db.session.flush()
    return True
