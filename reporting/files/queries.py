"""Reading kept files and what was made of them."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select

from reporting.core.db import db
from reporting.files.models import Rendition, StoredFile


class Unscanned(NamedTuple):
    """A file that waits for its virus check."""

    id: int
    sha256: str
    size: int


def to_scan(now: datetime, limit: int) -> list[Unscanned]:
    """The files whose virus check is due, oldest first; what came in before there was a scanner is among them."""
    wanted = (
        select(StoredFile.id, StoredFile.sha256, StoredFile.size)
        .where(
            StoredFile.scan_state.in_(("off", "pending")),
            or_(StoredFile.scan_due_at.is_(None), StoredFile.scan_due_at <= now),
        )
        .order_by(StoredFile.scan_due_at, StoredFile.id)
        .limit(limit)
    )
    return [Unscanned(*row) for row in db.session.execute(wanted)]


def scan_states(sha256s: Collection[str]) -> dict[str, str]:
    """How the virus check of each content stands, by hash. One query."""
    if not sha256s:
        return {}
    wanted = select(StoredFile.sha256, StoredFile.scan_state).where(StoredFile.sha256.in_(set(sha256s)))
    return {row.sha256: row.scan_state for row in db.session.execute(wanted.order_by(StoredFile.id))}


def find(file_id: int) -> StoredFile | None:
    """The file with this id, or None."""
    return db.session.get(StoredFile, file_id)


def find_by_hash(sha256: str) -> StoredFile | None:
    """The file with this content, or None."""
    return db.session.scalar(select(StoredFile).where(StoredFile.sha256 == sha256))


def by_ids(file_ids: Collection[int]) -> dict[int, StoredFile]:
    """The files with these ids by id; an id that is not there is left out. One query."""
    if not file_ids:
        return {}
    rows = db.session.scalars(select(StoredFile).where(StoredFile.id.in_(set(file_ids))).order_by(StoredFile.id))
    return {row.id: row for row in rows}


def hashes_known(sha256s: Collection[str]) -> set[str]:
    """Which of these hashes have a row, as a file or as a rendition: the rest of a vault belongs to nobody."""
    if not sha256s:
        return set()
    wanted = set(sha256s)
    kept = db.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(wanted)))
    made = db.session.scalars(select(Rendition.key).where(Rendition.key.in_(wanted)))
    return {*kept, *(key for key in made if key is not None)}


def kept_bytes() -> int:
    """How many bytes all kept content has together."""
    return int(db.session.scalar(select(func.coalesce(func.sum(StoredFile.size), 0))) or 0)


def kept_sizes() -> Iterator[tuple[str, int]]:
    """Hash and size of every kept content, by its hash, in pieces: there may be many."""
    last = ""
    while rows := db.session.execute(
        select(StoredFile.sha256, StoredFile.size)
        .where(StoredFile.sha256 > last)
        .order_by(StoredFile.sha256)
        .limit(1000)
    ).all():
        for row in rows:
            yield row.sha256, row.size
        last = rows[-1].sha256


def made_sizes() -> Iterator[tuple[str, int]]:
    """Key and size of everything that was made for looking at files, by its key, in pieces."""
    last = ""
    while rows := db.session.execute(
        select(Rendition.key, Rendition.size)
        .where(Rendition.key > last)
        .group_by(Rendition.key, Rendition.size)
        .order_by(Rendition.key)
        .limit(1000)
    ).all():
        for key, size in rows:
            if key is not None:
                yield key, size
                last = key


def overdue_renditions(before: datetime) -> list[int]:
    """Renditions whose worker let its lease end before this moment of the host's clock, and which nobody took back."""
    stuck = (Rendition.state == "working", Rendition.lease_until < before)
    return list(db.session.scalars(select(Rendition.id).where(*stuck).order_by(Rendition.id)))


def renditions(file_ids: Collection[int]) -> dict[int, dict[str, Rendition]]:
    """What was made of these files, by file and kind; a file of which nothing is planned is left out. One query."""
    if not file_ids:
        return {}
    wanted = select(Rendition).where(Rendition.file_id.in_(set(file_ids))).order_by(Rendition.id)
    found: dict[int, dict[str, Rendition]] = {}
    for row in db.session.scalars(wanted):
        found.setdefault(row.file_id, {})[row.kind] = row
    return found


def rendition_of(file_id: int, kind: str) -> Rendition | None:
    """One rendition of a file, however far it has come, or None."""
    return db.session.scalar(select(Rendition).where(Rendition.file_id == file_id, Rendition.kind == kind))


def rendition_counts() -> dict[tuple[str, str], int]:
    """How many renditions of each kind stand in each state."""
    wanted = select(Rendition.kind, Rendition.state, func.count()).group_by(Rendition.kind, Rendition.state)
    rows = db.session.execute(wanted.order_by(Rendition.kind, Rendition.state))
    return {(kind, state): count for kind, state, count in rows}
