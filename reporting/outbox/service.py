"""Letters are put here in the transaction of their cause, and taken through their states while they leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Update, bindparam, case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reporting.audit import service as audit
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.envelopes import mailable
from reporting.core.errors import NotFound, Reason, Refused
from reporting.core.letters import Letter
from reporting.outbox import rules
from reporting.outbox.models import Message
from reporting.outbox.rules import Ending, Recipient, State


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that one sender holds for a while, with what it needs to write and address it."""

    id: int
    kind: str
    key: str
    user_id: int | None
    to_address: str
    to_name: str
    language: str
    facts: Mapping[str, Any]
    created_at: datetime
    attempts: int
    doubts: int
    first_try_at: datetime
    message_id: str | None


_FREE = {"lease_owner": None, "lease_until": None}
_CLAIMED = [getattr(Message, name) for name in Claim.__dataclass_fields__]


def put(
    kind: str, key: str, *, to: Recipient, facts: Mapping[str, Any], now: datetime, organiser_id: int | None = None
) -> bool:
    """Queue a letter, once per key; gives False when the key is there already.

    `facts` are self-contained JSON values, moments in ISO form with their zone. `organiser_id` is the bureau in whose
    name it is written: only its coordinators will see it in their list.
    """
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    wanted = insert(Message).values(
        kind=kind,
        key=key,
        user_id=to.user_id,
        organiser_id=organiser_id,
        to_address=to.address,
        to_name=to.name,
        language=to.language,
        facts=dict(facts),
        created_at=now,
        state=State.PENDING,
        next_try_at=now,
        attempts=0,
        doubts=0,
    )
    return db.session.scalar(wanted.on_conflict_do_nothing(index_elements=["key"]).returning(Message.id)) is not None


