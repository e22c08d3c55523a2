"""What a line may do: sizes, names, the clock, transactions, and calls that have cost others dear."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import DOORS, RANK, ROOMS, Source, dotted, own_sources, reporting_sources, test_sources

LONGEST_FILE = 300
# A truth table is long and simple.
LONGEST_TEST_FILE = 400
LONGEST_FUNCTION = 40
MOST_KEYWORDS = 7

# Each exception is one line with its reason: "reporting/reports/service.py": "why it cannot be two files".
LONG_FILES: dict[str, str] = {}
# "reporting/reports/service.py:submit": "why it cannot be two functions".
LONG_FUNCTIONS: dict[str, str] = {}
MANY_KEYWORDS: dict[str, str] = {}

EMPTY_NAMES = re.compile(r"^(utils?|helpers?|commons?|managers?|base|misc|tools?|stuff)$")
SYSTEM_TIME = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "func.now", "func.current_timestamp"),
}
ENDS_A_TRANSACTION = {"commit", "rollback"}
SMTP = {"SMTP", "SMTP_SSL"}


def files_are_short(root: Path) -> Iterator[str]:
    """No file passes 300 lines, and no file of tests 400."""
    for source in [*own_sources(root), *test_sources(root)]:
        count = len(source.text.splitlines())
        limit = LONGEST_TEST_FILE if source.area == "tests" else LONGEST_FILE
        if count > limit and source.name not in LONG_FILES:
            yield f"{source.name} has {count} lines"


def functions_are_short(root: Path) -> Iterator[str]:
    """No function passes 40 lines, its docstring not counted."""
    for source in own_sources(root):
        for function in source.functions:
            count = _lines_of(function)
            if count > LONGEST_FUNCTION and f"{source.name}:{function.name}" not in LONG_FUNCTIONS:
                yield f"{source.at(function)} {function.name} has {count} lines"


def _lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1 if is_text else 0)


def functions_take_few_keywords(root: Path) -> Iterator[str]:
    """No function takes more than seven keyword-only arguments."""
    for source in own_sources(root):
        for function in source.functions:
            count = len(function.args.kwonlyargs)
            if count > MOST_KEYWORDS and f"{source.name}:{function.name}" not in MANY_KEYWORDS:
                yield f"{source.at(function)} {function.name} takes {count} keyword-only arguments"


def exceptions_are_needed(root: Path) -> Iterator[str]:
    """An exception for a file or function that has become short again is taken off the list."""
    names = {source.name for source in own_sources(root) + test_sources(root)}
    for name in [*LONG_FILES, *LONG_FUNCTIONS, *MANY_KEYWORDS]:
        if name.partition(":")[0] not in names:
            yield f"{name} is excepted but does not exist"


def names_say_something(root: Path) -> Iterator[str]:
    """No utils, helpers, common, manager, base.py and their like."""
    for path in sorted((root / "reporting").rglob("*")):
        inside = path.relative_to(root)
        if (path.is_dir() or path.suffix == ".py") and EMPTY_NAMES.match(path.stem) and "dist" not in inside.parts:
            yield str(inside)


def only_the_clock_reads_the_time(root: Path) -> Iterator[str]:
    """`core/clock.py` reads the system's time; rooms do not even read the clock, they are handed `now`."""
    for source in reporting_sources(root):
        if source.name == "reporting/core/clock.py":
            continue
        for call in source.calls:
            if dotted(call.func) in SYSTEM_TIME:
                yield f"{source.at(call)} calls {dotted(call.func)}()"
        for found in source.imports:
            if source.area in ROOMS and found.module == "reporting.core.clock":
                yield f"{source.at(found.line)} the room {source.area} reads the clock"
            if found.module == "time" and source.area not in {"core", *DOORS, "jobs", "sink", "demo"}:
                yield f"{source.at(found.line)} imports time"


def rooms_never_end_a_transaction(root: Path) -> Iterator[str]:
    """Verbs flush; the door or the job that called them commits."""
    for source in reporting_sources(root):
        if source.area not in ROOMS:
            continue
        for call in source.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr in ENDS_A_TRANSACTION:
                yield f"{source.at(call)} calls {dotted(call.func) or call.func.attr}()"
            elif dotted(call.func).split(".")[-1] in {"unit_of_work", "begin_write", "end_reading"}:
                yield f"{source.at(call)} calls {dotted(call.func)}()"


def doors_touch_no_session(root: Path) -> Iterator[str]:
    """Doors and jobs end transactions through unit_of_work() and never speak to the session."""
    for source in reporting_sources(root):
        if source.area in RANK or source.name == "reporting/__init__.py":
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and dotted(node) == "db.session":
                yield f"{source.at(node)} uses db.session"


def queries_only_read(root: Path) -> Iterator[str]:
    """Queries neither add, change nor delete."""
    for source in reporting_sources(root):
        if source.kind != "queries":
            continue
        for call in source.calls:
            name = dotted(call.func)
            if name in {"insert", "update", "delete"} or re.search(r"session\.(add|add_all|delete|merge|flush)$", name):
                yield f"{source.at(call)} calls {name}()"


def rooms_write_their_own_tables(root: Path) -> Iterator[str]:
    """Only a room's own service makes, inserts, updates or deletes its rows."""
    for source in reporting_sources(root):
        if source.kind not in {"service", "queries", "models", "rules"}:
            continue
        foreign = {name for found in source.imports if _is_foreign_model(source, found) for name in found.names}
        for call in source.calls:
            name = dotted(call.func)
            target = dotted(call.args[0]) if call.args else ""
            if name in foreign and name[:1].isupper():
                yield f"{source.at(call)} makes a {name}, which belongs to another room"
            elif name in {"insert", "update", "delete"} and target in foreign:
                yield f"{source.at(call)} {name}s {target}, which belongs to another room"


def _is_foreign_model(source: Source, found: object) -> bool:
    return getattr(found, "kind", None) == "models" and getattr(found, "room", None) != source.area


def public_functions_are_explained(root: Path) -> Iterator[str]:
    """What a room or the floor offers says what it means, in which units, and what it raises."""
    for source in reporting_sources(root):
        if source.area not in RANK:
            continue
        for node in source.tree.body:
            is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if is_public and not ast.get_docstring(node):
                yield f"{source.at(node)} {node.name} has no docstring"


def calls_are_safe(root: Path) -> Iterator[str]:
    """Calls that have cost others dear."""
    for source in own_sources(root):
        smtp = {name for found in source.imports if found.module == "smtplib" for name in SMTP & set(found.names)}
        smtp |= {f"smtplib.{name}" for name in SMTP}
        for call in source.calls:
            name, keywords = dotted(call.func), {keyword.arg for keyword in call.keywords}
            if name.split(".")[-1] == "Markup":
                yield f"{source.at(call)} Markup(): text marked safe is one mistake away from a script in a page"
            if name.split(".")[-1] == "url_for" and "_external" in keywords:
                yield f"{source.at(call)} url_for(_external=…): a forged Host header would choose where letters point"
            if name in smtp and "timeout" not in keywords:
                yield f"{source.at(call)} {name}() without timeout: a silent server would hold the scheduler for ever"
        for node in ast.walk(source.tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            if "secure_filename" in names or (isinstance(node, ast.Attribute) and node.attr == "secure_filename"):
                yield f"{source.at(node)} secure_filename: of 总结.docx it leaves docx; names are data (design §5.8)"
