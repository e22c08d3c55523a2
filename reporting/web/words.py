"""Sentences for people: codes become words, refusals become sentences, in the reader's language.

The rooms speak codes, the pages speak languages; this file is the bridge. ``install`` gives all of it to the
templates, as globals (``{{ deadline_words(due_at, zone) }}``) and as filters (``{{ size|size_words }}``).
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask import Flask
from flask_babel import gettext as _

from reporting.web.formats import (
    clock_words,
    day_words,
    days_left_words,
    deadline_words,
    format_words,
    late_words,
    limit_words,
    listed,
    moment_words,
    number_words,
    receipt_words,
    size_words,
    slot_kind_words,
    zone_words,
)
from reporting.web.reasons import SENTENCES

__all__ = [
    "clock_words",
    "day_words",
    "days_left_words",
    "deadline_words",
    "format_words",
    "kind_word",
    "late_words",
    "limit_words",
    "listed",
    "moment_words",
    "number_words",
    "reason_sentence",
    "receipt_words",
    "review_word",
    "role_word",
    "size_words",
    "slot_kind_words",
    "slot_word",
    "standing_word",
    "zone_words",
]


class Reason(Protocol):
    """What a room says when it refuses: a code, and the facts that a sentence about it needs."""

    @property
    def code(self) -> str:
        """Which rule was broken."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """The values that the sentence names."""


def reason_sentence(reason: Reason) -> str:
    ""
    "The refusal in the reader's language: what is wrong, the limit, how to mend it. KeyError for an unwritten code."
    return SENTENCES[reason.code](reason.facts)


def standing_word(code: str) -> str:
    """How a delivery stands. KeyError for an unknown code, here and in the functions below."""
    return {
        "upcoming": _("未开始"),
        "open": _("待报"),
        "due_soon": _("即将截止"),
        "partial": _("部分已报"),
        "on_time": _("按时"),
        "late": _("逾期补报"),
        "missing": _("未报"),
    }[code]


def slot_word(code: str) -> str:
    """How one slot stands."""
    return {
        "owed": _("待报"),
        "missing": _("未报"),
        "on_time": _("按时"),
        "late": _("逾期补报"),
        "declared": _("申明无"),
        "declared_late": _("申明无（逾期）"),
        "optional": _("可不报"),
    }[code]


def review_word(code: str) -> str:
    """Where a report is between draft and acceptance."""
    return {
        "none": _("尚未填写"),
        "draft": _("草稿"),
        "prepared": _("待签发"),
        "submitted": _("待审阅"),
        "returned": _("退回修改"),
        "accepted": _("采纳"),
    }[code]


def role_word(code: str) -> str:
    """What a person is in a bureau."""
    return {
        "reporter": _("填报人"),
        "certifier": _("签发人"),
        "reviewer": _("审阅人"),
        "coordinator": _("主办人"),
        "leader": _("领导"),
        "administrator": _("管理员"),
    }[code]


def kind_word(code: str) -> str:
    """The system or level that a bureau belongs to."""
    return {
        "headquarters": _("总局"),
        "quality": _("质监"),
        "ciq": _("检验检疫"),
        "market": _("市场监管"),
        "city": _("市级"),
        "county": _("县级"),
        "other": _("其他"),
    }[code]


def install(app: Flask) -> None:
    """Give every word of this file to the templates of ``app``."""
    words: dict[str, Callable[..., str]] = {name: globals()[name] for name in __all__}
    app.jinja_env.globals.update(words)
    app.jinja_env.filters.update(words)
