"""Writing the record."""

from datetime import datetime
from typing import Any

from reporting.audit.models import Entry
from reporting.core.actor import Actor
from reporting.core.db import db


def record(action: str, subject: str, subject_id: int, *, actor: Actor, now: datetime, **facts: Any) -> None:
    """Note that `actor` did `action` to the row `subject` `subject_id`; facts are JSON values."""
    entry = Entry(
        at=now,
        user_id=actor.user_id,
        actor_name=actor.name,
        action=action,
        subject=subject,
        subject_id=subject_id,
        facts=facts,
    )
    db.session.add(entry)
