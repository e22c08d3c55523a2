"""Who serves where: roles begin and end, passwords are reset, accounts are switched off and on."""

from datetime import datetime

from sqlalchemy import select

from reporting.accounts import service as accounts
from reporting.accounts.models import User
from reporting.audit import service as audit
from reporting.bureaus import rules
from reporting.bureaus.models import Bureau, Membership
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import NotFound, Reason, Refused


def appoint(user: User, bureau: Bureau, role: str, *, actor: Actor, now: datetime) -> Membership:
    """Give a person a role at a bureau; appointing twice is the same as once."""
    if role not in set(rules.Role):
        raise NotFound
    held = db.session.scalar(
        select(Membership).where(
            Membership.user_id == user.id, Membership.bureau_id == bureau.id, Membership.role == role
        )
    )
    if held is None:
        held = Membership(user_id=user.id, bureau_id=bureau.id, role=role, since_at=now)
        db.session.add(held)
    elif held.ended_at is None:
        return held
    else:
        held.since_at, held.ended_at = now, None
    db.session.flush()
    audit.record("membership.begun", "bureau", bureau.id, actor=actor, now=now, user_id=user.id, role=role)
    return held


def dismiss(membership_id: int, *, actor: Actor, now: datetime) -> None:
    """End a membership; raises NotFound when there is none with this id.

    Raises Refused for one's own administration, since nobody might be left to give it back.
    """
    held = db.session.get(Membership, membership_id)
    if held is None:
        raise NotFound
    if held.user_id == actor.user_id and held.role == rules.Role.ADMINISTRATOR:
        raise Refused(Reason.of("own_account"))
    if held.ended_at is None:
        held.ended_at = now
        audit.record(
            "membership.ended", "bureau", held.bureau_id, actor=actor, now=now, user_id=held.user_id, role=held.role
        )


def reset_password(user: User, first: accounts.FirstPassword, *, actor: Actor, now: datetime) -> None:
    """Give a person a new first password; raises Refused for one's own account, which has a page for that."""
    if user.id == actor.user_id:
        raise Refused(Reason.of("own_account"))
    accounts.reset_password(user, password=first, actor=actor, now=now)


def set_active(user: User, *, active: bool, actor: Actor, now: datetime) -> None:
    """Switch an account off or on; raises Refused for one's own."""
    if user.id == actor.user_id:
        raise Refused(Reason.of("own_account"))
    accounts.set_active(user, active=active, actor=actor, now=now)
