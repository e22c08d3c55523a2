"""Sentences for people: codes become words, refusals become sentences, in the reader's language.

The rooms speak codes, the pages speak languages; this file is the bridge. ``install`` gives all of it to the
templates, as globals (``{{ deadline_words(due_at, zone) }}``) and as filters (``{{ size|size_words }}``).
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask import Flask

from reporting.web.codes import (
    format_words,
    kind_word,
    review_word,
    role_word,
    slot_kind_words,
    slot_word,
    standing_word,
)
from reporting.web.formats import (
    clock_words,
    day_words,
    days_left_words,
    deadline_words,
    late_words,
    limit_words,
    listed,
    moment_words,
    number_words,
    receipt_words,
    size_words,
    stamp_words,
    workdays_words,
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
    "stamp_words",
    "standing_word",
    "workdays_words",
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
    """The refusal in the reader's language: what is wrong, the limit, the mend. KeyError for an unwritten code."""
    return SENTENCES[reason.code](reason.facts)


def install(app: Flask) -> None:
    """Give every word of this file to the templates of ``app``."""
    words: dict[str, Callable[..., str]] = {name: globals()[name] for name in __all__}
    app.jinja_env.globals.update(words)
    app.jinja_env.filters.update(words)
