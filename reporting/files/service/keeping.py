"""The row of kept content, and what the virus check found about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from reporting.core.db import changed_rows, db
from reporting.core.scanner import NOT_ASKED, Finding, ScanState
from reporting.files import rules
from reporting.files.models import StoredFile

_FINAL = (ScanState.CLEAN, ScanState.INFECTED)


@dataclass(frozen=True, kw_only=True)
class Content:
    """Content that lies in the vault: `sha256` is its key there, `size` in bytes, `finding` its first virus check."""

    sha256: str
    size: int
    kind: rules.Kind
    media_type: str
    facts: dict[str, Any]
    finding: Finding = NOT_ASKED


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
        "scan_state": str(content.finding.state),
        "scan_reason": content.finding.reason,
        "scanned_at": now if content.finding.state in _FINAL else None,
        "scan_due_at": now,
    }
    db.session.execute(insert(StoredFile).values(values).on_conflict_do_nothing(index_elements=["sha256"]))
    row = db.session.scalars(select(StoredFile).where(StoredFile.sha256 == content.sha256)).one()
    if row.scan_state not in _FINAL and content.finding.state in _FINAL:
        note_scan(row.id, content.finding, now=now)
    return row


def note_scan(file_id: int, finding: Finding, *, now: datetime) -> bool:
    """Write down what a virus check found; gives whether the file has been found infected just now.

    What is infected stays so. What could not be checked is looked at again, later each time.
    """
    row = db.session.get(StoredFile, file_id, with_for_update=True)
    if row is None:
        return False
    attempts = row.scan_attempts + 1
    changed = changed_rows(
        update(StoredFile)
        .where(StoredFile.id == file_id, StoredFile.scan_state != ScanState.INFECTED)
        .values(
            scan_state=str(finding.state),
            scan_reason=finding.reason,
            scan_attempts=attempts,
            scanned_at=now if finding.state in _FINAL else None,
            scan_due_at=rules.next_look(attempts, now) if finding.state == ScanState.PENDING else None,
        ),
        fetch=True,
    )
    return bool(changed) and finding.state == ScanState.INFECTED
