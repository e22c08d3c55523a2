"""Files as they come out of the uploads room, without their bytes: for the verbs that attach them."""

import hashlib
from datetime import datetime

from reporting.uploads.service import Received


def parcel(
    name: str, *, at: datetime, content: str = "", kind: str = "photo", media_type: str = "image/jpeg"
) -> Received:
    """A received file; its hash follows from `content`, or from its name."""
    sha256 = hashlib.sha256((content or name).encode()).hexdigest()
    return Received(sha256=sha256, size=1000, kind=kind, media_type=media_type, facts={}, name=name, received_at=at)
