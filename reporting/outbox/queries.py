"""Reading the letters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import load_only

from reporting.core.db import db
from reporting.outbox.models import Message
from reporting.outbox.rules import WAITING, State

_IN_LISTS = [
    getattr(Message, name)
    for name in (
        "kind", "user_id", "to_address", "to_name", "language", "state", "reason", "reply", "attempts", "doubts",
        "created_at", "next_try_at", "sent_at", "subject",
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """Some letters of a list, and how many the whole list has."""

    rows: Sequence[Message]
    total: int


def counts_by_state(
    *, since: datetime | None = None, organiser_ids: Collection[int] | None = None
) -> Mapping[str, int]:
    """How many letters are in each state, zero told too.

    `since` counts those put at or after a moment, `organiser_ids` those written in the name of these bureaus.
    """
    wanted = select(Message.state, func.count()).group_by(Message.state).order_by(Message.state)
    if since is not None:
        wanted = wanted.where(Message.created_at >= since)
    if organiser_ids is not None:
        wanted = wanted.where(Message.organiser_id.in_(organiser_ids))
    found = dict(db.session.execute(wanted).all())
    return {str(state): found.get(state, 0) for state in State}


def overdue_leases(host_now: datetime, *, limit: int = 200) -> Sequence[int]:
    """Letters that a sender took and neither ended nor gave back in its time; `host_now` is the host's time."""
    wanted = select(Message.id).where(Message.lease_until < host_now).order_by(Message.id)
    return db.session.scalars(wanted.limit(limit)).all()


def page(
    *,
    state: str | None = None,
    kind: str | None = None,
    address: str | None = None,
    organiser_ids: Collection[int] | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    """A page of the letters that fit, newest first, without their texts."""
    conditions: list[ColumnElement[bool]] = []
    if state is not None:
        conditions.append(Message.state == state)
    if kind is not None:
        conditions.append(Message.kind == kind)
    if address is not None:
        conditions.append(Message.to_address == address)
    if organiser_ids is not None:
        conditions.append(Message.organiser_id.in_(organiser_ids))
    total = db.session.scalar(select(func.count()).select_from(Message).where(*conditions)) or 0
    rows = (
        select(Message)
        .options(load_only(*_IN_LISTS))
        .where(*conditions)
        .order_by(Message.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return Page(db.session.scalars(rows).all(), total)


def find(letter_id: int, *, organiser_ids: Collection[int]) -> Message | None:
    """A letter with its texts, written in the name of one of these bureaus, or None."""
    return db.session.scalar(select(Message).where(Message.id == letter_id, Message.organiser_id.in_(organiser_ids)))


def of_causes(causes: Collection[str], *, limit: int = 50) -> Sequence[Message]:
    """The latest letters whose key begins with one of these, newest first, without their texts."""
    if not causes:
        return []
    alike = or_(*(Message.key.startswith(cause, autoescape=True) for cause in sorted(causes)))
    wanted = select(Message).options(load_only(*_IN_LISTS)).where(alike).order_by(Message.id.desc())
    return db.session.scalars(wanted.limit(limit)).all()


def by_id(letter_id: int) -> Message | None:
    """One letter with its texts, or None."""
    return db.session.get(Message, letter_id)


def by_key(key: str) -> Message | None:
    """The letter of a cause, or None."""
    return db.session.scalars(select(Message).where(Message.key == key)).one_or_none()


def of_address(address: str, *, limit: int = 50) -> Sequence[Message]:
    """The latest letters to one address, newest first, without their texts."""
    return page(address=address, limit=limit).rows


def oldest_due(now: datetime) -> datetime | None:
    """Since when the longest-waiting letter could have left; None when none is due. Grows while sending is stuck."""
    wanted = select(func.min(Message.next_try_at)).where(Message.next_try_at <= now, Message.state.in_(WAITING))
    return db.session.scalar(wanted)
