"""What is said of a file's virus check, and what its row remembers."""

from datetime import UTC, datetime, timedelta

import pytest

from reporting.core.db import unit_of_work
from reporting.core.scanner import Finding, ScanState
from reporting.files import queries, rules
from reporting.files import service as files

NOW = datetime(2014, 10, 13, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "scanning", "mark"),
    [
        ("off", False, ""),
        ("off", True, "unchecked"),
        ("pending", False, "unchecked"),
        ("pending", True, "unchecked"),
        ("skipped", False, "unchecked"),
        ("skipped", True, "unchecked"),
        ("clean", False, "clean"),
        ("clean", True, "clean"),
        ("infected", False, "infected"),
        ("infected", True, "infected"),
    ],
)
def test_only_what_was_found_clean_is_called_so(state, scanning, mark):
    assert rules.scan_mark(state, scanning=scanning) == mark


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (1000, 360)])
def test_it_is_looked_at_again_later_each_time(attempts, minutes):
    assert rules.next_look(attempts, NOW) == NOW + timedelta(minutes=minutes)


def content(sign: str, state: ScanState) -> files.Content:
    return files.Content(
        sha256=sign * 64, size=5, kind="photo", media_type="image/jpeg", facts={}, finding=Finding(state)
    )


def test_the_row_keeps_the_first_finding_and_a_better_one(app):
    with unit_of_work():
        first = files.keep_row(content("a", ScanState.PENDING), now=NOW)
        assert (first.scan_state, first.scanned_at) == ("pending", None)
        again = files.keep_row(content("a", ScanState.CLEAN), now=NOW)
        assert (again.id, again.scan_state, again.scanned_at) == (first.id, "clean", NOW)
        assert files.keep_row(content("a", ScanState.PENDING), now=NOW).scan_state == "clean"


def test_what_is_infected_stays_so(app):
    with unit_of_work():
        row = files.keep_row(content("a", ScanState.PENDING), now=NOW)
        assert files.note_scan(row.id, Finding(ScanState.INFECTED, "Eicar"), now=NOW) is True
        assert files.note_scan(row.id, Finding(ScanState.CLEAN), now=NOW) is False
        assert (row.scan_state, row.scan_reason) == ("infected", "Eicar")
        assert files.note_scan(999, Finding(ScanState.CLEAN), now=NOW) is False


def test_what_waits_is_found_when_its_turn_has_come(app):
    with unit_of_work():
        states = (ScanState.OFF, ScanState.PENDING, ScanState.CLEAN, ScanState.SKIPPED, ScanState.INFECTED)
        ids = [files.keep_row(content(sign, state), now=NOW).id for sign, state in zip("abcde", states, strict=True)]
    assert sorted(one.id for one in queries.to_scan(NOW, 10)) == ids[:2]
    assert len(queries.to_scan(NOW, 1)) == 1
    with unit_of_work():
        files.note_scan(ids[1], Finding(ScanState.PENDING, "away"), now=NOW)
    assert [one.id for one in queries.to_scan(NOW, 10)] == ids[:1]
    assert sorted(one.id for one in queries.to_scan(NOW + timedelta(minutes=1), 10)) == ids[:2]
