"""Refusals about campaigns, their tasks, the assignments and extensions."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from reporting.web.formats import listed, number_words


def campaign_field_word(code: str) -> str:
    """What a coordinator fills in. KeyError for an unknown field."""
    return {
        "title": _("标题"),
        "title_en": _("英文标题"),
        "document_number": _("文号"),
        "theme": _("活动主题"),
        "theme_en": _("英文主题"),
        "zone": _("时区"),
        "contact_name": _("联系人"),
        "contact_phone": _("联系电话"),
        "guidance": _("填报说明"),
        "focus_area": _("活动重点"),
        "focus_area_body": _("活动重点的说明"),
        "slogan_list": _("口号的标题"),
        "slogan": _("口号"),
    }[code]


SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "no_slots": lambda _facts: _("报送事项还没有材料项。请至少添加一项（总结、图片或视频），并标明是否必报。"),
    "nothing_required": lambda _facts: _("所有材料项都标为可不报，截止时无从判断谁未报。请至少把一项标为必报。"),
    "due_before_opening": lambda _facts: _("截止时间不晚于开始时间。请把截止时间改到开始时间之后。"),
    "cutoff_before_due": lambda _facts: _(
        "关闭时间早于截止时间。请把关闭时间改到截止时间之后；不接受补报的，两者填同一时间。"
    ),
    "window_out_of_range": lambda _facts: _("图片、视频传完的时限应在 0 至 168 小时之间，0 为不设。请改正。"),
    "window_shortened": lambda _facts: _(
        "报送事项已经开放，图片、视频传完的时限只能放宽，不能缩短，因为各单位已按此安排。请改为不小于原来的小时数。"
    ),
    "cutoff_before_window": lambda _facts: _(
        "关闭时间早于图片、视频传完的期限，届时文件将无法传入。请把关闭时间延到截止后所填小时数之后，或减少小时数。"
    ),
    "due_in_past": lambda _facts: _("截止时间已经过去，单位来不及报送。请改为将来的时间。"),
    "no_assignments": lambda _facts: _("报送事项还没有分派给任何单位。请先在单位树中选择要报送的单位。"),
    "bureau_without_reporter": lambda facts: _(
        "有 %(count)s 个单位没有可用的填报人，收不到通知：%(names)s。请先为这些单位设置填报人，或取消分派。",
        count=number_words(facts["total"]),
        names=listed(facts["names"]),
    ),
    "bureau_without_certifier": lambda facts: _(
        "该报送事项须经签发，而 %(count)s 个单位没有签发人：%(names)s。请先为这些单位设置签发人，或取消签发要求。",
        count=number_words(facts["total"]),
        names=listed(facts["names"]),
    ),
    "least_above_most": lambda _facts: _("材料项的最少个数大于最多个数。请改正其中一个。"),
    "document_number_missing": lambda _facts: _("文号还没有填写。请填写通知或批复的文号。已填写的内容都还在。"),
    "ends_before_start": lambda _facts: _("活动的结束日期早于开始日期。请改正其中一个。"),
    "year_unlikely": lambda _facts: _("年度应在 1978 至 2100 之间。请改正年度。"),
    "zone_unknown": lambda _facts: _("时区名称不认识。请填写标准名称，例如 Asia/Shanghai（北京时间）。"),
    "slot_twice": lambda _facts: _("同一种材料项出现了两次。总结、图片、视频每种至多一项，请删去一项。"),
    "count_out_of_range": lambda _facts: _("材料项的个数应在 0 至 200 之间，最多个数不小于 1。请改正。"),
    "no_formats": lambda _facts: _("材料项没有可用的格式，单位无法上传。请至少选一种格式，或允许填写文字。"),
    "size_out_of_range": lambda _facts: _("每个文件的大小上限应在 1 KB 至 16 GB 之间。请改正。"),
    "task_not_open": lambda _facts: _("该报送事项现在没有开放，不能延期。请先开放，或核对是否选对了事项。"),
    "extension_not_later": lambda _facts: _("新的截止时间不晚于现在的截止时间。延期只能往后延，请改为更晚的时间。"),
    "not_draft": lambda _facts: _("该报送事项已经开始，不能再作此改动。如需调整个别单位的时间，请用延期。"),
    "field_too_long": lambda facts: _(
        "“%(field)s”超过 %(limit)s 个字的上限。请缩短。已填写的内容都还在。",
        field=campaign_field_word(facts["field"]),
        limit=number_words(facts["limit"]),
    ),
    "focus_areas_fixed": lambda _facts: _(
        "活动已经开始，活动重点可以改文字、可以增加，但不能减少，因为报送的材料已按重点归类。请把删去的重点补回。"
    ),
    "slots_fixed": lambda _facts: _(
        "报送事项已经开放，材料项不能增减，因为各单位已按此报送。个数、格式和大小仍可调整；请把材料项改回原来的几项。"
    ),
    "task_closed": lambda _facts: _("该报送事项已经关闭，不能再改动。请先重新开放，再作改动。"),
}