def claim_batch(*, owner: str, now: datetime, lease_until: datetime, limit: int) -> Sequence[Claim]:
    """Take up to `limit` letters that are due, oldest first, and hold them until the lease ends.

    `now` is the product's time; `lease_until` is the host's, because a lease is about processes and must not
    end when a demonstration moves its clock.
    """
    due = (
        select(Message.id)
        .where(Message.next_try_at <= now, Message.state.in_(rules.WAITING))
        .order_by(Message.next_try_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    order = {id_: place for place, id_ in enumerate(db.session.scalars(due))}
    if not order:
        return []
    taken = (
        update(Message)
        .where(Message.id.in_(order), Message.state.in_(rules.WAITING))
        .values(
            state=State.SENDING,
            lease_owner=owner,
            lease_until=lease_until,
            attempts=Message.attempts + 1,
            first_try_at=case((Message.first_try_at.is_(None), now), else_=Message.first_try_at),
        )
        .returning(*_CLAIMED)
        .execution_options(synchronize_session=False)
    )
    return sorted((Claim(*row) for row in db.session.execute(taken)), key=lambda claim: order[claim.id])


def mark_data_started(
    claim: Claim,
    letter: Letter,
    *,
    owner: str,
    message_id: str,
    lease_until: datetime,
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """Note, with all that will be sent, that the text is about to leave; False when the lease was lost.

    From here on a crash leaves doubt, and a letter without this mark must not be handed over. `facts` are those
    of the second look, when it gave others.
    """
    return _move(
        claim.id,
        owner,
        (State.SENDING,),
        state=State.DATA_STARTED,
        lease_until=lease_until,
        message_id=message_id,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        **({} if facts is None else {"facts": dict(facts)}),
    )


def mark_sent(claim: Claim, *, owner: str, reply: str, now: datetime) -> bool:
    """Note that the server has taken the letter, in its own words.

    True also for a letter that was thought to be in doubt while the server was slow to answer.
    """
    states = (State.DATA_STARTED, State.UNKNOWN)
    return _move(
        claim.id, owner, states, state=State.SENT, sent_at=now, reply=reply, reason=None, next_try_at=None, **_FREE
    )


def mark_ended(claim: Claim, ending: Ending, *, owner: str, reply: str, now: datetime) -> rules.Next:
    """Note an attempt that did not end with the server's yes; gives what becomes of the letter."""
    doubts = claim.doubts + (ending is Ending.DOUBTFUL)
    following = rules.after(ending, attempts=claim.attempts, doubts=doubts, first_try_at=claim.first_try_at, now=now)
    _move(
        claim.id,
        owner,
        rules.UNDERWAY,
        state=following.state,
        next_try_at=following.at,
        reason=ending,
        reply=reply,
        doubts=doubts,
        **_FREE,
    )
    return following


def suppress(claim: Claim, *, owner: str, reason: str) -> bool:
    """Hold a letter back for good because its cause has gone; `reason` is a code."""
    values = {"state": State.SUPPRESSED, "reason": reason, "next_try_at": None}
    return _move(claim.id, owner, (State.SENDING,), **values, **_FREE)


def give_back(*, owner: str, reason: Ending, reply: str | None, now: datetime) -> int:
    """Return the letters of a sender that it did not come to, to be tried after a short break; gives their number."""
    return _count(
        update(Message)
        .where(Message.lease_owner == owner, Message.state == State.SENDING)
        .values(
            state=_waiting_again(Message.doubts > 0),
            attempts=Message.attempts - 1,
            next_try_at=now + rules.BREAK,
            reason=reason,
            reply=reply,
            lease_owner=None,
            lease_until=None,
        )
    )


def release_stale(*, now: datetime, host_now: datetime) -> int:
    """Free the letters whose sender died; gives their number.

    One that was not begun is simply due again. One whose text had begun to leave is in doubt: it is repeated
    once under the same Message-ID, and keeps its mark. The lease's owner stays written on it, so that a sender
    who was only slow can still say that it went.
    """
    stale = Message.lease_until < host_now
    unbegun = (
        update(Message)
        .where(Message.state == State.SENDING, stale)
        .values(state=_waiting_again(Message.doubts > 0), next_try_at=now, lease_owner=None, lease_until=None)
    )
    begun = (
        update(Message)
        .where(Message.state == State.DATA_STARTED, stale)
        .values(
            state=State.UNKNOWN,
            reason=Ending.DOUBTFUL,
            doubts=Message.doubts + 1,
            next_try_at=case((Message.doubts + 1 < rules.MOST_DOUBTS, now), else_=None),
            lease_until=None,
        )
    )
    return _count(unbegun) + _count(begun)


def resend(letter_id: int, *, actor: Actor, now: datetime) -> int:
    """Send a letter because a person says so; gives the id of the letter that will go.

    One that was sent stays as it is, and a copy goes, once however often this is asked. Raises NotFound,
    and Refused when the letter is under way.
    """
    message = _locked(letter_id)
    if not rules.may_resend(message.state):
        raise Refused(Reason.of("letter_under_way", state=message.state))
    audit.record("letter_resent", "letter", message.id, actor=actor, now=now, state=message.state)
    if message.state == State.SENT:
        return _copy(message, now=now)
    _start_afresh(message, now=now)
    db.session.flush()
    return message.id


def correct_address(letter_id: int, address: str, *, actor: Actor, now: datetime) -> None:
    """Send a letter that has not arrived to another address.

    Raises NotFound, and Refused for what is no address and for a letter that may have arrived.
    """
    message = _locked(letter_id)
    address = address.strip()
    if not mailable(address):
        raise Refused(Reason.of("address_unusable", address=address))
    if not rules.may_correct(message.state):
        raise Refused(Reason.of("letter_under_way", state=message.state))
    audit.record(
        "letter_redirected", "letter", message.id, actor=actor, now=now, was=message.to_address, address=address
    )
    message.to_address = address
    _start_afresh(message, now=now)
    db.session.flush()


def _move(letter_id: int, owner: str, states: tuple[State, ...], **values: Any) -> bool:
    """Change a letter only while the sender still holds it: the last line against two senders."""
    told = {"letter_id": letter_id, "owner": owner, **{f"new_{name}": value for name, value in values.items()}}
    result = db.session.connection().execute(_move_statement(states, tuple(values)), told)
    return result.rowcount == 1


@cache
def _move_statement(states: tuple[State, ...], names: tuple[str, ...]) -> Update:
    """The statement for `_move`, built once: with 3,200 letters, building it each time took longer than running it."""
    columns = Message.__table__.c
    held = (columns.id == bindparam("letter_id"), columns.lease_owner == bindparam("owner"))
    in_state = or_(*(columns.state == str(state) for state in states))
    return update(Message.__table__).where(*held, in_state).values({name: bindparam(f"new_{name}") for name in names})  # type: ignore[arg-type]


def _count(statement: Update) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)  # noqa: S101 - for the type checker: an UPDATE has a row count
    return result.rowcount


def _waiting_again(in_doubt: ColumnElement[bool]) -> ColumnElement[str]:
    return case((in_doubt, State.UNKNOWN), else_=State.RETRY)


def _locked(letter_id: int) -> Message:
    message = db.session.get(Message, letter_id, with_for_update=True)
    if message is None:
        raise NotFound
    return message


def _start_afresh(message: Message, *, now: datetime) -> None:
    message.state = State.PENDING
    message.reason = None
    message.attempts = 0
    message.first_try_at = None
    message.next_try_at = now


def _copy(message: Message, *, now: datetime) -> int:
    to = Recipient(message.to_address, message.to_name, message.language, message.user_id)
    key = f"{message.key[:180]}#{message.id}"
    put(message.kind, key, to=to, facts=message.facts, now=now, organiser_id=message.organiser_id)
    return db.session.scalars(select(Message.id).where(Message.key == key)).one()
