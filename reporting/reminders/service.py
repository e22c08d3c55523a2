"""Writing reminders to those who still owe, and looking again before each one leaves."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from reporting.bureaus import queries as bureaus
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules import REPORTING_ROLES
from reporting.campaigns import queries as campaigns
from reporting.campaigns.models import Assignment, Task
from reporting.core.db import db
from reporting.outbox import service as outbox
from reporting.outbox.rules import Recipient, Verdict
from reporting.reminders import queries, rules
from reporting.reminders.models import ReminderMark
from reporting.tracking import queries as tracking
from reporting.tracking.queries import Owing
from reporting.workdays import queries as workdays
from reporting.workdays import rules as days


@dataclass(frozen=True, slots=True)
class _Duty:
    """One bureau's open duty with the step that it has reached."""

    task: Task
    owing: Owing
    step: rules.Step
    bureau: Bureau


def queue_due(*, now: datetime) -> int:
    """Queue one letter of each organiser to each person whose bureaus owe something and have reached a new step.

    Gives how many letters were queued. Running it again at the same moment queues none: each person is marked
    once for each assignment, revision of its due, and step.
    """
    duties = [duty for task in campaigns.open_tasks() for duty in _duties(task, now=now)]
    if not duties:
        return 0
    written = queries.marked([duty.owing.assignment_id for duty in duties])
    posts = bureaus.contacts({duty.owing.bureau_id for duty in duties}, REPORTING_ROLES)
    by_bureau: dict[int, list[_Duty]] = {}
    for duty in duties:
        by_bureau.setdefault(duty.owing.bureau_id, []).append(duty)
    people: dict[tuple[int, int], tuple[bureaus.Contact, list[_Duty]]] = {}
    for post in posts:
        for duty in by_bureau[post.bureau_id]:
            # One organiser's letter tells nothing of another's campaign, since its coordinators may read it.
            _, mine = people.setdefault((post.user_id, duty.task.campaign.organiser_id), (post, []))
            if _key(duty, post.user_id) not in written and duty not in mine:
                mine.append(duty)
    calendar = _calendar((duty.owing.due_at for duty in duties), now=now)
    return sum(_write(contact, mine, calendar, now=now) for contact, mine in people.values() if mine)


def _calendar(dues: Iterable[datetime], *, now: datetime) -> days.Calendar:
    """The working days from now to the last of these dues, with a year on either side for zones and the turn of the year."""
    last = max((due.year for due in dues if due.year <= now.year + days.MOST_YEARS_AHEAD), default=now.year)
    return workdays.calendar(now.year - 1, max(last, now.year) + 1)


def _key(duty: _Duty, user_id: int) -> queries.Key:
    return duty.owing.assignment_id, duty.owing.due_rev, duty.step.code, user_id


def _duties(task: Task, *, now: datetime) -> list[_Duty]:
    """The bureaus that owe this task something and whose plan has reached a step; nobody is left in a closed one."""
    found = tracking.owing(task, now=now)
    known = bureaus.by_ids({owing.bureau_id for owing in found})
    changed = campaigns.last_due_changes(task.id)
    opened = max(task.opened_at or task.opens_at, task.opens_at)
    duties = []
    today = now.astimezone(ZoneInfo(task.campaign.zone)).date()
    for owing in found:
        closed_on = known[owing.bureau_id].closed_on
        if closed_on is not None and closed_on <= today:
            continue
        since = changed.get(owing.assignment_id, opened)
        step = rules.reached(
            due_at=owing.due_at,
            cutoff_at=owing.cutoff_at,
            since=since,
            zone=task.campaign.zone,
            now=now,
            lapsed_at=owing.media_until if owing.lapsed else None,
        )
        if step is not None:
            duties.append(_Duty(task, owing, step, known[owing.bureau_id]))
    return duties


