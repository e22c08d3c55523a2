"""What is said of a file's virus check, and when it is looked at again."""

from datetime import datetime, timedelta
from typing import Literal

Mark = Literal["", "clean", "unchecked", "infected"]

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)


def scan_mark(state: str, *, scanning: bool) -> Mark:
    """What a reader is told; empty where nothing is checked at all. What was not found clean is never called so."""
    if state == "infected":
        return "infected"
    if state == "off" and not scanning:
        return ""
    return "clean" if state == "clean" else "unchecked"


def next_look(attempts: int, now: datetime) -> datetime:
    """When a file that could not be checked so many times is tried again: later each time, up to six hours."""
    waits = min(max(attempts - 1, 0), 12)
    return now + min(_FIRST_WAIT * (1 << waits), _LONGEST_WAIT)
