"""Words which only the organiser's pages need; rows come in as they are, and English names are used where there are."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from reporting.core.actor import SYSTEM
from reporting.web.codes import slot_kind_words
from reporting.web.formats import listed
from reporting.web.words import standing_word


def in_english() -> bool:
    """Whether the reader reads English."""
    return str(get_locale() or "").startswith("en")


def campaign_name(campaign: Any) -> str:
    """A campaign's title in the reader's language."""
    return str((in_english() and campaign.title_en) or campaign.title)


def task_name(task: Any) -> str:
    """What is to be handed in, in the reader's language."""
    return str((in_english() and task.title_en) or task.title)


def bureau_name(bureau: Any, *, short: bool = False) -> str:
    """A bureau's name in the reader's language."""
    return str((in_english() and bureau.name_en) or (bureau.short_zh if short else bureau.name_zh))


def standing_choice(code: str) -> str:
    """A standing as a filter names it, with the two questions that several standings answer."""
    gathered = {"owing": _("仍有欠缺（未报齐）"), "to_come": _("尚未报（未到截止）")}
    return gathered.get(code) or standing_word(code)


def letter_kind_word(code: str) -> str:
    """What a letter is about. KeyError for an unknown code, here and below."""
    return str(_LETTER_KINDS[code])


_LETTER_KINDS = {
    "reminder": _l("催报"),
    "receipt": _l("回执"),
    "returned": _l("退回修改"),
    "accepted": _l("采纳通知"),
    "extension": _l("延期通知"),
    "digest": _l("每日汇总"),
    "welcome": _l("开通通知"),
    "infected": _l("病毒警示"),
}


def letter_state_word(code: str) -> str:
    """Where a letter is on its way."""
    return str(_LETTER_STATES[code])


_LETTER_STATES = {
    "pending": _l("待发"),
    "sending": _l("正在发送"),
    "data_started": _l("正在发送"),
    "sent": _l("已发出"),
    "retry": _l("稍后重试"),
    "failed": _l("发送失败"),
    "unknown": _l("结果不明"),
    "suppressed": _l("已停发"),
}
LETTER_LOOKS = {
    "pending": ("open", "slate"),
    "sending": ("submitted", "blue"),
    "data_started": ("submitted", "blue"),
    "sent": ("on_time", "green"),
    "retry": ("returned", "amber"),
    "failed": ("missing", "red"),
    "unknown": ("warning", "amber-strong"),
    "suppressed": ("none", "grey"),
}


def letter_reason_words(code: str) -> str:
    """Why a letter waits, has failed or was held back; a code that nobody has put into words is shown as it is."""
    return str(_LETTER_REASONS.get(code, code))


_LETTER_REASONS = {
    "no_longer_owed": _l("发出之前材料已经报齐，不再催报"),
    "superseded": _l("截止时间已经调整，按原时间写的信不再发出"),
    "refused_for_now": _l("对方邮件服务器暂时不收，将自动重试"),
    "refused_for_good": _l("对方邮件服务器拒收，请核对地址"),
    "server_away": _l("邮件服务器连接不上，将自动重试"),
    "doubtful": _l("发送中途断开，对方可能已经收到"),
    "not_written": _l("信件内容没有写成，请联系系统管理员"),
    "not_rechecked": _l("发出前的核对没有完成，将自动重试"),
    "interrupted": _l("发送被中断，将自动重试"),
}


def action_words(code: str) -> str:
    """What was done, as the record says it; a code that nobody has put into words is shown as it is."""
    return str(_ACTIONS.get(code, code))


_ACTIONS = {
    "assignment.extended": _l("延期"),
    "report.text_saved": _l("修改正文"),
    "report.files_added": _l("添加文件"),
    "report.files_promised": _l("登记待传文件"),
    "report.files_came": _l("待传文件传完"),
    "report.files_described": _l("修改文件说明"),
    "report.file_removed": _l("移除文件"),
    "report.file_restored": _l("恢复文件"),
    "report.file_moved": _l("调整文件顺序"),
    "report.none_declared": _l("说明没有材料"),
    "report.none_withdrawn": _l("撤回“没有材料”的说明"),
    "report.prepared": _l("送签"),
    "report.submitted": _l("提交材料"),
    "report.accepted": _l("采纳"),
    "report.returned": _l("退回修改"),
    "receipt.issued": _l("开具回执"),
}
NAMED = 3


def actor_words(name: str) -> str:
    """Who did it, as the record says it."""
    return _("系统") if name == SYSTEM.name else name


def fact_words(facts: Mapping[str, Any]) -> list[str]:
    """What the record says of a change beside who and when: which round, slot and files, and the reason given."""
    told = []
    if facts.get("round"):
        told.append(_("第 %(round)s 次提交", round=facts["round"]))
    if facts.get("slot"):
        told.append(slot_kind_words(facts["slot"]))
    if facts.get("files"):
        names = listed([f"《{name}》" for name in facts["files"][:NAMED]])
        count = len(facts["files"])
        told.append(_("%(names)s等 %(count)s 个文件", names=names, count=count) if count > NAMED else names)
    if facts.get("reason"):
        told.append(str(facts["reason"]))
    return told


def due_change_word(code: str) -> str:
    """Why a due has moved."""
    return str({"extension": _l("单独延期"), "task": _l("报送事项改期")}[code])


def verdict_word(code: str) -> str:
    """What was found at a deadline."""
    return str({"on_time": _l("按时报齐"), "partial": _l("部分已报"), "missing": _l("未报")}[code])


def clock_fault_words(code: str) -> str:
    """What of the clock's work stands still, and what to do."""
    return str(_CLOCK_FAULTS[code])


_CLOCK_FAULTS = {
    "clock_never_ran": _l("定时服务尚未运行：截止判定和提醒信不会产生。请联系系统管理员。"),
    "clock_stopped": _l(
        "定时服务已经停止：截止判定和提醒信暂时不会产生。材料照常接收，恢复以后按截止时间补判。请联系系统管理员。"
    ),
    "chore_failing": _l("定时服务有一项工作连续失败，部分判定或信件可能延迟。请联系系统管理员。"),
}


def columns(labels: Iterable[str]) -> list[dict[str, str]]:
    """Columns of a table by their labels."""
    return [{"label": label} for label in labels]
