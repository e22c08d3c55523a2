"""What time it is. The only place that asks the system clock for a date.

The demonstration lives in October 2014: there an `OffsetClock` reads how far the clock has been moved
from a file that web workers, scheduler and command line share.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The host's time as an aware UTC moment."""
    return datetime.now(UTC)


class OffsetClock:
    """The host's time moved by a number of seconds that is kept in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> datetime:
        """The moved time as an aware UTC moment."""
        return system_clock() + timedelta(seconds=self.offset())

    def offset(self) -> float:
        """How far the clock is moved, in seconds; 0 when the file is not there yet."""
        try:
            return float(self.path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0.0

    def move_to(self, moment: datetime) -> None:
        """Set the clock to an aware moment, atomically for every process that reads the file."""
        seconds = (moment - system_clock()).total_seconds()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.write_text(f"{seconds:.3f}", encoding="ascii")
        draft.replace(self.path)


_clock: Clock = system_clock


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _clock()


def use(clock: Clock) -> Clock:
    """Replace the clock; gives back the one that was in use, so that a caller can put it back."""
    global _clock
    previous, _clock = _clock, clock
    return previous
