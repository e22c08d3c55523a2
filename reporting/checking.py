"""Whether the database and the disk still tell the same story: what `flask fsck` asks."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reporting.core.db import let_go
from reporting.core.kit import Kit
from reporting.core.vault import Vault
from reporting.files import queries as files
from reporting.outbox import queries as letters
from reporting.uploads import queries as uploads


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be: what kind, and which."""

    kind: str
    subject: str


def check(kit: Kit, *, host_now: datetime, grace: timedelta, hashes: bool = True) -> Iterator[Finding]:
    """Everything that is wrong, as it is found. What is younger than `grace` may be work in progress and is passed over.

    `hashes` reads every kept file through; without it only their sizes are compared.
    """
    known = set()
    for sha256, size in files.kept_sizes():
        known.add(sha256)
        yield from _kept(kit.vault, sha256, size, hashes=hashes)
    for key, size in files.made_sizes():
        if key not in known:
            known.add(key)
            yield from _kept(kit.vault, key, size, hashes=hashes)
    let_go()
    before = (host_now - grace).timestamp()
    yield from _without_row(kit.vault, known, before)
    yield from _uploads(kit.vault)
    for path in kit.vault.staged(grace, host_now):
        yield Finding("staged file that nobody claimed", path.name)
    for letter_id in letters.overdue_leases(host_now - grace):
        yield Finding("letter whose sender is gone", str(letter_id))
    for rendition_id in files.overdue_renditions(host_now - grace):
        yield Finding("rendition whose worker is gone", str(rendition_id))
    let_go()


def _kept(vault: Vault, sha256: str, size: int, *, hashes: bool) -> Iterator[Finding]:
    try:
        with vault.open(sha256) as file:
            if vault.size(sha256) != size:
                yield Finding("kept file of another size", sha256)
            elif hashes and hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                yield Finding("kept file of another content", sha256)
    except OSError:
        yield Finding("row without its kept file", sha256)


def _without_row(vault: Vault, known: set[str], before: float) -> Iterator[Finding]:
    for key in [*vault.keys()]:
        if key not in known and vault.kept_at(key) < before and key not in files.hashes_known([key]):
            yield Finding("kept file without a row", key)
    let_go()


def _uploads(vault: Vault) -> Iterator[Finding]:
    lying = vault.tokens()
    found = uploads.all_open()
    alive = {upload.token for upload in found}
    for token in lying:
        if token not in alive and token in vault.tokens():
            yield Finding("parts of an upload that is under way no more", token)
    for upload in found:
        yield from _parts(vault, upload.id, upload.token, upload.offset)
    let_go()


def _parts(vault: Vault, upload_id: int, token: str, offset: int) -> Iterator[Finding]:
    """The recorded parts lie behind one another without a gap up to the offset, and their files hold so much."""
    place = 0
    for part in uploads.parts(upload_id):
        try:
            whole = vault.parts(token).path(part.name).stat().st_size >= part.length
        except FileNotFoundError:
            whole = False
        if not whole:
            yield Finding("upload that lacks bytes of a part", f"{token} {part.name}")
        if part.start != place:
            yield Finding("upload whose parts leave a gap", f"{token} {part.name}")
        place = part.start + part.length
    if place != offset:
        yield Finding("upload whose parts end elsewhere than its offset", f"{token} {place} {offset}")
