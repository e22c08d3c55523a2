"""Refusals about drafting, signing off and submitting a report."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from reporting.web.codes import slot_kind_words
from reporting.web.formats import deadline_words, number_words

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "closed_for_submission": lambda facts: _(
        "该报送事项已于 %(moment)s 关闭。如需补报，请与主办单位联系（电话见通知）。草稿仍为您保留。",
        moment=deadline_words(facts["cutoff_at"], facts["zone"]),
    ),
    "not_open_yet": lambda facts: _(
        "该报送事项将于 %(moment)s 开始，届时即可填报。", moment=deadline_words(facts["opens_at"], facts["zone"])
    ),
    "nothing_complete": lambda _facts: _(
        "还没有任何一项必报材料填写完整，暂时不能提交。请先完成至少一项（总结、图片或视频）。草稿均已保存。"
    ),
    "already_submitted": lambda _facts: _(
        "这份材料已经提交，此后没有改动，不必再次提交。如有补充，请先修改或上传，再提交。"
    ),
    "changed_since_check": lambda facts: _(
        "您打开核对页之后，%(by)s又修改过这份材料，尚未提交。下面是现在的内容，请再核对一遍后提交。", by=facts["by"]
    ),
    "stale_version": lambda facts: _(
        "本页面打开后，%(by)s已在另一处修改过这份总结。您的文字没有丢失：左侧为对方版本，右侧为您的版本，"
        "请选择或合并。",
        by=facts["by"],
    ),
    "title_missing": lambda _facts: _("标题还没有填写。请填写标题。已填写的其他内容都还在。"),
    "title_too_long": lambda facts: _(
        "标题超过 %(limit)s 个字的上限。请缩短标题。已填写的内容都还在。", limit=number_words(facts.get("limit", 200))
    ),
    "text_too_long": lambda facts: _(
        "总结正文超过 %(limit)s 个字的上限。请缩短正文，或改为上传文档。已填写的文字都还在。",
        limit=number_words(facts["limit"]),
    ),
    "caption_too_long": lambda facts: _(
        "《%(name)s》的说明超过 %(limit)s 个字的上限。请缩短说明。其他内容均已保存。",
        name=facts["name"],
        limit=number_words(facts["limit"]),
    ),
    "place_too_long": lambda facts: _(
        "《%(name)s》的拍摄地点超过 %(limit)s 个字的上限。请缩短后再保存。其他内容均已保存。",
        name=facts["name"],
        limit=number_words(facts["limit"]),
    ),
    "credit_too_long": lambda facts: _(
        "《%(name)s》的拍摄者姓名超过 %(limit)s 个字的上限。请缩短后再保存。其他内容均已保存。",
        name=facts["name"],
        limit=number_words(facts["limit"]),
    ),
    "taken_on_unreadable": lambda facts: _(
        "《%(name)s》的拍摄日期读不出来。请按 2014-10-15 的格式填写，不晚于 2100 年。其他内容均已保存。",
        name=facts["name"],
    ),
    "reason_missing": lambda _facts: _("原因还没有填写。请写明原因，日后可以查考。已填写的内容都还在。"),
    "reason_too_long": lambda facts: _(
        "原因超过 %(limit)s 个字的上限。请缩短原因。已填写的文字都还在。", limit=number_words(facts.get("limit", 500))
    ),
    "may_not_declare": lambda facts: _(
        "“%(slot)s”不能以申明代替。请上传材料；确有困难的，请与主办单位联系。",
        slot=slot_kind_words(facts["slot"]),
    ),
    "declaration_reason_missing": lambda facts: _(
        "申明没有%(slot)s时需要写明原因，主办单位会看到。请填写原因。已填写的内容都还在。",
        slot=slot_kind_words(facts["slot"]),
    ),
    "declaration_reason_too_long": lambda facts: _(
        "没有%(slot)s的原因超过 %(limit)s 个字的上限。请缩短原因。已填写的文字都还在。",
        slot=slot_kind_words(facts["slot"]),
        limit=number_words(facts["limit"]),
    ),
    "already_attached": lambda facts: _(
        "《%(name)s》与本项中已有的文件内容相同，没有重复添加。如需换成新的一份，请核对后重新选择。", name=facts["name"]
    ),
    "slot_has_files": lambda _facts: _("此项材料已上传文件，不能申明没有。如确无此项材料，请先移除已上传的文件。"),
    "media_not_arrived": lambda facts: _(
        "“%(slot)s”有 %(count)s 个文件只登记了清单，还没有传完，现在不能提交。请等传完后再提交，或先移除没有传完的文件。"
        "已传完的文件和已填写的内容都还在。",
        slot=slot_kind_words(facts["slot"]),
        count=number_words(facts["limit"]),
    ),
    "content_differs_from_promise": lambda facts: _(
        "《%(name)s》与提交清单时登记的同名文件内容不同，没有接收。请上传登记时的原文件，不要修改或转换；"
        "确需更换的，请先移除清单中的《%(name)s》，再上传新文件并重新提交，送达时间以重新提交为准。",
        name=facts["name"],
    ),
    "hash_malformed": lambda facts: _(
        "《%(name)s》的校验值不完整，没有登记。请刷新页面后重新选择这个文件。其他文件不受影响。", name=facts["name"]
    ),
    "manifest_malformed": lambda _facts: _(
        "收到的文件清单读不出来，没有登记。请刷新页面后重新选择文件。已登记的文件都还在。"
    ),
    "needs_certifier": lambda _facts: _(
        "提交须由本单位签发人办理。请把填好的材料交签发人核对后提交；还没有签发人的，请与主办单位联系。草稿均已保存。"
    ),
    "already_accepted": lambda _facts: _("这份材料已被采纳，不能再改动。如确需更正，请与主办单位联系。"),
    "slot_emptied": lambda facts: _(
        "“%(slot)s”此前提交时是齐全的，现在缺少内容。请补齐后再提交，或把原来的文件传回来。",
        slot=slot_kind_words(facts["slot"]),
    ),
}
