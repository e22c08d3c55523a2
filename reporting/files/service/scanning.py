"""The first virus check of a file that comes in: short ones at once, long ones by the clock."""

from pathlib import Path

from reporting.core.errors import Reason, Refused
from reporting.core.scanner import NOT_ASKED, Clamd, Finding, ScanState

# What is scanned while its sender waits: below a second.
MOST_AT_HAND_IN = 32 << 20


def first_scan(path: Path, name: str, size: int, *, scanner: Clamd | None) -> Finding:
    """What the scanner says of a staged file; raises Refused when it is infected.

    A scanner that is away or slow does not hold the hand-in up: the file is not checked yet, and said to be so.
    """
    if scanner is None:
        return NOT_ASKED
    if MOST_AT_HAND_IN < size <= scanner.max_bytes:
        return Finding(ScanState.PENDING, "waits")
    with path.open("rb") as file:
        finding = scanner.scan(file, size)
    if finding.state == ScanState.INFECTED:
        raise Refused(Reason.of("file_infected", name=name, found=finding.reason))
    return finding
