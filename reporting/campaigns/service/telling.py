"""Letters to a bureau about what it owes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reporting.bureaus import queries as bureaus
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules import REPORTING_ROLES
from reporting.campaigns import queries
from reporting.campaigns.models import Assignment
from reporting.core.db import db
from reporting.outbox import service as outbox
from reporting.outbox.rules import Recipient


def tell_bureau(
    assignment: Assignment,
    kind: str,
    cause: str,
    *,
    facts: Mapping[str, Any],
    link: str,
    now: datetime,
    people: Sequence[bureaus.Contact] | None = None,
) -> int:
    """Queue a letter to each of the bureau's reporting people, in their language; gives how many are new.

    `cause` names what the letter is about, as in its key: the same cause never writes to a person twice. `people` are
    the bureau's reporting people where the caller has read them for many bureaus at once.
    """
    bureau, task = db.session.get_one(Bureau, assignment.bureau_id), assignment.task
    queued = 0
    for contact in bureaus.each_once(bureaus.contacts([bureau.id], REPORTING_ROLES) if people is None else people):
        english = contact.language == "en"
        told = {
            **queries.letter_frame(assignment, contact, link=link),
            "bureau": (english and bureau.name_en) or bureau.short_zh,
            "task": (english and task.title_en) or task.title,
            **facts,
        }
        to = Recipient(contact.email, contact.name, contact.language, contact.user_id)
        key = f"{kind}:{cause}:{contact.user_id}"
        queued += outbox.put(kind, key, to=to, facts=told, now=now, organiser_id=task.campaign.organiser_id)
    return queued
