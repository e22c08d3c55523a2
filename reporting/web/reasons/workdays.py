"""Refusals about the calendar of working days. ``row`` is a line of a list, the header being line 1."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "workday_unlikely": lambda facts: _(
        "工作日历只记 %(earliest)s 至 %(latest)s 年。请核对年份。", earliest=facts["earliest"], latest=facts["latest"]
    ),
    "workday_name_too_long": lambda facts: _("名称超过 %(limit)s 个字。请缩短。", limit=facts["limit"]),
    "workday_source_too_long": lambda facts: _("依据超过 %(limit)s 个字。请缩短。", limit=facts["limit"]),
    "workday_document_missing": lambda _facts: _("还没有填写依据的文号。请填写国务院办公厅放假通知的文号。"),
    "row_day_unreadable": lambda facts: _(
        "第 %(row)s 行 日期“%(text)s”读不出来。请按 2027-10-01 的格式填写。", row=facts["row"], text=facts["text"][:40]
    ),
    "row_day_unlikely": lambda facts: _(
        "第 %(row)s 行 日期 %(text)s 不在 %(earliest)s 至 %(latest)s 年之间。请核对年份。",
        row=facts["row"],
        text=facts["text"][:40],
        earliest=facts["earliest"],
        latest=facts["latest"],
    ),
    "row_day_twice": lambda facts: _(
        "第 %(row)s 行 日期 %(text)s 与第 %(other_row)s 行重复。请删去其中一行。",
        row=facts["row"],
        text=facts["text"][:40],
        other_row=facts["other_row"],
    ),
    "row_works_unreadable": lambda facts: _(
        "第 %(row)s 行 “%(text)s”看不出是否上班。请填写 1（上班）或 0（放假）。",
        row=facts["row"],
        text=facts["text"][:40],
    ),
    "row_day_name_too_long": lambda facts: _(
        "第 %(row)s 行 名称超过 %(limit)s 个字。请缩短后重新导入。", row=facts["row"], limit=facts["limit"]
    ),
}
