"""The row of kept content."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from reporting.core.db import db
from reporting.files import rules
from reporting.files.models import StoredFile


@dataclass(frozen=True, kw_only=True)
class Content:
    """Content that lies in the vault: `sha256` is its key there, `size` in bytes."""

    sha256: str
    size: int
    kind: rules.Kind
    media_type: str
    facts: dict[str, Any]


def keep_row(content: Content, *, now: datetime) -> StoredFile:
    """The one row of this content, made if it is new; two writers at once end up with the same row."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "sha256": content.sha256,
        "size": content.size,
        "kind": content.kind,
        "media_type": content.media_type,
        "facts": content.facts,
        "kept_at": now,
    }
    db.session.execute(insert(StoredFile).values(values).on_conflict_do_nothing(index_elements=["sha256"]))
    return db.session.scalars(select(StoredFile).where(StoredFile.sha256 == content.sha256)).one()
