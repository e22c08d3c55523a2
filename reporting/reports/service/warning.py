"""Telling the organiser that a file which was handed in turned out to be infected."""

from datetime import datetime

from sqlalchemy import select

from reporting.bureaus import queries as bureaus
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules import Role
from reporting.campaigns import queries as campaigns
from reporting.campaigns.models import Assignment
from reporting.core.db import db
from reporting.outbox import service as outbox
from reporting.outbox.rules import Recipient
from reporting.reports.models import Attachment, Report


def warn_infected(file_id: int, found: str, *, now: datetime) -> int:
    """Queue a letter to the organiser's coordinators for each report that holds the file; gives how many are new.

    `found` is what the scanner calls it. The same file in the same report is told to a person once.
    """
    rows = db.session.execute(
        select(Assignment, Attachment.name)
        .join(Report, Report.assignment_id == Assignment.id)
        .join(Attachment, Attachment.report_id == Report.id)
        .where(Attachment.file_id == file_id)
        .order_by(Attachment.id)
    )
    return sum(_warn(assignment, name, file_id, found, now=now) for assignment, name in rows.all())


def _warn(assignment: Assignment, name: str, file_id: int, found: str, *, now: datetime) -> int:
    task = assignment.task
    organiser_id, bureau = task.campaign.organiser_id, db.session.get_one(Bureau, assignment.bureau_id)
    queued = 0
    for contact in bureaus.contacts([organiser_id], [Role.COORDINATOR]):
        english = contact.language == "en"
        facts = {
            **campaigns.letter_frame(assignment, contact, link=f"board:{task.id}"),
            "bureau": (english and bureau.name_en) or bureau.short_zh,
            "task": (english and task.title_en) or task.title,
            "name": name,
            "found": found,
        }
        to = Recipient(contact.email, contact.name, contact.language, contact.user_id)
        key = f"infected:{file_id}.{assignment.id}:{contact.user_id}"
        queued += outbox.put("infected", key, to=to, facts=facts, now=now, organiser_id=organiser_id)
    return queued
