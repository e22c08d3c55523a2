"""Refusals about bureaus and the rosters they come in by. ``row`` is the line in the file, the header being line 1."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from reporting.web.formats import listed

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "row_duplicate_code": lambda facts: _(
        "第 %(row)s 行 单位代码 %(code)s 与第 %(other_row)s 行重复。请改正或删去其中一行。",
        row=facts["row"],
        code=facts["code"],
        other_row=facts["other_row"],
    ),
    "row_missing_parent": lambda facts: _(
        "第 %(row)s 行 %(code)s 的上级单位 %(parent)s 不存在。请改正上级单位代码，或补上该上级单位。",
        row=facts["row"],
        code=facts["code"],
        parent=facts["parent"],
    ),
    "row_cycle": lambda facts: _(
        "第 %(row)s 行 上级关系成环：%(codes)s。请改正其中一个单位的上级。", row=facts["row"], codes=facts["codes"]
    ),
    "row_field_missing": lambda facts: _(
        "第 %(row)s 行 缺少“%(field)s”。请补上后重新导入。", row=facts["row"], field=facts["field"]
    ),
    "row_field_too_long": lambda facts: _(
        "第 %(row)s 行 “%(field)s”超过 %(limit)s 个字。请缩短后重新导入。",
        row=facts["row"],
        field=facts["field"],
        limit=facts["limit"],
    ),
    "unknown_kind": lambda facts: _(
        "第 %(row)s 行 单位类别“%(kind)s”不认识，可用的类别为 %(kinds)s。请改正。",
        row=facts["row"],
        kind=facts["kind"],
        kinds=facts["kinds"],
    ),
    "encoding_unknown": lambda _facts: _(
        "文件的编码无法识别。请在 Excel 或 WPS 中另存为“CSV UTF-8”或 .xlsx 后重新导入，系统没有改动任何数据。"
    ),
    "header_missing": lambda facts: _(
        "第一行缺少列名：%(fields)s。请按样表补上后重新导入，系统没有改动任何数据。", fields=listed(facts["fields"])
    ),
    "no_rows": lambda _facts: _("文件中只有列名，没有单位。请确认选对了文件，系统没有改动任何数据。"),
}
