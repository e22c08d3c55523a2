"""Every sentence is in both languages. Chinese is the key itself; English is the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from scripts import translations
from tests.house.source import ROOT, Source, listed, reporting_sources
from tests.house.templates import TRANSLATE

# Characters, not punctuation: code that reads a roster knows the full-width comma.
CHINESE = re.compile(r"[\u3400-\u9fff]+")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
# The demonstration is data, not sentences: the notice, the names and the reports of 2014.
DATA = re.compile(r"reporting/(demo\w*|sink)(\.py$|/)")
# Chinese that is not a sentence for a reader, each file with its reason and its very words; None is the whole file.
NOT_SENTENCES: dict[str, set[str] | None] = {
    # Headings of roster files are read, not shown: offices write them in Chinese.
    "reporting/bureaus/rules/headings.py": None,
    "reporting/workdays/rules/headings.py": None,
    # The first and the last Chinese character of Unicode.
    "reporting/bureaus/service/naming.py": {"一", "鿿"},
    # Kept with the file as its name, in whatever language it will be read.
    "reporting/files/rules/names.py": {"未命名文件"},
    # A date's pattern belongs to its language.
    "reporting/web/formats.py": {"y年M月d日 (EEE)"},
}


def test_the_catalogue_is_complete() -> None:
    faults = translations.behind()
    assert not faults, listed(
        "An English reader would meet Chinese, or nothing. `make translations` shows what is missing.", faults
    )


def test_the_catalogue_has_nothing_obsolete() -> None:
    obsolete = [str(message.id) for message in translations.read().obsolete.values()]
    assert not obsolete, listed("A sentence that no page says is translated again and again for nothing.", obsolete)


def test_placeholders_are_the_same_in_both_languages() -> None:
    faults = list(placeholder_faults(translations.read()))
    assert not faults, listed("A placeholder that one language lacks loses a fact, or breaks the page.", faults)


def placeholder_faults(catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        if not message.id:
            continue
        wanted = _placeholders(message.id)
        for text in [message.string] if isinstance(message.string, str) else list(message.string):
            if text and _placeholders(text) != wanted:
                yield f"{message.id!r} has {sorted(wanted)}, its English {sorted(_placeholders(text))}"


def _placeholders(text: str | tuple[str, ...]) -> set[str]:
    texts = [text] if isinstance(text, str) else text
    return {found[1] for one in texts for found in PLACEHOLDER.finditer(one) if found[1]}


def test_python_says_no_chinese_outside_the_catalogue() -> None:
    faults = list(bare_chinese(ROOT))
    assert not faults, listed("Rooms speak codes, and doors speak through _(): otherwise one language is lost.", faults)


def bare_chinese(root: Path) -> Iterator[str]:
    for source in reporting_sources(root):
        allowed = NOT_SENTENCES.get(source.name, set())
        if DATA.match(source.name) or allowed is None:
            continue
        translated = set(_translated(source))
        for node in ast.walk(source.tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and node not in translated and node.value not in allowed and CHINESE.search(node.value):
                yield f"{source.at(node)} says {CHINESE.search(node.value)[0]!r} outside _()"  # type: ignore[index]


def _translated(source: Source) -> Iterator[ast.AST]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {*TRANSLATE, "_l", "lazy_gettext"}:
            yield from (argument for argument in node.args if isinstance(argument, ast.Constant))
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            # A docstring is for whoever reads the code.
            yield body[0].value


def _catalogue(english: str, *, chinese: str = "第%(n)s行") -> Catalog:
    catalogue = Catalog(locale="en")
    catalogue.add(chinese, english)
    return catalogue


@pytest.mark.parametrize("english", ["line", "line %(m)s", "line %(n)s of %(of)s"])
def test_a_planted_placeholder_fault_is_found(english: str) -> None:
    assert list(placeholder_faults(_catalogue(english)))


def test_equal_placeholders_pass() -> None:
    assert list(placeholder_faults(_catalogue("line %(n)s"))) == []


@pytest.mark.parametrize("text", ["x = '退回'", "x = f'退回{y}'", "x = _('a', b='退回')", "raise Refused('没有')"])
def test_planted_chinese_is_found(text: str, tmp_path: Path) -> None:
    (tmp_path / "reporting" / "web").mkdir(parents=True)
    (tmp_path / "reporting" / "web" / "words.py").write_text(text, encoding="utf-8")
    assert list(bare_chinese(tmp_path))


@pytest.mark.parametrize("text", ['"""回执"""', "x = _('退回')", "x = lambda f: _l('退回')", "# 退回"])
def test_translated_chinese_passes(text: str, tmp_path: Path) -> None:
    (tmp_path / "reporting").mkdir(parents=True)
    (tmp_path / "reporting" / "cli.py").write_text(text, encoding="utf-8")
    assert list(bare_chinese(tmp_path)) == []


def test_extraction_finds_code_templates_and_letters(tmp_path: Path) -> None:
    for name, text in (
        ("reporting/web/words.py", "x = _('甲')"),
        ("templates/a.html", "{{ _('乙') }}{% trans n=1 %}丙{{ n }}{% endtrans %}"),
        ("templates/mail/x/body.txt", "{{ _('丁') }}"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found: list[Message] = [message for message in translations.extract(tmp_path) if message.id]
    assert {message.id for message in found} == {"甲", "乙", "丙%(n)s", "丁"}