def _write(contact: bureaus.Contact, duties: Sequence[_Duty], calendar: days.Calendar, *, now: datetime) -> int:
    """Queue one letter for all of a person's duties, and mark each of them."""
    ordered = sorted(duties, key=lambda duty: (duty.owing.due_at, duty.bureau.position, duty.owing.assignment_id))
    marks = sorted(_key(duty, contact.user_id) for duty in ordered)
    name = hashlib.sha256(repr(marks).encode()).hexdigest()[:32]
    key = f"reminder:{contact.user_id}:{name}"
    rows = [
        {"assignment_id": a, "due_rev": rev, "step": step, "user_id": user_id, "letter_key": key, "marked_at": now}
        for a, rev, step, user_id in marks
    ]
    db.session.execute(insert(ReminderMark), rows)
    to = Recipient(contact.email, contact.name, contact.language, contact.user_id)
    facts, organiser_id = _facts(contact, ordered, calendar, now=now), ordered[0].task.campaign.organiser_id
    return int(outbox.put("reminder", key, to=to, facts=facts, now=now, organiser_id=organiser_id))


def _facts(
    contact: bureaus.Contact, duties: Sequence[_Duty], calendar: days.Calendar, *, now: datetime
) -> dict[str, Any]:
    first = duties[0]
    assignment = db.session.get_one(Assignment, first.owing.assignment_id)
    place = f"assignment:{assignment.id}" if len(duties) == 1 else "home:0"
    step = max((duty.step.wording for duty in duties), key=rules.URGENCY.index)
    return {
        **campaigns.letter_frame(assignment, contact, link=place),
        "step": step,
        "duties": [_told(duty, calendar, english=contact.language == "en", now=now) for duty in duties],
    }


def _told(duty: _Duty, calendar: days.Calendar, *, english: bool, now: datetime) -> dict[str, Any]:
    return {
        "assignment_id": duty.owing.assignment_id,
        "due_rev": duty.owing.due_rev,
        "bureau": (english and duty.bureau.name_en) or duty.bureau.short_zh,
        "task": (english and duty.task.title_en) or duty.task.title,
        "due_at": duty.owing.due_at.isoformat(),
        "cutoff_at": duty.owing.cutoff_at.isoformat(),
        **_left(duty.owing.due_at, calendar, zone=duty.task.campaign.zone, now=now),
        **_stands(duty.owing),
    }


def _left(due_at: datetime, calendar: days.Calendar, *, zone: str, now: datetime) -> dict[str, Any]:
    """What a letter says of the days until a due: calendar days, and working days where there are any to count."""
    left = rules.days_left(due_at, zone=zone, now=now)
    today = now.astimezone(ZoneInfo(zone)).date()
    working = days.left(calendar, today=today, last_day=rules.last_day(due_at, zone))
    return {
        "days_left": max(0, left),
        "late_days": max(0, -left),
        "workdays_left": working.days if working else None,
        "workdays_estimated": bool(working and working.estimated),
    }


def _stands(owing: Owing) -> dict[str, Any]:
    """What a letter says of each slot."""
    return {
        "media_until": owing.media_until.isoformat() if owing.media_until else None,
        "owed": list(owing.owed),
        "in": list(owing.arrived),
        "on_the_way": list(owing.on_the_way),
        "lapsed": list(owing.lapsed),
    }


def recheck(facts: Mapping[str, Any], *, now: datetime) -> Verdict:
    """Look again just before a reminder leaves: what was handed in meanwhile, or has another due by now, drops out.

    With no duty left the letter is held back, and the reason says why.
    """
    wanted = {duty["assignment_id"]: duty for duty in facts["duties"]}
    present = _present(wanted, now=now)
    calendar = _calendar((owing.due_at for _task, owing in present.values()), now=now)
    kept = []
    superseded = False
    for assignment_id, duty in wanted.items():
        task, owing = present.get(assignment_id, (None, None))
        if task is None or owing is None:
            continue
        if owing.due_rev != duty["due_rev"]:
            superseded = True
            continue
        left = _left(owing.due_at, calendar, zone=task.campaign.zone, now=now)
        kept.append({**duty, **_stands(owing), **left})
    if not kept:
        return Verdict(reason="superseded" if superseded else "no_longer_owed")
    return Verdict(facts={**facts, "duties": kept})


def _present(assignment_ids: Iterable[int], *, now: datetime) -> dict[int, tuple[Task, Owing]]:
    """Those of these assignments which still owe something in an open task, at this moment."""
    found: dict[int, tuple[Task, Owing]] = {}
    for task, ids in campaigns.open_tasks_of(list(assignment_ids)):
        for owing in tracking.owing(task, now=now, only=ids):
            found[owing.assignment_id] = (task, owing)
    return found
