"""What templates may contain, read as text and as Jinja's syntax tree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes
from jinja2.meta import find_referenced_templates

from tests.house.source import reporting_sources

# Read by mail programs, which know no style sheets: they may carry styles of their own.
MAIL = "mail/"
# The two names on the language switch, each in its own language, and the brand's own letters.
BARE_CHINESE = {"中文", "报送"}
TRANSLATE = {"_", "gettext", "ngettext", "_n", "pgettext"}

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
INLINE = re.compile(r"<[a-z][^<>]*?\s(style|on[a-z]+)\s*=", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b[^>]*>", re.IGNORECASE)
POST_FORM = re.compile(r"<form\b[^>]*\bmethod\s*=\s*[\"']?post\b[^>]*>.*?</form>", re.IGNORECASE | re.DOTALL)
TOKEN = re.compile(r"csrf_token|csrf_field|hidden_tag")


def environment() -> Environment:
    """Enough of Jinja to read every template."""
    return Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)


def files(root: Path) -> list[Path]:
    """Every template."""
    return sorted(path for path in (root / "templates").rglob("*") if path.is_file())


def name_of(root: Path, path: Path) -> str:
    """A template's name, as the code says it."""
    return path.relative_to(root / "templates").as_posix()


def _pages(root: Path) -> Iterator[tuple[str, str]]:
    """Name and text, comments blanked, of every template but the letters; lines keep their numbers."""
    for path in files(root):
        name = name_of(root, path)
        if not name.startswith(MAIL):
            text = path.read_text(encoding="utf-8")
            yield name, JINJA_COMMENT.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def they_parse(root: Path) -> Iterator[str]:
    """Every template parses."""
    reader = environment()
    for path in files(root):
        try:
            reader.parse(path.read_text(encoding="utf-8"))
        except Exception as error:  # noqa: BLE001 - whatever a template does to the parser is its fault
            yield f"templates/{name_of(root, path)}: {error}"


def each_is_used(root: Path) -> Iterator[str]:
    """Every template is rendered by the code, or is part of one that is."""
    reader, named = environment(), set()
    for path in files(root):
        referenced = find_referenced_templates(reader.parse(path.read_text(encoding="utf-8")))
        named |= {other for other in referenced if other}
    words = _words(root)
    for path in files(root):
        name = name_of(root, path)
        kind = name.split("/")[1] if name.startswith(MAIL) and name.count("/") == 2 else None
        said = any(word.fullmatch(name) for word in words) or (kind and any(word.pattern == kind for word in words))
        if name not in named and not said:
            yield f"templates/{name} is rendered by nobody"


def _words(root: Path) -> list[re.Pattern[str]]:
    """What the code says in quotes; of an f-string the fixed parts."""
    found = set()
    for source in reporting_sources(root):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr) and "/" in ast.unparse(node):
                parts = [re.escape(part.value) if isinstance(part, ast.Constant) else "[^/]+" for part in node.values]
                found.add("".join(str(part) for part in parts))
    return [re.compile(text) for text in found]


def nothing_is_inline(root: Path) -> Iterator[str]:
    """No style attribute, no handler, no style element, no script without nonce, no address that is a script."""
    for name, text in _pages(root):
        # Inside Jinja there may be > signs; attributes are looked for in what is left.
        plain = JINJA.sub(_blank, text)
        for found in INLINE.finditer(plain):
            yield f"templates/{name}:{_line(plain, found.start(1))} has the attribute {found[1]}="
        for found in re.finditer(r"<style\b|javascript:", plain, re.IGNORECASE):
            yield f"templates/{name}:{_line(plain, found.start())} has {found[0]}"
        for found in SCRIPT.finditer(text):
            if "nonce=" not in found[0]:
                yield f"templates/{name}:{_line(text, found.start())} has a script without nonce"


def forms_carry_the_token(root: Path) -> Iterator[str]:
    """Every form that posts carries the CSRF token."""
    for name, text in _pages(root):
        for found in POST_FORM.finditer(text):
            if not TOKEN.search(found[0]):
                yield f"templates/{name}:{_line(text, found.start())} posts without csrf_field()"


def nothing_is_marked_safe(root: Path) -> Iterator[str]:
    """No `|safe`, and escaping is never switched off."""
    for path in files(root):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"\|\s*safe\b|autoescape\s+false", text):
            yield f"templates/{name_of(root, path)}:{_line(text, found.start())} has {found[0]}"


def nothing_comes_from_outside(root: Path) -> Iterator[str]:
    """No page loads anything from another host."""
    for name, text in _pages(root):
        for found in re.finditer(
            r"<(?:script|link|img|video|audio|source|iframe)\b[^>]*(?:src|href)=\"(?:https?:)?//", text
        ):
            yield f"templates/{name}:{_line(text, found.start())} loads from another host"


def all_chinese_is_translated(root: Path) -> Iterator[str]:
    """No Chinese words outside `_()` and `{% trans %}`."""
    reader = environment()
    for path in files(root):
        tree = reader.parse(path.read_text(encoding="utf-8"))
        for line, text in _bare(tree):
            for words in CHINESE.findall(text):
                if words not in BARE_CHINESE:
                    yield f"templates/{name_of(root, path)}:{line} says {words!r} outside _()"


def _bare(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in TRANSLATE:
        # The sentence itself; what is put into it may hold words of its own.
        for inner in [*node.args[1:], *node.kwargs]:
            yield from _bare(inner)
        return
    if isinstance(node, nodes.TemplateData):
        yield node.lineno, node.data
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.lineno, node.value
    for child in node.iter_child_nodes():
        yield from _bare(child)
