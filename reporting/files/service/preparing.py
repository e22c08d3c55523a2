"""The rows of what is made for looking at files: planned, claimed under a lease, and written by whoever holds it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reporting.core.db import changed_rows, db
from reporting.files.models import Rendition, StoredFile
from reporting.files.rules import renditions as rules

LONGEST_ERROR = 300


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one worker holds until its lease ends: a file, and which renditions are to be made of it."""

    owner: str
    file_id: int
    sha256: str
    media_type: str
    kinds: tuple[str, ...]
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Made:
    """A rendition that lies in the vault under `key`, or is not needed when there is none."""

    key: str | None = None
    media_type: str = ""
    size: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


def plan_renditions(*, limit: int = 500) -> int:
    """Put rows for files that have none, those kept before there were any too; gives how many."""
    return sum(_plan(kind, limit) for kind in rules.ORDER)


def _plan(kind: rules.Kind, limit: int) -> int:
    has_one = select(Rendition.id).where(Rendition.file_id == StoredFile.id, Rendition.kind == kind.value)
    values: dict[str, Any] = {
        "kind": literal(kind.value),
        "state": literal(rules.State.WAITING.value),
        "attempts": literal(0),
        "error": literal(""),
        "media_type": literal(""),
        "size": literal(0),
        "facts": literal({}, Rendition.facts.type),
    }
    lacking = (
        select(StoredFile.id, *values.values())
        .where(StoredFile.media_type.in_(rules.types_for(kind)), ~has_one.exists())
        .order_by(StoredFile.id)
        .limit(limit)
    )
    columns = ["file_id", *values]
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Rendition).from_select(columns, lacking)
    return changed_rows(statement.on_conflict_do_nothing(index_elements=["file_id", "kind"]))


def release_stale(*, host_now: datetime) -> int:
    """Take work from workers whose lease has ended; what has brought down several of them is given up."""
    stale = (Rendition.state == rules.State.WORKING, Rendition.lease_until < host_now)
    nothing_held = {"owner": None, "lease_until": None}
    given_up = changed_rows(
        update(Rendition)
        .where(*stale, Rendition.attempts >= rules.MOST_ATTEMPTS)
        .values(state=rules.State.FAILED, error="the worker ended before its work did", **nothing_held)
    )
    again = changed_rows(update(Rendition).where(*stale).values(state=rules.State.WAITING, **nothing_held))
    return given_up + again


def claim_rendition(*, owner: str, host_now: datetime) -> Work | None:
    """The next piece of work, held by `owner` from now on; None when nothing is due.

    `owner` is new for each claim: a worker that lost its lease cannot write over the one that took the work.
    """
    due = (
        Rendition.state == rules.State.WAITING,
        or_(Rendition.next_at.is_(None), Rendition.next_at <= host_now),
    )
    place = case({kind.value: number for number, kind in enumerate(rules.ORDER)}, value=Rendition.kind)
    first = db.session.execute(
        select(Rendition.file_id, Rendition.kind).where(*due).order_by(place, Rendition.file_id).limit(8)
    )
    for file_id, kind in first.all():
        kinds = [one.value for one in rules.made_together(rules.Kind(kind))]
        taken = changed_rows(
            update(Rendition)
            .where(Rendition.file_id == file_id, Rendition.kind.in_(kinds), *due)
            .values(
                state=rules.State.WORKING,
                owner=owner,
                lease_until=host_now + rules.LEASE,
                attempts=Rendition.attempts + 1,
            )
        )
        if taken:
            return _held(owner)
    return None


def _held(owner: str) -> Work:
    rows = db.session.execute(
        select(Rendition.kind, Rendition.attempts, StoredFile.id, StoredFile.sha256, StoredFile.media_type)
        .join(StoredFile, StoredFile.id == Rendition.file_id)
        .where(Rendition.owner == owner)
        .order_by(Rendition.id)
    ).all()
    _kind, _attempts, file_id, sha256, media_type = rows[0]
    return Work(
        owner=owner,
        file_id=file_id,
        sha256=sha256,
        media_type=media_type,
        kinds=tuple(row[0] for row in rows),
        attempts=max(row[1] for row in rows),
    )


def renew_lease(work: Work, *, host_now: datetime) -> bool:
    """Say that the worker is still alive; False when somebody else has the work by now."""
    still_mine = update(Rendition).where(Rendition.owner == work.owner, Rendition.state == rules.State.WORKING)
    return bool(changed_rows(still_mine.values(lease_until=host_now + rules.LEASE)))


def mark_made(work: Work, made: Mapping[str, Made]) -> int:
    """Write what came of it, by kind; gives how many rows took it, none when the lease was lost."""
    return sum(_write(work, kind, one) for kind, one in sorted(made.items()))


def _write(work: Work, kind: str, made: Made) -> int:
    mine = update(Rendition).where(Rendition.owner == work.owner, Rendition.kind == kind)
    return changed_rows(
        mine.values(
            state=rules.State.NOT_NEEDED if made.key is None else rules.State.MADE,
            owner=None,
            lease_until=None,
            next_at=None,
            error=made.error[:LONGEST_ERROR],
            key=made.key,
            media_type=made.media_type,
            size=made.size,
            facts=dict(made.facts),
        )
    )


def mark_failed(work: Work, error: str, *, host_now: datetime) -> bool:
    """Put it back for later with what went wrong, or give it up after several attempts; True when it is given up."""
    pause = rules.pause_after(work.attempts)
    changed_rows(
        update(Rendition)
        .where(Rendition.owner == work.owner)
        .values(
            state=rules.State.FAILED if pause is None else rules.State.WAITING,
            owner=None,
            lease_until=None,
            next_at=None if pause is None else host_now + pause,
            error=error[:LONGEST_ERROR],
        )
    )
    return pause is None


def put_back(work: Work, why: str, *, host_now: datetime) -> bool:
    """Give back what could not be finished through no fault of the file; it does not count as an attempt.

    Without a reason it is due at once, for the next worker; with one, such as a full disk, a little later. False when
    the lease was lost.
    """
    mine = update(Rendition).where(Rendition.owner == work.owner)
    given = {
        "state": rules.State.WAITING,
        "owner": None,
        "lease_until": None,
        "next_at": host_now + rules.SHORT_PAUSE if why else None,
        "attempts": Rendition.attempts - 1,
        "error": why[:LONGEST_ERROR],
    }
    return bool(changed_rows(mine.values(**given)))


def try_again(kinds: Collection[str] = ()) -> int:
    """Let everything that failed or could not be made here begin anew: a converter may be installed by now."""
    settled = (rules.State.FAILED, rules.State.NOT_NEEDED)
    wanted = update(Rendition).where(Rendition.state.in_(settled))
    if kinds:
        wanted = wanted.where(Rendition.kind.in_(kinds))
    return changed_rows(wanted.values(state=rules.State.WAITING, attempts=0, next_at=None, error=""))


def make_again(keys: Collection[str]) -> int:
    """Let these be made anew, because what was made is gone; gives how many rows begin anew."""
    lost = update(Rendition).where(Rendition.state == rules.State.MADE, Rendition.key.in_(keys))
    begun = {"state": rules.State.WAITING, "attempts": 0, "next_at": None, "error": "", "key": None, "size": 0}
    return changed_rows(lost.values(**begun, media_type="", facts={}))
