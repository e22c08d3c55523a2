"""Refusals about campaigns, their tasks, the assignments and extensions."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from reporting.web.formats import listed, number_words

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "campaign_title_missing": lambda facts: _("活动名称还没有填写。请填写活动名称。"),
    "task_title_missing": lambda facts: _("报送事项的名称还没有填写。请填写名称。"),
    "no_slots": lambda facts: _("报送事项还没有材料项。请至少添加一项（总结、图片或视频），并标明是否必报。"),
    "nothing_required": lambda facts: _("所有材料项都标为可不报，截止时无从判断谁未报。请至少把一项标为必报。"),
    "due_before_opening": lambda facts: _("截止时间不晚于开始时间。请把截止时间改到开始时间之后。"),
    "cutoff_before_due": lambda facts: _(
        "关闭时间早于截止时间。请把关闭时间改到截止时间之后；不接受补报的，两者填同一时间。"
    ),
    "due_in_past": lambda facts: _("截止时间已经过去，单位来不及报送。请改为将来的时间。"),
    "no_assignments": lambda facts: _("报送事项还没有分派给任何单位。请先在单位树中选择要报送的单位。"),
    "bureau_without_reporter": lambda facts: _(
        "有 %(count)s 个单位没有可用的填报人，收不到通知：%(names)s。请先为这些单位设置填报人，或取消分派。",
        count=number_words(len(facts["names"])),
        names=listed(facts["names"]),
    ),
    "least_above_most": lambda facts: _("材料项的最少个数大于最多个数。请改正其中一个。"),
    "document_number_missing": lambda facts: _("延期需要有依据。请填写同意延期的文号。"),
    "extension_reason_missing": lambda facts: _("延期的原因还没有填写。请填写原因，日后可以查考。"),
    "extension_not_later": lambda facts: _("新的截止时间不晚于现在的截止时间。延期只能往后延，请改为更晚的时间。"),
    "not_draft": lambda facts: _("该报送事项已经开始，不能再作此改动。如需调整个别单位的时间，请用延期。"),
}
