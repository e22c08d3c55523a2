"""Refusals about bureaus, the people there, and the files they come in by. ``row`` is a line, the header being line 1."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from reporting.web.codes import kind_word, role_word
from reporting.web.formats import day_words, listed, number_words


def field_word(code: str) -> str:
    """A column of a roster or of a list of people. KeyError for an unknown one."""
    return {
        "code": _("单位代码"),
        "bureau_code": _("单位代码"),
        "name_zh": _("单位名称"),
        "name_en": _("英文名称"),
        "short_zh": _("简称"),
        "kind": _("类别"),
        "division_code": _("行政区划代码"),
        "region": _("区域"),
        "parent_code": _("上级单位"),
        "aliases": _("别名"),
        "name": _("姓名"),
        "email": _("电子邮箱"),
        "phone": _("电话"),
        "role": _("角色"),
        "day": _("日期"),
        "works": _("上班"),
    }[code]


def _kinds(facts: Mapping[str, Any]) -> str:
    return listed(kind_word(code) for code in facts["kinds"])


def _roles() -> str:
    from reporting.bureaus.rules import Role

    return listed(role_word(code) for code in Role)


def _role(facts: Mapping[str, Any]) -> str:
    return role_word(facts["role"])


_ROWS: dict[str, Callable[[Mapping[str, Any]], str]] = {
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
    "row_foreign_code": lambda facts: _(
        "第 %(row)s 行 单位代码 %(code)s 已被本单位范围以外的单位使用。请核对代码，或与上级管理员联系。",
        row=facts["row"],
        code=facts["code"],
    ),
    "row_cycle": lambda facts: _(
        "第 %(row)s 行 上级关系成环：%(codes)s。请改正其中一个单位的上级。", row=facts["row"], codes=facts["codes"]
    ),
    "row_field_missing": lambda facts: _(
        "第 %(row)s 行 缺少“%(field)s”。请补上后重新导入。", row=facts["row"], field=field_word(facts["field"])
    ),
    "row_field_too_long": lambda facts: _(
        "第 %(row)s 行 “%(field)s”超过 %(limit)s 个字。请缩短后重新导入。",
        row=facts["row"],
        field=field_word(facts["field"]),
        limit=facts["limit"],
    ),
    "row_control_character": lambda facts: _(
        "第 %(row)s 行 “%(field)s”中有不可显示的字符。请删去后重新导入。",
        row=facts["row"],
        field=field_word(facts["field"]),
    ),
    "unknown_kind": lambda facts: _(
        "第 %(row)s 行 单位类别“%(kind)s”不认识，可用的类别为 %(kinds)s。请改正。",
        row=facts["row"],
        kind=facts["kind"],
        kinds=_kinds(facts),
    ),
    "row_unknown_bureau": lambda facts: _(
        "第 %(row)s 行 单位代码 %(code)s 不存在，或不在您管理的范围内。请改正单位代码。",
        row=facts["row"],
        code=facts["code"],
    ),
    "row_unknown_role": lambda facts: _(
        "第 %(row)s 行 角色“%(role)s”不认识，可用的角色为 %(roles)s。请改正。",
        row=facts["row"],
        role=facts["role"],
        roles=_roles(),
    ),
    "row_role_not_yours": lambda facts: _(
        "第 %(row)s 行 您不能设置该单位的%(role)s。请改为填报人或签发人，或与管理员联系。",
        row=facts["row"],
        role=_role(facts),
    ),
    "row_person_twice": lambda facts: _(
        "第 %(row)s 行 与第 %(other_row)s 行是同一单位、同一邮箱、同一角色。请删去其中一行。",
        row=facts["row"],
        other_row=facts["other_row"],
    ),
    "row_person_differs": lambda facts: _(
        "第 %(row)s 行 邮箱 %(email)s 与第 %(other_row)s 行相同，姓名却不同。每人请用自己的邮箱。",
        row=facts["row"],
        email=facts["email"],
        other_row=facts["other_row"],
    ),
    "row_email_invalid": lambda facts: _(
        "第 %(row)s 行 电子邮箱“%(email)s”的格式不正确。请填写完整的地址，例如 zhang@example.gov.cn。",
        row=facts["row"],
        email=facts["email"][:60],
    ),
    "row_name_missing": lambda facts: _(
        "第 %(row)s 行 姓名还没有填写，或超过 %(limit)s 个字，或有不可显示的字符。请改正。",
        row=facts["row"],
        limit=facts["limit"],
    ),
    "row_phone_unusable": lambda facts: _(
        "第 %(row)s 行 电话超过 %(limit)s 个字，或有不可显示的字符。请改正。", row=facts["row"], limit=facts["limit"]
    ),
}

_FILES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "no_sheet": lambda _facts: _("还没有选择文件，也没有粘贴表格。请选择文件，或把表格粘贴到下面的框里。"),
    "confirmation_lost": lambda _facts: _(
        "核对结果已过期或不完整，没有导入。请重新选择文件核对，再确认导入；系统没有改动任何数据。"
    ),
    "encoding_unknown": lambda _facts: _(
        "文件的编码无法识别。请在 Excel 或 WPS 中另存为“CSV UTF-8”或 .xlsx 后重新导入，系统没有改动任何数据。"
    ),
    "header_missing": lambda facts: _(
        "第一行缺少列名：%(fields)s。请按样表补上后重新导入，系统没有改动任何数据。",
        fields=listed(field_word(name) for name in facts["fields"]),
    ),
    "no_rows": lambda _facts: _("文件中只有列名，没有内容。请确认选对了文件，系统没有改动任何数据。"),
    "line_unreadable": lambda facts: _(
        "第 %(row)s 行读不出来，可能缺少引号，或某一格过长。请在 Excel 或 WPS 中检查这一行后重新导入，系统没有改动任何数据。",
        row=facts["row"],
    ),
    "sheet_too_large": lambda facts: _(
        "表格太大，一次最多导入 %(most)s 行。请分成几份后分别导入，系统没有改动任何数据。",
        most=number_words(facts["most"]),
    ),
    "workbook_unreadable": lambda _facts: _(
        "这个 Excel 文件打不开，可能已损坏、加了密码，或是旧式 .xls。请另存为 .xlsx 或“CSV UTF-8”后重新导入，系统没有改动任何数据。"
    ),
    "too_many_people": lambda facts: _(
        "一次最多导入 %(most)s 人。请分成几份后分别导入，系统没有改动任何数据。", most=facts["most"]
    ),
}

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    **_ROWS,
    **_FILES,
    "bureau_name_missing": lambda _facts: _("单位名称还没有填写。请填写全称。"),
    "bureau_name_too_long": lambda facts: _(
        "“%(field)s”超过 %(limit)s 个字。请缩短。", field=field_word(facts["field"]), limit=facts["limit"]
    ),
    "name_day_unlikely": lambda facts: _("启用日期早于 %(day)s。请核对年份。", day=day_words(facts["day"])),
    "name_day_ahead": lambda facts: _(
        "名称启用日期晚于今天（%(day)s）。请在启用当天或之后再改名，或把日期改为今天及以前。",
        day=day_words(facts["day"]),
    ),
    "name_before_present": lambda facts: _(
        "启用日期早于现用名称的启用日期（%(day)s），名称的先后会错乱。请填写这一天或以后的日期。",
        day=day_words(facts["day"]),
    ),
    "alias_unusable": lambda facts: _(
        "别名还没有填写，或超过 %(limit)s 个字。请填写 1 至 %(limit)s 个字。", limit=facts["limit"]
    ),
    "own_account": lambda _facts: _(
        "不能停用自己的账号、结束自己的管理员角色，或在这里重设自己的密码。请由另一位管理员办理；改密码请用右上角的“修改密码”。"
    ),
}
