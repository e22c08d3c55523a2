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

# Content that no row names, and staged bytes, are left alone for so long: whoever brings them may still be at it.
UNCLAIMED = timedelta(days=1)
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be: what kind, and which."""

    kind: str
    subject: str


def check(
    kit: Kit, *, host_now: datetime, grace: timedelta, unclaimed: timedelta, hashes: bool = True
) -> Iterator[Finding]:
    """Everything that is wrong, as it is found. What may be work in progress is passed over: leases that ended less than
    `grace` ago, and files that came less than `unclaimed` ago.

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
    before = (host_now - unclaimed).timestamp()
    yield from _without_row(kit.vault, known, before)
    yield from _uploads(kit.vault)
    for path in kit.vault.staged(unclaimed, host_now):
        yield Finding("staged file that nobody claimed", path.name)
    for letter_id in letters.overdue_leases(host_now - grace):
        yield Finding("letter whose sender is gone", str(letter_id))
    for rendition_id in files.overdue_renditions(host_now - grace):
        yield Finding("rendition whose worker is gone", str(rendition_id))
    let_go()


def forget_unclaimed(vault: Vault, *, host_now: datetime) -> int:
    """Remove kept content that no row names: it was refused, or a crash came, after it was kept. Gives how many."""
    old, total = vault.keys_older(UNCLAIMED, host_now), 0
    for start in range(0, len(old), _AT_A_TIME):
        keys = old[start : start + _AT_A_TIME]
        known = files.hashes_known(keys)
        let_go()
        total += sum(vault.forget(key, UNCLAIMED, host_now) for key in keys if key not in known)
    return total


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
