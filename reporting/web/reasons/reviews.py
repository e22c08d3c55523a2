"""Refusals about deciding on a submitted report."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from reporting.web.codes import slot_kind_words
from reporting.web.formats import deadline_words, listed, number_words

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "note_missing": lambda _facts: _("退回时需要写明审阅意见，填报单位才知道改什么。请填写审阅意见。"),
    "note_too_long": lambda facts: _(
        "审阅意见超过 %(limit)s 个字的上限。请缩短意见。已填写的文字都还在。", limit=number_words(facts["limit"])
    ),
    "round_changed": lambda facts: _(
        "您打开页面之后，该单位又提交了一次，现为第 %(round)s 次提交。您的意见没有丢失。请核对最新内容后再作决定。",
        round=facts["round"],
    ),
    "not_submitted": lambda _facts: _("该单位还没有提交，或材料已退回修改，现在没有可以审阅的内容。"),
    "already_decided": lambda facts: _(
        "这次提交已由 %(by)s 作出决定，没有再次处理。请刷新页面查看结果。", by=facts["by"]
    ),
    "slots_still_owed": lambda facts: _(
        "该单位还缺 %(slots)s，暂时不能采纳。请退回并说明所缺材料，或等单位补齐后再采纳。",
        slots=listed(slot_kind_words(kind) for kind in facts["slots"]),
    ),
    "media_still_awaited": lambda facts: _(
        "%(slots)s的文件还没有传齐，不能采纳。请等文件传齐后再采纳，或写明意见退回。",
        slots=listed(slot_kind_words(kind) for kind in facts["awaited"]),
    ),
    "return_when_closed": lambda _facts: _("该报送事项已经关闭，退回后单位不能再次提交。请先为该单位延期，再退回。"),
    "return_due_in_past": lambda _facts: _("要求再次提交的日期已经过去。请改为今天或以后的日期，或不填日期。"),
    "return_due_after_cutoff": lambda facts: _(
        "要求再次提交的日期晚于关闭时间（%(moment)s），单位届时不能提交。请改为关闭之前的日期，或先为该单位延期。",
        moment=deadline_words(facts["cutoff_at"], facts["zone"]),
    ),
}
