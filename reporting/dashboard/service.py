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
from reporting.outbox import queries as letters
from reporting.outbox import service as outbox
from reporting.outbox.rules import Recipient
from reporting.reminders import rules as plan
from reporting.tracking import queries as tracking

MOST_NAMES = 20


def queue_digests(*, now: datetime) -> int:
    """Queue today's digest of each open task to its coordinators; once a day each. Gives how many were queued."""
    return sum(_queue(task, now=now) for task in campaigns.open_tasks())


def _queue(task: Task, *, now: datetime) -> int:
    day = plan.digest_day(due_at=task.due_at, cutoff_at=task.cutoff_at, zone=task.campaign.zone, now=now)
    if day is None:
        return 0
    queued = 0
    for contact in bureaus.contacts([task.campaign.organiser_id], [Role.COORDINATOR]):
        key = f"digest:{task.id}:{day.isoformat()}:{contact.user_id}"
        if letters.by_key(key) is not None:
            continue
        to = Recipient(contact.email, contact.name, contact.language, contact.user_id)
        queued += outbox.put("digest", key, to=to, facts=_facts(task, contact, now=now), now=now)
    return queued


def _facts(task: Task, contact: bureaus.Contact, *, now: datetime) -> dict[str, Any]:
    english, campaign = contact.language == "en", task.campaign
    organiser = db.session.get_one(Bureau, campaign.organiser_id)
    counts = queries.counts(queries.groups(task, now=now))
    owing = tracking.owing(task, now=now)
    named = bureaus.by_ids({one.bureau_id for one in owing})
    ordered = sorted(named.values(), key=lambda bureau: (bureau.position, bureau.code))
    shown = ("on_time", "late", "partial", "missing", "due_soon", "open")
    return {
        "person": contact.name,
        "organiser": {
            "name": (english and organiser.name_en) or organiser.name_zh,
            "contact": campaign.contact_name,
            "phone": campaign.contact_phone,
        },
        "campaign": {"title": (english and campaign.title_en) or campaign.title, "document_number": campaign.document_number},
        "reason_code": contact.role,
        "link": f"board:{task.id}",
        "zone": campaign.zone,
        "task": (english and task.title_en) or task.title,
        "due_at": task.due_at.isoformat(),
        "counts": {name: counts[name] for name in shown},
        "missing": [(english and bureau.name_en) or bureau.short_zh for bureau in ordered[:MOST_NAMES]],
        "missing_total": len(owing),
        "waiting_review": counts["submitted"],
        "failed_letters": letters.counts_by_state().get("failed", 0),
    }
