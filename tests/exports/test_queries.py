"""What an export knows of each bureau."""

from datetime import timedelta

import pytest

from reporting.core.db import unit_of_work
from reporting.dashboard import queries as dashboard
from reporting.dashboard.rules import Filter
from reporting.exports import queries
from tests import crowd
from tests.crowd import DUE, NOTHING, PARTIAL, PUNCTUAL, TARDY

AFTER = DUE + timedelta(days=2)


def test_a_line_says_counts_receipt_and_by_how_much_it_was_late(app):
    with unit_of_work():
        task = crowd.board([PUNCTUAL, TARDY, PARTIAL, NOTHING])
    found = dashboard.survey(task, now=AFTER)
    lines = queries.lines(task, found, dashboard.chosen(task, found, Filter()))
    lines.sort(key=lambda line: line.row.code)
    assert [line.late_seconds for line in lines] == [0, 7 * 3600, 0, 0]
    assert [bool(line.receipt) for line in lines] == [True, True, True, False]
    assert [[slot.count for slot in line.slots] for line in lines] == [[1, 1, 1], [1, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert [line.row.round for line in lines] == [1, 1, 1, 0]
    assert lines[2].slots[0].arrived_at == DUE - timedelta(hours=3)


@pytest.mark.parametrize("size", [1, 3, 3_200])
def test_the_number_of_statements_does_not_grow(app, size, count_queries):
    with unit_of_work():
        task = crowd.board([PUNCTUAL] * size)
    found = dashboard.survey(task, now=AFTER)
    ids = dashboard.chosen(task, found, Filter())
    with count_queries() as asked:
        assert len(queries.lines(task, found, ids)) == size
    asked.expect(4)
