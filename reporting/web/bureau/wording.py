"""Words which only the bureau's pages need; rows come in as they are, and English names are used where there are some."""

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from reporting.files.rules import FORMATS, allowed_codes
from reporting.reports.rules import LONGEST_TITLE, SlotContent, is_complete
from reporting.web.codes import slot_kind_words
from reporting.web.formats import limit_words, listed


def _in_english() -> bool:
    return str(get_locale() or "").startswith("en")


def campaign_name(campaign: Any) -> str:
    """A campaign's title in the reader's language."""
    return str((_in_english() and campaign.title_en) or campaign.title)


def task_name(task: Any) -> str:
    """What is to be handed in, in the reader's language."""
    return str((_in_english() and task.title_en) or task.title)


def area_name(area: Any) -> str:
    """A focus area in the reader's language."""
    return str((_in_english() and area.title_en) or area.title)


def bureau_name(bureau: Any, *, short: bool = False) -> str:
    """A bureau's name in the reader's language."""
    return str((_in_english() and bureau.name_en) or (bureau.short_zh if short else bureau.name_zh))


def suggested_title(bureau: Any, campaign: Any, task: Any) -> str:
    """A title to begin with: bureau, campaign and task in one line, what the last two share said once.

    It is Chinese in either language, since reports are; it leaves out the bureau when all would be too long.
    """
    first, then = campaign.title, task.title
    shared = next((size for size in range(min(len(first), len(then)), 0, -1) if first.endswith(then[:size])), 0)
    whole = first + then[shared:]
    return next((title for title in (bureau.name_zh + whole, whole) if len(title) <= LONGEST_TITLE), "")


def count_words(kind: str, count: int) -> str:
    """How many of what: “3 张图片”."""
    return {
        "summary": _("%(count)s 份文档", count=count),
        "photos": _("%(count)s 张图片", count=count),
        "videos": _("%(count)s 段视频", count=count),
    }[kind]


def add_words(kind: str) -> str:
    """What the file field of a slot is called."""
    return {"summary": _("添加总结文档"), "photos": _("添加图片"), "videos": _("添加视频")}[kind]


def limits_words(slot: Any) -> str:
    """What may be uploaded into a slot, said beside its button before anybody has to guess."""
    facts = {
        "formats": listed(code.upper() for code in FORMATS if code in allowed_codes(slot.format_list)),
        "most": slot.most,
        "size": limit_words(slot.max_bytes),
    }
    sentences = {
        "summary": _("可用格式：%(formats)s；最多 %(most)s 份，每份不超过 %(size)s。", **facts),
        "photos": _("可用格式：%(formats)s；最多 %(most)s 张，每张不超过 %(size)s。可以一次选择多张。", **facts),
        "videos": _("可用格式：%(formats)s；最多 %(most)s 段，每段不超过 %(size)s。", **facts),
    }
    return sentences[slot.kind]


def endings(slot: Any) -> list[str]:
    """The file endings which may come into a slot, for the page to look at before anything is sent."""
    return [ending for code in sorted(allowed_codes(slot.format_list)) for ending in FORMATS[code].endings]


def missing_words(content: SlotContent) -> str:
    """What a slot's working copy still lacks: “还缺 2 张图片”; empty when it is complete."""
    if is_complete(content):
        return ""
    if content.present > content.most:
        return _("超出 %(more)s，请移除", more=count_words(content.kind, content.present - content.most))
    if content.takes_text and not content.counted:
        return _("还缺正文或文档") if content.kind == "summary" else _("还缺说明文字或文件")
    return _("还缺 %(count)s", count=count_words(content.kind, max(1, content.least) - content.counted))


def filled_words(content: SlotContent) -> str:
    """What stands in a slot's working copy: “正文，1 份文档”, “申明无”, “尚无内容”."""
    if content.declared:
        return _("申明无")
    parts = [_("正文")] if content.takes_text and content.has_text else []
    parts += [count_words(content.kind, content.present)] if content.present else []
    filled = listed(parts) or _("尚无内容")
    return (
        _("%(filled)s（其中 %(count)s 个尚未传完）", filled=filled, count=content.coming) if content.coming else filled
    )


def owed_words(kinds: list[str]) -> str:
    """The kinds of slots in one sentence: “图片、视频”."""
    return listed(slot_kind_words(kind) for kind in kinds)
