"""How many bytes may still come in: of one bureau, and into the whole vault."""

from dataclasses import dataclass
from datetime import timedelta

from reporting.core.errors import Reason
from reporting.files import queries as files
from reporting.reports import queries
from reporting.uploads import queries as uploads
from reporting.uploads import service as upload_service


@dataclass(frozen=True, slots=True)
class Quota:
    """What an installation allows: bytes of one bureau, bytes of the whole vault (None for no limit), and for how long
    an upload is kept that nobody goes on with.
    """

    bureau_bytes: int
    vault_bytes: int | None
    lifetime: timedelta


@dataclass(slots=True)
class Room:
    """What is left of a quota while files come in."""

    bureau_bytes: int
    vault_bytes: int | None

    def refusal(self, name: str, size: int) -> Reason | None:
        """Why a file has no room, or None."""
        if size > self.bureau_bytes:
            return Reason.of("bureau_full", name=name, size=size, left=max(0, self.bureau_bytes))
        if self.vault_bytes is not None and size > self.vault_bytes:
            return Reason.of("vault_full", name=name)
        return None

    def take(self, size: int) -> None:
        """Count a file that has come in."""
        self.bureau_bytes -= size
        if self.vault_bytes is not None:
            self.vault_bytes -= size


def room_left(bureau_id: int, quota: Quota) -> Room:
    """What is left, with everything counted that uploads under way have announced; nobody else gets room meanwhile."""
    upload_service.hold_room()
    all_open, ours = uploads.underway(), uploads.underway(bureau_id=bureau_id)
    return Room(
        quota.bureau_bytes - queries.attached_bytes(bureau_id) - ours.announced,
        None if quota.vault_bytes is None else quota.vault_bytes - files.kept_bytes() - all_open.announced,
    )
