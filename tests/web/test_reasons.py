"""Every refusal has a sentence, and every sentence can be said."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from reporting.core.errors import Reason
from reporting.web.reasons import SENTENCES
from reporting.web.words import reason_sentence

ROOMS = Path(__file__).resolve().parents[2] / "reporting"
# What makes a reason in the rooms; the first word in quotation marks is its code.
MAKERS = {"of", "Reason", "Problem", "RosterProblem", "_problem", "Unfit"}
MOMENT = datetime(2014, 10, 15, 16, 0, tzinfo=UTC)
KINDS = {
    "slot": "videos", "slots": ["photos", "videos"], "awaited": ["photos"], "expected": "docx", "found": "html", "zone": "Asia/Shanghai",
    "kinds": ["quality", "ciq"], "role": "certifier", "field": "name_en", "fields": ["code", "name_zh"],
}  # fmt: skip
# A fact of the same name, of another vocabulary.
OF_ITS_OWN = {"field_too_long": {"field": "title"}}
NUMBERS = {
    "size",
    "limit",
    "left",
    "most",
    "least",
    "declared",
    "received",
    "row",
    "other_row",
    "round",
    "total",
    "pixels",
    "frames",
}
LISTS = {"names", "allowed", "roles"}


class Facts(dict[str, Any]):
    """Facts of the kind that their names promise, whichever a sentence asks for."""

    def __missing__(self, name: str) -> Any:
        if name in KINDS:
            return KINDS[name]
        if name in NUMBERS:
            return 7
        if name in LISTS:
            return ["jpg", "png"]
        return MOMENT if name.endswith("_at") else MOMENT.date() if name == "day" else f"<{name}>"


def codes_in_the_rooms() -> Iterator[tuple[str, str]]:
    """Each code that a room can refuse with, and the file where it stands."""
    for path in sorted(ROOMS.rglob("*.py")):
        if path.relative_to(ROOMS).parts[0] in {"web", "migrations", "demo"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in MAKERS:
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, str(path.relative_to(ROOMS))
                        break


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr if getattr(function.value, "id", "") == "Reason" else ""
    return function.id if isinstance(function, ast.Name) else ""


def test_every_code_of_the_rooms_has_its_sentence():
    found = list(codes_in_the_rooms())
    assert len(found) > 20, "the rooms make reasons in a way that this test does not see"
    unwritten = sorted({f"{code} ({where})" for code, where in found if code not in SENTENCES})
    assert not unwritten, f"write a sentence for each in reporting/web/reasons: {unwritten}"


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_each_sentence_can_be_said_and_ends_like_one(code):
    app = Flask(__name__)
    Babel(app, default_locale="zh_Hans_CN")
    with app.app_context():
        sentence = reason_sentence(Reason(code, Facts(OF_ITS_OWN.get(code, {}))))
    assert sentence.endswith(("。", "）。")), sentence
    assert not re.search(r"%\(|！|!|亲", sentence), sentence


def test_a_code_nobody_wrote_is_an_error():
    with pytest.raises(KeyError):
        reason_sentence(Reason("unheard-of"))
