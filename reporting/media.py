"""The worker that prepares what people look at: small pictures, posters, playable copies, previews, texts.

Rows are claimed under a lease in our own database, so several workers may run anywhere; the work itself happens
outside any transaction, and its result is written only by whoever still holds the lease.
"""

import shutil
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import Event

import structlog

from reporting.core import clock
from reporting.core.db import end_reading, unit_of_work
from reporting.core.vault import Vault, VaultFull
from reporting.files import service as files
from reporting.files.rules import renditions as rules
from reporting.files.service import CannotRender, Made, Rendered, Work

log = structlog.get_logger()
COPIED_AT_ONCE = 1 << 20
# What a killed worker left behind is older than any work can be.
LEFT_BEHIND_SECONDS = 24 * 3600
# With less than this nothing is begun, and what failed has failed for want of room.
LEAST_ROOM = 1 << 20
# How often a worker looks whether it is to end.
LOOK_SECONDS = 0.2


@dataclass
class Prepared:
    """What one run did."""

    planned: int = 0
    made: int = 0
    failed: int = 0
    lacks_room: bool = False


def prepare(vault: Vault, *, limit: int = 1000, ended: Event | None = None) -> Prepared:
    """Make up to `limit` pieces of what is due, one after another; safe in several processes at a time.

    Once `ended` is set it breaks off what it is at, gives it back, and returns. It also returns when the disk is full:
    whatever it took up would fail, and nothing of it is the file's fault.
    """
    ended, outcome = ended or Event(), Prepared()
    _forget_leftovers(vault)
    with unit_of_work():
        files.release_stale(host_now=clock.system_clock())
        outcome.planned = files.plan_renditions()
    for _ in range(limit):
        outcome.lacks_room = outcome.lacks_room or not vault.room_for(LEAST_ROOM)
        if ended.is_set() or outcome.lacks_room:
            break
        with unit_of_work():
            work = files.claim_rendition(owner=token_hex(16), host_now=clock.system_clock())
        end_reading()
        if work is None:
            break
        _carry_out(work, vault, outcome, ended)
    if outcome.lacks_room:
        log.warning("media_wait_for_room", reserve_bytes=vault.reserve_bytes)
    if outcome.made or outcome.failed:
        log.info("media_prepared", made=outcome.made, failed=outcome.failed)
    return outcome


def _carry_out(work: Work, vault: Vault, outcome: Prepared, ended: Event) -> None:
    folder = _workplace(vault) / work.owner
    folder.mkdir(parents=True)
    try:
        made = _while_renewing(work, vault, folder, ended)
        with unit_of_work():
            outcome.made += files.mark_made(work, made)
    # A file that brings its decoder down must not stop the files behind it.
    except (CannotRender, VaultFull, OSError) as error:
        if ended.is_set():
            _give_back(work, "")
        elif isinstance(error, VaultFull) or not vault.room_for(LEAST_ROOM):
            outcome.lacks_room = True
            _give_back(work, f"the disk is full: {error}")
        else:
            outcome.failed += 1
            _note_failure(work, str(error) or type(error).__name__)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _give_back(work: Work, why: str) -> None:
    with unit_of_work():
        files.put_back(work, why, host_now=clock.system_clock())
    log.info("media_given_back", file=work.file_id, kinds=",".join(work.kinds), why=why)


def _note_failure(work: Work, error: str) -> None:
    with unit_of_work():
        given_up = files.mark_failed(work, error, host_now=clock.system_clock())
    kinds = ",".join(work.kinds)
    log.warning("media_not_prepared", file=work.file_id, kinds=kinds, error=error[:300], given_up=given_up)


def _while_renewing(work: Work, vault: Vault, folder: Path, ended: Event) -> Mapping[str, Made]:
    """The work in a thread of its own, while this one says every half minute that it is alive, and breaks it off."""
    with ThreadPoolExecutor(1, thread_name_prefix="media") as pool:
        future: Future[Mapping[str, Made]] = pool.submit(_make, work, vault, folder)
        renewed = clock.system_clock()
        while not wait([future], timeout=LOOK_SECONDS).done:
            if ended.is_set():
                # Again and again: one piece of work may start several children, one after another.
                files.end_makers()
            now = clock.system_clock()
            if now - renewed >= rules.RENEWED_EVERY:
                renewed = now
                with unit_of_work():
                    files.renew_lease(work, host_now=now)
        return future.result()


def _make(work: Work, vault: Vault, folder: Path) -> Mapping[str, Made]:
    code = rules.code_of(work.media_type)
    if code is None:
        raise CannotRender(f"{work.media_type} is no type of ours")
    rendered = files.render(vault.path(work.sha256), code, work.kinds, folder)
    return {kind: _kept(one, vault) for kind, one in rendered.items()}


def _kept(one: Rendered, vault: Vault) -> Made:
    """A result moved into the vault, durable before its row says so."""
    if one.path is None:
        return Made(facts=one.facts, error=one.note)
    staging = vault.stage()
    try:
        with one.path.open("rb") as file:
            while block := file.read(COPIED_AT_ONCE):
                staging.write(block)
        size = staging.size
        return Made(key=vault.keep(staging), media_type=one.media_type, size=size, facts=one.facts)
    except BaseException:
        vault.discard(staging)
        raise


def _workplace(vault: Vault) -> Path:
    return vault.root / "making"


def _forget_leftovers(vault: Vault) -> None:
    """Throw away the folders of workers that were killed."""
    limit = clock.system_clock().timestamp() - LEFT_BEHIND_SECONDS
    for folder in sorted(_workplace(vault).glob("*")):
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)
