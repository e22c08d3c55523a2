"""Reading kept files."""

from collections.abc import Collection, Iterator

from sqlalchemy import func, select

from reporting.core.db import db
from reporting.files.models import StoredFile


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
    """Which of these hashes have a row: the rest of a vault belongs to nobody."""
    if not sha256s:
        return set()
    return set(db.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(set(sha256s)))))


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
