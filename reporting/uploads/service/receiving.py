"""Files come in: named, proven, kept. However the bytes arrived, they pass through `receive`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from reporting.core.errors import Reason, Refused
from reporting.core.scanner import Clamd
from reporting.core.vault import Staging, Vault, VaultFull
from reporting.files import rules
from reporting.files import service as files


@dataclass(frozen=True)
class Limits:
    """What a slot takes: format codes or endings, and the most bytes a file may have."""

    allowed: Collection[str]
    max_bytes: int


@dataclass(frozen=True, kw_only=True)
class Received(files.Content):
    """Content that came in and is durable, under the name its owner gave it; its row is not written yet."""

    name: str
    received_at: datetime


@dataclass
class Batch:
    """What became of several files: the good ones in their order, and why the others were refused."""

    received: list[Received] = field(default_factory=list)
    refused: list[Reason] = field(default_factory=list)


def receive(
    staging: Staging, name: str, *, limits: Limits, vault: Vault, now: datetime, scanner: Clamd | None = None
) -> Received:
    """Prove a staged file, have it checked for viruses and keep it durably; call it outside any transaction, for it waits for the disk.

    Raises Refused with the reasons, or VaultFull; the staged bytes are discarded then.
    """
    try:
        shown = rules.display_name(name)
        proven = files.inspect(staging.path, shown, allowed=limits.allowed, max_bytes=limits.max_bytes)
        finding = files.first_scan(staging.path, shown, proven.size, scanner=scanner)
        key = vault.keep(staging)
    except BaseException:
        vault.discard(staging)
        raise
    return Received(
        sha256=key,
        size=proven.size,
        kind=proven.kind,
        media_type=proven.media_type,
        facts=proven.facts,
        finding=finding,
        name=shown,
        received_at=now,
    )


def receive_all(
    batch: Iterable[tuple[Staging, str]],
    *,
    limits: Limits,
    vault: Vault,
    now: datetime,
    scanner: Clamd | None = None,
) -> Batch:
    """Receive several files; a refused one does not hold up the rest.

    When the disk fills, what came in before stays, the reason `disk_full` is told once and the rest is discarded.
    """
    outcome = Batch()
    coming = iter(batch)
    for staging, name in coming:
        try:
            outcome.received.append(receive(staging, name, limits=limits, vault=vault, now=now, scanner=scanner))
        except Refused as refused:
            outcome.refused.extend(refused.reasons)
        except VaultFull:
            outcome.refused.append(Reason.of("disk_full"))
            break
    for staging, _name in coming:
        vault.discard(staging)
    return outcome
