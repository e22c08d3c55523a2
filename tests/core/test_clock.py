"""The clock that the demonstration moves."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from reporting.core import clock


def test_a_moved_clock_is_seen_by_every_process_and_goes_on(tmp_path: Path) -> None:
    moved, other = clock.OffsetClock(tmp_path / "deep" / "clock"), clock.OffsetClock(tmp_path / "deep" / "clock")
    assert abs(moved() - clock.system_clock()) < timedelta(seconds=5)
    moment = datetime(2014, 10, 13, 1, tzinfo=UTC)
    moved.move_to(moment)
    first = other()
    # The file keeps milliseconds, so that the moved clock may begin half a one early.
    assert timedelta(milliseconds=-1) < first - moment < timedelta(seconds=5)
    assert other() > first


def test_using_a_clock_gives_the_earlier_one_back() -> None:
    def still() -> datetime:
        return datetime(2014, 10, 1, tzinfo=UTC)

    before = clock.use(still)
    try:
        assert clock.now() == datetime(2014, 10, 1, tzinfo=UTC)
    finally:
        assert clock.use(before) is still
