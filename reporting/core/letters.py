"""Writes a letter from its templates and its facts; knows nothing of how it travels."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined

Render = Callable[..., str]
InLanguage = Callable[[str], AbstractContextManager[Any]]

# Whatever a mail reader, a terminal or a header would take for the end of a line or for an order.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPACES = re.compile(r"[ \u3000]{2,}")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """What its reader gets: a subject of one line, and the same message as text and as HTML."""

    subject: str
    text: str
    html: str


def moment(fact: str | datetime) -> datetime:
    """The moment that a fact tells in ISO form; ValueError when it names no zone.

    Facts are kept as JSON, so moments travel as text; templates write `duty.due_at|moment`.
    """
    # By way of str, a missing fact says its name instead of being of the wrong type.
    found = fact if isinstance(fact, datetime) else datetime.fromisoformat(str(fact))
    if found.tzinfo is None:
        raise ValueError(f"the moment {fact!r} names no zone")
    return found.astimezone(UTC)


def one_line(text: str) -> str:
    """A text as one line without control characters, as headers need it."""
    return _SPACES.sub(" ", _CONTROL.sub(" ", text)).strip()


class Letters:
    """Renders `templates/mail/<kind>/{subject.txt,body.txt,body.html}` in the reader's language.

    `render(template name, **facts)` is `strictly(jinja environment)`; `in_language(code)` makes the language
    the current one for a while.
    """

    def __init__(self, render: Render, in_language: InLanguage) -> None:
        self._render = render
        self._in_language = in_language

    def write(self, kind: str, facts: Mapping[str, Any], *, language: str) -> Letter:
        """The letter of a kind; raises jinja2.TemplateError when a fact or a template is missing."""
        with self._in_language(language):
            subject, text, html = (
                self._render(f"mail/{kind}/{part}", **{**facts, "language": language})
                for part in ("subject.txt", "body.txt", "body.html")
            )
        return Letter(one_line(subject), _BLANK_LINES.sub("\n\n", text).strip() + "\n", html)


def strictly(environment: Environment) -> Render:
    """A renderer in which a missing fact is an error instead of a gap in the letter.

    Take it as `Letters(strictly(app.jinja_env), force_locale)`. The stricter copy of the environment is made
    at the first letter, when every filter has been installed.
    """

    @cache
    def strict() -> Environment:
        copy = environment.overlay(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        copy.filters = {**environment.filters, "moment": moment}
        return copy

    def render(name: str, /, **facts: Any) -> str:
        return strict().get_template(name).render(facts)

    return render
