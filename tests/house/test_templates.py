"""Templates are used, translated and safe. Each failure says why the rule exists."""

from pathlib import Path

import pytest

from tests.house import templates
from tests.house.source import ROOT, listed
from tests.house.test_imports import Check

RULES: dict[str, tuple[Check, str]] = {
    "parse": (templates.they_parse, "A template that does not parse is an error page for whoever opens it."),
    "used": (templates.each_is_used, "A template that nobody renders is translated, styled and read for nothing."),
    "inline": (
        templates.nothing_is_inline,
        "The policy allows no inline style or script, so that words a bureau typed can never become one.",
    ),
    "token": (templates.forms_carry_the_token, "Without the token another site could post in a reader's name."),
    "safe": (templates.nothing_is_marked_safe, "Text that skips escaping is one mistake away from a script in a page."),
    "outside": (templates.nothing_comes_from_outside, "Offices without internet use this; and nobody else may watch."),
    "translated": (
        templates.all_chinese_is_translated,
        "The English reader would find Chinese in the middle of a page.",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_templates_keep(name: str) -> None:
    check, why = RULES[name]
    offences = list(check(ROOT))
    assert not offences, listed(why, offences)


PLANTED = [
    ("parse", "a.html", "{% if x %}"),
    ("used", "a.html", "x"),
    ("used", "mail/forgotten/body.txt", "x"),
    ("inline", "a.html", '<p style="color: red">x</p>'),
    ("inline", "a.html", '<button\n  onclick="go()">x</button>'),
    ("inline", "a.html", '<p title="{{ a > b }}" style="x">y</p>'),
    ("inline", "a.html", "<style>p {}</style>"),
    ("inline", "a.html", "<script src='x.js'></script>"),
    ("inline", "a.html", '<a href="javascript:go()">x</a>'),
    ("token", "a.html", '<form method="post"><input name="a"></form>'),
    ("token", "a.html", '<form action="/x" method=POST>\n</form>'),
    ("safe", "a.html", "{{ text|safe }}"),
    ("safe", "mail/x/body.html", "{% autoescape false %}{% endautoescape %}"),
    ("outside", "a.html", '<img src="https://x.example/a.png">'),
    ("translated", "a.html", "<p>你好</p>"),
    ("translated", "a.html", "{{ confirm('退回') }}"),
    ("translated", "a.html", "{{ _('%(a)s', a='退回') }}"),
    ("translated", "mail/x/body.txt", "您好"),
]


@pytest.mark.parametrize(("name", "path", "text"), PLANTED)
def test_a_planted_offence_is_found(name: str, path: str, text: str, tmp_path: Path) -> None:
    _plant(tmp_path, path, text)
    assert list(RULES[name][0](tmp_path)), f"nobody noticed {text!r}"


INNOCENT = [
    ("used", "pages/a.html", "x", 'render_template("pages/a.html")'),
    ("used", "errors/404.html", "x", 'render_template(f"errors/{code}.html")'),
    ("used", "mail/receipt/body.txt", "x", 'put(kind="receipt")'),
    ("inline", "a.html", "<p data-on='x' class='{{ a }}'>x</p><script nonce='{{ csp_nonce() }}' src='x'></script>", ""),
    ("inline", "mail/x/body.html", '<p style="color: red">x</p>', ""),
    ("token", "a.html", '<form method="post">{{ csrf_field() }}</form><form method="get"></form>', ""),
    ("translated", "a.html", "{# 说明 #}{{ _('退回') }}{% trans n=1 %}第{{ n }}行{% endtrans %}<b>中文</b>", ""),
]


@pytest.mark.parametrize(("name", "path", "text", "code"), INNOCENT)
def test_what_is_allowed_passes(name: str, path: str, text: str, code: str, tmp_path: Path) -> None:
    _plant(tmp_path, path, text)
    (tmp_path / "reporting" / "cli.py").write_text(code, encoding="utf-8")
    assert list(RULES[name][0](tmp_path)) == []


def _plant(root: Path, path: str, text: str) -> None:
    (root / "reporting").mkdir()
    file = root / "templates" / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
