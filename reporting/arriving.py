"""How bytes that come by and by are made sure of: what the uploads' door and the clock share.

Each step waits for the disk outside any transaction and then records in one what is sure. After a crash at any point
the step is simply taken again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from reporting.campaigns import queries as campaigns
from reporting.core import clock
from reporting.core.db import let_go, unit_of_work
from reporting.core.errors import NotFound, Reason, Refused
from reporting.core.kit import Kit
from reporting.core.parts import Part
from reporting.core.vault import VaultFull
from reporting.reports import service as reports
from reporting.reports.service import Quota
from reporting.uploads import queries as uploads
from reporting.uploads import service as verbs
from reporting.uploads.rules import Gain, State
from reporting.uploads.service import Limits

if TYPE_CHECKING:
    from reporting.uploads.models import Upload, UploadPart

log = structlog.get_logger()
# A whole upload that nobody has finished for so long has lost its worker.
LEFT = timedelta(minutes=1)


class Overtaken(Exception):
    """Somebody else has moved the offset, or the upload is open no more; nothing that was recorded is touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An upload as it was read, free of the database."""

    id: int
    token: str
    bureau_id: int
    assignment_id: int
    slot_id: int
    name: str
    state: str
    offset: int
    length: int
    # Name, start and recorded length of the part that ends at the offset.
    last: tuple[str, int, int] | None
    created_by_id: int | None
    attachment_id: int | None
    reasons: tuple[Reason, ...]
    expires_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether bytes are still awaited, or the end of the work on them."""
        return self.state == State.OPEN

    @property
    def is_whole(self) -> bool:
        """Whether all bytes have come."""
        return self.offset == self.length


def look(token: str) -> Seen | None:
    """The upload at this address, or None; no connection is held afterwards."""
    found = uploads.find(token)
    seen = None if found is None else _seen(found, uploads.last_part(found.id))
    let_go()
    return seen


def _seen(found: "Upload", last: "UploadPart | None") -> Seen:
    # Read by two statements, between which another may have moved the offset: then it is not the part that ends there.
    if last is not None and last.start + last.length != found.offset:
        last = None
    return Seen(
        id=found.id, token=found.token, bureau_id=found.bureau_id, assignment_id=found.assignment_id,
        slot_id=found.slot_id, name=found.name, state=found.state, offset=found.offset, length=found.length,
        last=None if last is None else (last.name, last.start, last.length), created_by_id=found.created_by_id,
        attachment_id=found.attachment_id, reasons=verbs.told(found), expires_at=found.expires_at,
    )  # fmt: skip


def lifetime(kit: Kit) -> timedelta:
    """For how long an upload is kept that nobody goes on with."""
    return timedelta(days=kit.settings.upload_days)


def quota(kit: Kit) -> Quota:
    """What this installation allows a bureau and the vault, however files come in."""
    return Quota(kit.settings.bureau_bytes, kit.settings.vault_bytes or None, lifetime(kit))


def lives_on(kit: Kit, seen: Seen) -> Seen:
    """The upload with the life that the bytes of this moment have given it."""
    return replace(seen, expires_at=clock.now() + lifetime(kit))


def adopt(kit: Kit, token: str) -> Seen | None:
    """Record what lies on the disk behind the offset: its writer has died, or its line is silent. Gives the upload then.

    A writer that still runs goes on from there; it is not disturbed. What it writes meanwhile is not waited for.
    """
    while (seen := look(token)) is not None and seen.is_open:
        try:
            gain = verbs.found_on_disk(seen.token, seen.offset, seen.length, seen.last, vault=kit.vault)
        except FileNotFoundError:  # its writer has lost and dropped it, or all is finished: look again
            continue
        if gain is None:
            break
        with unit_of_work():
            moved = verbs.advance(seen.id, gain, lifetime=lifetime(kit), now=clock.now())
        if moved:
            return look(token)
    return seen


