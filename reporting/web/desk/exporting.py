"""The board as a file: the same filter, one row a bureau."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus.rules import DESK_ROLES
from reporting.core import clock
from reporting.core.db import let_go
from reporting.dashboard import queries as dashboard
from reporting.exports import queries, service
from reporting.exports.service import Cell, Table
from reporting.web.codes import kind_word, review_word, slot_kind_words, slot_word, standing_word
from reporting.web.desk import blueprint
from reporting.web.desk.board import asked_filter
from reporting.web.desk.place import own_task
from reporting.web.desk.wording import in_english, task_name
from reporting.web.formats import due_stamp_words, late_words, zone_words
from reporting.web.guards import policy
from reporting.web.serving import disposition

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLOCK_BYTES = 64 << 10
# In this much memory, and on disk beyond it.
MOST_IN_MEMORY = 2 << 20


@blueprint.get("/desk/tasks/<int:task_id>/export.xlsx")
@policy(*DESK_ROLES)
def export_xlsx(task_id: int) -> ResponseReturnValue:
    """The filtered board as a workbook."""
    table, name = _table(task_id, now=clock.now())
    paper = tempfile.SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115 - closed when its last block has left
    service.write_xlsx(table, paper)
    return _download(_blocks(paper), f"{name}.xlsx", XLSX)


@blueprint.get("/desk/tasks/<int:task_id>/export.csv")
@policy(*DESK_ROLES)
def export_csv(task_id: int) -> ResponseReturnValue:
    """The filtered board as CSV, written while it travels."""
    table, name = _table(task_id, now=clock.now())
    return _download(service.write_csv(table), f"{name}.csv", "text/csv")


def _table(task_id: int, *, now: datetime) -> tuple[Table, str]:
    """All is read, and worded in the reader's language, before the first byte leaves."""
    task = own_task(task_id, *DESK_ROLES)
    found = dashboard.survey(task, now=now)
    lines = queries.lines(task, found, dashboard.chosen(task, found, asked_filter(task)))
    zone = ZoneInfo(task.campaign.zone)
    head, widths = _head(task, now)
    rows = [_row(line, zone) for line in lines]
    name = _("%(task)s报送情况-%(day)s", task=task_name(task), day=f"{now.astimezone(zone):%Y%m%d-%H%M}")
    sheet = _("报送情况")
    let_go()
    return Table(sheet, head, rows, widths), name


def _head(task: Any, now: datetime) -> tuple[list[str], list[int]]:
    clock_name = zone_words(task.campaign.zone, now)
    columns = [
        (_("单位代码"), 10),
        (_("单位名称"), 36),
        (_("简称"), 16),
        (_("类别"), 10),
        (_("地区"), 8),
        (_("截止（%(zone)s）", zone=clock_name), 18),
        (_("报送情况"), 12),
        (_("审阅"), 10),
    ]
    for slot in task.slots:
        kind = slot_kind_words(slot.kind)
        columns += [
            (_("%(slot)s情况", slot=kind), 12),
            (_("%(slot)s首次送达（%(zone)s）", slot=kind, zone=clock_name), 20),
            (_("%(slot)s件数", slot=kind), 9),
        ]
    columns += [(_("最近回执编号"), 18), (_("逾期"), 18), (_("提交次数"), 9)]
    return [label for label, _width in columns], [width for _label, width in columns]


def _row(line: queries.Line, zone: ZoneInfo) -> Sequence[Cell]:
    row, group = line.row, line.row.group
    cells: list[Cell] = [
        row.code,
        (in_english() and row.name_en) or row.name_zh,
        row.short_zh,
        kind_word(row.kind),
        row.region,
        # With the year always, since a file is read in another year than it was made.
        due_stamp_words(group.due_at, zone, 0),
        standing_word(group.standing),
        review_word(group.review_state),
    ]
    for slot in line.slots:
        arrived = slot.arrived_at.astimezone(zone).replace(tzinfo=None, microsecond=0) if slot.arrived_at else None
        word = slot_word(slot.standing)
        cells += [f"{word} {slot.media.came}/{slot.media.total}" if slot.media else word, arrived, slot.count]
    return [*cells, line.receipt, late_words(line.late_seconds) if line.late_seconds else "", row.round]


def _blocks(paper: IO[bytes]) -> Iterator[bytes]:
    with paper:
        paper.seek(0)
        while block := paper.read(BLOCK_BYTES):
            yield block


def _download(content: Iterator[bytes], name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": disposition(name, inline=False)}
    return Response(content, mimetype=media_type, headers=headers)
