"""A whole upload is proved and kept."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from reporting.core.errors import Reason, Refused
from reporting.core.scanner import Clamd
from reporting.core.vault import Vault
from reporting.files import rules as files
from reporting.uploads import rules
from reporting.uploads.models import Upload, UploadPart
from reporting.uploads.service.receiving import Limits, Received, receive


def keep_whole(
    upload: Upload,
    parts: Sequence[UploadPart],
    *,
    limits: Limits,
    vault: Vault,
    digest: str | None = None,
    now: datetime,
    scanner: Clamd | None = None,
) -> Received:
    """Put the parts together, compare the hash with what was declared, prove the file and keep it durably.

    `digest` is the SHA-256 when it was taken on the way. Call it outside any transaction. Its parts stay, so that it can
    be repeated after a crash; raises Refused, VaultFull, and FileNotFoundError when a part is gone because somebody
    else has finished meanwhile.
    """
    lying = vault.parts(upload.token)
    paths = [(lying.path(part.name), part.length) for part in parts]
    staging = vault.stage_whole(paths, digest)
    if upload.sha256 is not None and staging.sha256 != upload.sha256:
        vault.discard(staging)
        raise Refused(Reason.of("content_differs_from_hash", name=rules.name_for(upload.name, upload.media_type, None)))
    return receive(staging, upload.name or _named(upload, paths), limits=limits, vault=vault, now=now, scanner=scanner)


def _named(upload: Upload, paths: Sequence[tuple[Path, int]]) -> str:
    """A name for a file that came without one."""
    with paths[0][0].open("rb") as file:
        return rules.name_for("", upload.media_type, files.sniff(file.read(files.HEAD_BYTES)))
