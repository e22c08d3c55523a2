"""Reading kept files and what was made of them."""

from collections.abc import Collection

from sqlalchemy import func, select

from reporting.core.db import db
from reporting.files.models import Rendition, StoredFile


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
