"""How letters leave: claimed under a lease, looked at again, written, handed over, and their end noted.

The clock's `jobs.deliver` runs it; several may run at once.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

import structlog

from reporting.core import clock
from reporting.core.db import end_reading, unit_of_work
from reporting.core.envelopes import Envelope, Party, compose, mailable
from reporting.core.kit import Kit
from reporting.core.letters import Letter
from reporting.core.post import Connection, DoubtfulDelivery, PermanentFailure, ServerUnavailable, TemporaryFailure
from reporting.outbox import service as outbox
from reporting.outbox.rules import AS_IT_IS, Ending, State, Verdict, lease_length, message_token
from reporting.outbox.service import Claim

log = structlog.get_logger()

Recheck = Mapping[str, Callable[[Claim], Verdict]]
BATCH = 50


@dataclass
class Delivered:
    """What one run of the post did: how many letters ended in which state."""

    states: dict[str, int] = field(default_factory=dict)
    server_away: str | None = None

    def add(self, state: State) -> None:
        """Count one letter."""
        self.states[str(state)] = self.states.get(str(state), 0) + 1


class _LeaseLost(Exception):
    """Another sender has the letter now."""


def deliver_letters(kit: Kit, recheck: Recheck, limit: int = 1000) -> Delivered:
    """Send up to `limit` letters that are due over one connection; gives what became of them.

    `recheck` has for a kind of letter the second look at its cause, taken just before it leaves. Stops at once
    when the server is away; what was not tried goes back. Safe in several processes at a time.
    """
    with unit_of_work():
        outbox.release_stale(now=clock.now(), host_now=clock.system_clock())
    run = _Run(kit, recheck)
    connection: Connection | None = None
    with ExitStack() as stack:
        try:
            while run.taken < limit and (batch := run.claim(min(BATCH, limit - run.taken))):
                connection = connection or stack.enter_context(kit.post.connect())
                for claim in batch:
                    run.send(claim, connection)
        except ServerUnavailable as error:
            run.delivered.server_away = str(error)
            log.warning("mail_server_away", reply=str(error))
        finally:
            run.give_back()
    if run.delivered.states:
        log.info("letters_delivered", **run.delivered.states)
    return run.delivered


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A letter written and in its envelope; `facts` are there when the second look gave others."""

    letter: Letter
    envelope: Envelope
    facts: Mapping[str, Any] | None
    message_id: str


class _Run:
    """One run of the post: who it is, what it holds, and what became of the letters."""

    def __init__(self, kit: Kit, recheck: Recheck) -> None:
        self.kit = kit
        self.recheck = recheck
        self.owner = token_hex(16)
        self.delivered = Delivered()
        self.taken = 0
        self.lease = lease_length(kit.post.patience)

    def lease_until(self) -> datetime:
        return clock.system_clock() + self.lease

    def claim(self, limit: int) -> Sequence[Claim]:
        with unit_of_work():
            batch = outbox.claim_batch(owner=self.owner, now=clock.now(), lease_until=self.lease_until(), limit=limit)
        self.taken += len(batch)
        return batch

    def give_back(self) -> None:
        away = self.delivered.server_away
        reason = Ending.INTERRUPTED if away is None else Ending.SERVER_AWAY
        with unit_of_work():
            outbox.give_back(owner=self.owner, reason=reason, reply=away, now=clock.now())

    def send(self, claim: Claim, connection: Connection) -> None:
        """Look again, write, hand over and note the end; raises ServerUnavailable only."""
        try:
            verdict = self.recheck.get(claim.kind, _as_it_is)(claim)
            end_reading()
        except Exception as error:  # noqa: BLE001 - one broken row must not stop the others
            return self._ended(claim, Ending.NOT_RECHECKED, error)
        if verdict.reason is not None:
            return self._suppressed(claim, verdict.reason)
        try:
            prepared = self._prepare(claim, verdict.facts)
        except Exception as error:  # noqa: BLE001 - a letter that cannot be written is shown, the others leave
            return self._ended(claim, Ending.NOT_WRITTEN, error)
        return self._hand_over(claim, prepared, connection)

    def _prepare(self, claim: Claim, fresh: Mapping[str, Any] | None) -> _Prepared:
        sender = self.kit.post.sender
        facts = claim.facts if fresh is None else fresh
        letter = self.kit.letters.write(claim.kind, facts, language=claim.language)
        domain = sender.rpartition("@")[2]
        message_id = claim.message_id or f"<{message_token(claim.key, claim.created_at)}@{domain}>"
        organiser = facts.get("organiser", {})
        envelope = compose(
            letter,
            sender=Party(sender, organiser.get("name", "")),
            to=Party(claim.to_address, claim.to_name),
            reply_to=_reply_to(organiser),
            message_id=message_id,
            date=clock.now(),
            language=claim.language,
        )
        return _Prepared(letter, envelope, fresh, message_id)

    def _hand_over(self, claim: Claim, prepared: _Prepared, connection: Connection) -> None:
        try:
            reply = connection.send(prepared.envelope, lambda: self._data_starts(claim, prepared))
        except _LeaseLost:
            log.warning("letter_taken_by_another", letter=claim.id)
        except TemporaryFailure as error:
            self._ended(claim, Ending.REFUSED_FOR_NOW, error)
        except PermanentFailure as error:
            self._ended(claim, Ending.REFUSED_FOR_GOOD, error)
        except DoubtfulDelivery as error:
            self._ended(claim, Ending.DOUBTFUL, error)
        except ServerUnavailable as error:
            # It goes to the back, further each time: a recipient at whom the server hangs must not stop the rest.
            self._ended(claim, Ending.SERVER_AWAY, error)
            raise
        else:
            with unit_of_work():
                outbox.mark_sent(claim, owner=self.owner, reply=reply, now=clock.now())
            self.delivered.add(State.SENT)

    def _data_starts(self, claim: Claim, prepared: _Prepared) -> None:
        with unit_of_work():
            held = outbox.mark_data_started(
                claim,
                prepared.letter,
                owner=self.owner,
                message_id=prepared.message_id,
                lease_until=self.lease_until(),
                facts=prepared.facts,
            )
        if not held:
            raise _LeaseLost

    def _suppressed(self, claim: Claim, reason: str) -> None:
        with unit_of_work():
            outbox.suppress(claim, owner=self.owner, reason=reason)
        self.delivered.add(State.SUPPRESSED)

    def _ended(self, claim: Claim, ending: Ending, error: Exception) -> None:
        end_reading()
        with unit_of_work():
            told = str(error) or type(error).__name__
            following = outbox.mark_ended(claim, ending, owner=self.owner, reply=told[:500], now=clock.now())
        self.delivered.add(following.state)
        log.warning("letter_not_sent", letter=claim.id, kind=claim.kind, ending=ending, reply=told[:500])


def _as_it_is(_claim: Claim) -> Verdict:
    return AS_IT_IS


def _reply_to(organiser: Mapping[str, Any]) -> str | None:
    """The organiser's mailbox, when its facts name one."""
    found = (organiser.get(name) for name in ("email", "contact"))
    return next((address for address in found if isinstance(address, str) and mailable(address)), None)