class Writer:
    """One sender's bytes on their way: into a part of its own, and recorded by compare-and-set."""

    def __init__(self, kit: Kit, seen: Seen, *, held: bool = False) -> None:
        self._kit = kit
        self._id = seen.id
        self._length = seen.length
        self._part, self._known = self._open(seen, held=held)
        self.offset = seen.offset
        self._overtaken = False

    def _open(self, seen: Seen, *, held: bool) -> tuple[Part, int]:
        told = None if held or seen.last is None else (seen.last[0], seen.last[2])
        parts = self._kit.vault.parts(seen.token)
        taken = parts.take_over(*told) if told else None
        return (taken, told[1]) if taken and told else (parts.begin(seen.offset, held=held), 0)

    @property
    def pending(self) -> int:
        """How many bytes have been written and not recorded."""
        return self._part.size - self._known

    def expect(self, count: int) -> None:
        """Make room on the disk for so many more bytes, where that is possible."""
        self._part.expect(count)

    def write(self, view: memoryview) -> None:
        """Write bytes behind those before; raises VaultFull when the disk or the reserve is reached."""
        self._part.write(view)

    def commit(self) -> int:
        """Make sure of what was written and record it; gives the offset. Raises Overtaken, and VaultFull."""
        try:
            length = self._part.sync() if self.pending else self._known
        except FileNotFoundError as error:
            raise self._lost() from error
        except (OSError, VaultFull):
            self._part.hold()
            raise
        while length > self._known:
            gain = Gain(self._part.name, self._part.start, self._known, length)
            with unit_of_work():
                moved = verbs.advance(self._id, gain, lifetime=lifetime(self._kit), now=clock.now())
            if not moved and not self._adopted(length):
                raise self._lost()
            self._known = max(self._known, length) if moved else self._known
        self.offset = self._part.start + self._known
        return self.offset

    def _lost(self) -> Overtaken:
        self._overtaken = True
        return Overtaken()

    def _adopted(self, length: int) -> bool:
        """Whether somebody has recorded part of our bytes for us, so that we go on behind them."""
        known = uploads.part_length(self._id, self._part.name)
        let_go()
        adopted = self._known < known <= length
        self._known = known if adopted else self._known
        return adopted

    def drop(self) -> None:
        """Forget what was written since it was last recorded."""
        if self._known:
            self._part.close()
        else:
            self._part.drop()

    def close(self) -> None:
        """Let the next writer go on in this part when all of it counts; else leave it to whoever looks for it.

        A part that lost the race for its very first byte can never count: the offset has passed its place.
        """
        empty = not self._known and not self._part.size
        if empty or (self._overtaken and not self._known):
            self._part.drop()
        elif self.pending or self.offset == self._length:
            self._part.close()
        else:
            self._part.hand_on()


def finish(kit: Kit, token: str, digest: str | None = None) -> Seen:
    """Prove, keep and attach an upload that is whole; gives it as it stands then, taken or refused.

    Safe to be called twice, by several at once, and after a crash. Raises NotFound, and VaultFull when it must wait.
    """
    try:
        while not _finish(kit, token, digest):
            pass
    except Refused as refused:
        let_go()
        with unit_of_work():
            upload = uploads.find(token, lock=True)
            if upload is not None:
                verbs.mark_refused(upload, refused.reasons)
    seen = look(token)
    if seen is None:
        raise NotFound
    if not seen.is_open:
        kit.vault.parts(token).drop()
    return seen


def _finish(kit: Kit, token: str, digest: str | None) -> bool:
    """One attempt; False when a part was renamed under our eyes by its writer, who has just ended."""
    upload = uploads.find(token)
    if upload is None or upload.state != State.OPEN or upload.offset != upload.length:
        return True
    # Its last byte came then; that its worker died, or the disk was full, is no fault of the bureau's.
    now = upload.touched_at
    parts, limits = uploads.parts(upload.id), _limits(upload, now=now)
    let_go()
    try:
        received = verbs.keep_whole(
            upload, parts, limits=limits, vault=kit.vault, digest=digest, now=now, scanner=kit.scanner
        )
    except FileNotFoundError:
        seen = look(token)
        if seen is None or not seen.is_open:
            return True  # somebody else was faster
        for part in parts:
            kit.vault.parts(token).path(part.name)  # raises when it is not there under any name
        return False
    with unit_of_work():
        held = uploads.find(token, lock=True)
        assignment = campaigns.find_assignment(upload.assignment_id, bureau_ids=[upload.bureau_id])
        if held is None or assignment is None or held.state != State.OPEN:
            return True
        reports.take_upload(assignment, held, received, now=now)
    log.info("upload_taken", upload=upload.id, size=received.size)
    return True


def _limits(upload: "Upload", *, now: datetime) -> Limits:
    """What the slot takes; raises Refused when nothing is taken any more, before there is anything to keep."""
    assignment = campaigns.find_assignment(upload.assignment_id, bureau_ids=[upload.bureau_id])
    if assignment is None:
        raise NotFound
    if shut := reports.shut_reasons(assignment, now=now):
        raise Refused(*shut)
    slot = next(slot for slot in assignment.task.slots if slot.id == upload.slot_id)
    return Limits(slot.format_list, slot.max_bytes)


def finish_left(kit: Kit, *, now: datetime) -> int:
    """Finish uploads that are whole and whose worker died before it could; gives how many were closed."""
    tokens = list(uploads.whole_tokens(before=now - LEFT))
    let_go()
    done = 0
    for token in tokens:
        try:
            done += not finish(kit, token).is_open
        except Exception as error:  # noqa: BLE001 - one that is damaged must not hold up the others
            let_go()
            log.warning("upload_not_finished", error=repr(error))
    return done


def expire(kit: Kit, *, now: datetime) -> int:
    """Give up uploads that nobody has gone on with in their time, with their bytes; gives how many."""
    with unit_of_work():
        tokens = verbs.expire(now=now)
    for token in tokens:
        kit.vault.parts(token).drop()
    return len(tokens)


def clear(kit: Kit) -> None:
    """Remove parts whose upload is under way no more: a crash came between its end and their removal."""
    lying = kit.vault.tokens()  # before the rows are read: an upload has its row before its first part
    alive = uploads.open_tokens() if lying else set()
    let_go()
    for token in lying:
        if token not in alive:
            kit.vault.parts(token).drop()
