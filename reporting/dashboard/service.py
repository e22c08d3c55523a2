"""The organiser's daily digest."""

from datetime import datetime
from typing import Any

from reporting.bureaus import queries as bureaus
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules import Role
from reporting.campaigns import queries as campaigns
from reporting.campaigns.models import Task
from reporting.core.db import db
from reporting.dashboard import queries
from reporting.dashboard.rules import OWING, Filter
from reporting.deadlines.rules import Standing
from reporting.outbox import queries as letters
from reporting.outbox import service as outbox
from reporting.outbox.rules import Recipient
from reporting.reminders import rules as plan

MOST_NAMES = 20
COUNTED = ("on_time", "late", "manifest", "partial", "missing", "due_soon", "open")


def queue_digests(*, now: datetime) -> int:
    """Queue today's digest of each open task to its coordinators; once a day each. Gives how many were queued."""
    return sum(_queue(task, now=now) for task in campaigns.open_tasks())


def _queue(task: Task, *, now: datetime) -> int:
    until = campaigns.last_cutoff(task)
    day = plan.digest_day(due_at=task.due_at, cutoff_at=until, zone=task.campaign.zone, now=now)
    if day is None:
        return 0
    organiser_id = task.campaign.organiser_id
    contacts = {
        f"digest:{task.id}:{day.isoformat()}:{contact.user_id}": contact
        for contact in bureaus.contacts([organiser_id], [Role.COORDINATOR])
    }
    new = {key: contact for key, contact in contacts.items() if letters.by_key(key) is None}
    if not new:
        return 0
    found = queries.survey(task, now=now)
    queued = 0
    for key, contact in new.items():
        to = Recipient(contact.email, contact.name, contact.language, contact.user_id)
        facts = _facts(task, found, contact)
        queued += outbox.put("digest", key, to=to, facts=facts, now=now, organiser_id=organiser_id)
    return queued


def _facts(task: Task, found: queries.Survey, contact: bureaus.Contact) -> dict[str, Any]:
    english, campaign = contact.language == "en", task.campaign
    organiser = db.session.get_one(Bureau, campaign.organiser_id)
    counts = found.counts
    owing = queries.rows(task, found, queries.chosen(task, found, Filter(standing=OWING))[:MOST_NAMES])
    return {
        "person": contact.name,
        "organiser": {
            "name": (english and organiser.name_en) or organiser.name_zh,
            "contact": campaign.contact_name,
            "phone": campaign.contact_phone,
        },
        "campaign": {
            "title": (english and campaign.title_en) or campaign.title,
            "document_number": campaign.document_number,
        },
        "reason_code": contact.role,
        "link": f"board:{task.id}",
        "zone": campaign.zone,
        "task": (english and task.title_en) or task.title,
        "due_at": task.due_at.isoformat(),
        "counts": {name: counts[name] for name in COUNTED if task.media_window_hours or name != Standing.MANIFEST},
        "missing": [(english and row.name_en) or row.short_zh for row in owing],
        "missing_total": counts[OWING],
        "waiting_review": counts["submitted"],
        "failed_letters": letters.counts_by_state(organiser_ids=[campaign.organiser_id])["failed"],
    }
