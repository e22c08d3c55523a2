"""What the clock does: one thin function each, for the scheduler and the command line alike."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import TypeVar

import structlog

from reporting import arriving, media, posting
from reporting.checking import UNCLAIMED, forget_unclaimed
from reporting.core import clock, pulse
from reporting.core.db import DatabaseAway, end_reading, unit_of_work
from reporting.core.kit import Kit
from reporting.core.scanner import Clamd, Finding, ScanState
from reporting.dashboard import service as dashboard
from reporting.deadlines.rules import SETTLING
from reporting.files import queries as files
from reporting.files import service as file_service
from reporting.outbox.rules import State
from reporting.reminders import service as reminders
from reporting.reports import service as reports
from reporting.tracking import service as tracking

log = structlog.get_logger()
Result = TypeVar("Result")
# What a chore that only one scheduler may do asks first thing in each of its transactions: raises when it leads no more.
Leads = Callable[[], None]


def by_hand() -> None:
    """Whoever gives the command leads: the keys of what is written keep it from being written twice."""


def sweep(leads: Leads = by_hand) -> int:
    """Write the verdict of every due that has passed and settled, a batch a transaction; gives how many were written.

    What was received before the due but is still being written down then is waited for: verdicts are never rewritten.
    """
    now, total = clock.now() - SETTLING, 0
    while True:
        with unit_of_work():
            leads()
            written = tracking.sweep(now=now)
        total += written
        if not written:
            break
    if total:
        log.info("swept", verdicts=total)
    return total


def remind(leads: Leads = by_hand) -> int:
    """Queue the reminders whose step has come; gives how many letters were queued."""
    with unit_of_work():
        leads()
        queued = reminders.queue_due(now=clock.now())
    if queued:
        log.info("reminders_queued", letters=queued)
    return queued


def digest(leads: Leads = by_hand) -> int:
    """Queue the organisers' daily digest; gives how many letters were queued."""
    with unit_of_work():
        leads()
        queued = dashboard.queue_digests(now=clock.now())
    if queued:
        log.info("digests_queued", letters=queued)
    return queued


def deliver(kit: Kit, *, limit: int = 1000) -> int:
    """Send what waits, looking at each reminder's cause again just before it leaves; gives how many went."""
    recheck = {"reminder": lambda claim: reminders.recheck(claim.facts, now=clock.now())}
    return posting.deliver_letters(kit, recheck, limit).states.get(str(State.SENT), 0)


def scan(kit: Kit, *, limit: int = 200) -> int:
    """Have the files checked for viruses whose turn it is; gives how many were found clean or infected.

    Ends at once when the scanner is away: what it did not see stays unchecked, and is tried again, later each time.
    """
    if kit.scanner is None:
        return 0
    due = files.to_scan(clock.now(), limit)
    end_reading()
    found: dict[str, int] = {}
    for one in due:
        finding = _scan(kit, kit.scanner, one)
        with unit_of_work():
            if file_service.note_scan(one.id, finding, now=clock.now()):
                log.error("file_infected", file=one.id, found=finding.reason)
                reports.warn_infected(one.id, finding.reason, now=clock.now())
        found[finding.state] = found.get(finding.state, 0) + 1
        if finding.reason == "away":
            log.warning("scanner_away", address=kit.scanner.address)
            break
    if found:
        log.info("files_scanned", **found)
    return found.get(ScanState.CLEAN, 0) + found.get(ScanState.INFECTED, 0)


def _scan(kit: Kit, scanner: Clamd, one: files.Unscanned) -> Finding:
    try:
        with kit.vault.open(one.sha256) as content:
            return scanner.scan(content, one.size)
    except FileNotFoundError:
        return Finding(ScanState.SKIPPED, "missing")


def tidy(kit: Kit) -> int:
    """Drop staged and kept files that nobody claimed within a day; gives how many."""
    host_now = clock.system_clock()
    return kit.vault.tidy_staging(UNCLAIMED, host_now) + forget_unclaimed(kit.vault, host_now=host_now)


def uploads(kit: Kit) -> int:
    """Finish uploads that are whole, give up those whose time is over, remove what is left of others; gives their number."""
    finished = arriving.finish_left(kit, now=clock.now())
    expired = arriving.expire(kit, now=clock.now())
    arriving.clear(kit)
    if finished or expired:
        log.info("uploads_tidied", finished=finished, expired=expired)
    return finished + expired


def prepare_media(kit: Kit, *, limit: int = 1000, ended: Event | None = None) -> media.Prepared:
    """Make what people look at: pictures, posters, playable copies, previews, texts. It may take hours, and waits for nobody.

    It breaks off and gives back what it is at once `ended` is set.
    """
    return media.prepare(kit.vault, limit=limit, ended=ended)


def prepare_again(kit: Kit) -> int:
    """Let what could not be made, or was made and is gone or cut, be made anew; gives how many."""
    lost = [key for key, size in files.made_sizes() if not kit.vault.holds(key) or kit.vault.size(key) != size]
    end_reading()
    with unit_of_work():
        return file_service.try_again() + sum(file_service.make_again([key]) for key in lost)


def tick(kit: Kit) -> None:
    """Everything the clock does, once, in the order in which one thing follows from another."""
    pulsed("sweep", sweep)
    pulsed("remind", remind)
    pulsed("digest", digest)
    uploads(kit)
    scan(kit)
    pulsed("deliver", lambda: deliver(kit))


def pulsed(name: str, work: Callable[[], Result]) -> Result:
    """Do a chore and note its pulse: when it was done, or what made it fail. False from it means that another leads."""
    try:
        result = work()
    except Exception as error:
        # The database may be what has failed; then the chore's own error is the one to tell.
        with suppress(DatabaseAway), unit_of_work():
            pulse.failed(name, repr(error), host_now=clock.system_clock())
        raise
    if result is not False:
        with unit_of_work():
            pulse.done(name, host_now=clock.system_clock())
    return result
