"""Sizes, names, clock and transactions are kept. Each failure says why the rule exists."""

from pathlib import Path

import pytest

from tests.house import lines
from tests.house.source import ROOT, listed
from tests.house.test_imports import Check

RULES: dict[str, tuple[Check, str]] = {
    "file size": (
        lines.files_are_short,
        "A file aims at 120 lines and stops at 300: past that it holds two ideas. Exceptions stand in lines.py.",
    ),
    "function size": (
        lines.functions_are_short,
        "A function aims at 12 lines and stops at 40: past that nobody reads it whole. Exceptions stand in lines.py.",
    ),
    "keywords": (
        lines.functions_take_few_keywords,
        "More than seven keyword-only arguments are a value that has no name yet: give it one.",
    ),
    "exceptions": (lines.exceptions_are_needed, "A list of exceptions that nobody prunes becomes the rule."),
    "names": (
        lines.names_say_something,
        "utils, helpers, common, manager and base say nothing, so everything ends up in them (design §4).",
    ),
    "clock": (
        lines.only_the_clock_reads_the_time,
        "The clock is one function, read once at the door: the demonstration moves it, and truth tables replace it.",
    ),
    "commit": (
        lines.rooms_never_end_a_transaction,
        "One verb, one transaction: a room that commits tears its caller's work in two when something fails after it.",
    ),
    "session": (
        lines.doors_touch_no_session,
        "A door that speaks to the session goes round the verbs, and with them round the rules and the audit.",
    ),
    "queries": (lines.queries_only_read, "A page and a job may ask at any time, because asking changes nothing."),
    "writers": (
        lines.rooms_write_their_own_tables,
        "A table has one writer, its own room's service: only so its rules and its audit hold for every row.",
    ),
    "docstrings": (
        lines.public_functions_are_explained,
        "What is offered to others says what it means, in which units, and what it raises.",
    ),
    "safe calls": (lines.calls_are_safe, "Each of these calls has lost somebody data, or let a stranger in."),
}


@pytest.mark.parametrize("name", RULES)
def test_the_house_keeps(name: str) -> None:
    check, why = RULES[name]
    offences = list(check(ROOT))
    assert not offences, listed(why, offences)


PLANTED = [
    ("file size", "reporting/reports/service.py", "x = 1\n" * 301),
    ("file size", "tests/test_long.py", "x = 1\n" * 401),
    ("function size", "reporting/cli.py", "def f():\n" + "    x = 1\n" * 40),
    ("function size", "app.py", "class A:\n  def f(self):\n" + "    x = 1\n" * 40),
    ("keywords", "reporting/cli.py", "def f(*, a, b, c, d, e, g, h, i): ..."),
    ("names", "reporting/core/utils.py", ""),
    ("names", "reporting/web/helpers/pages.py", ""),
    ("names", "reporting/core/base.py", ""),
    ("clock", "reporting/core/vault.py", "from datetime import datetime, UTC\nx = datetime.now(UTC)"),
    ("clock", "reporting/web/pages.py", "import datetime\nx = datetime.date.today()"),
    ("clock", "reporting/reports/service.py", "from reporting.core import clock"),
    ("clock", "reporting/reports/service.py", "import time"),
    ("clock", "reporting/reports/queries.py", "x = select(func.now())"),
    ("commit", "reporting/reports/service.py", "def f():\n    db.session.commit()"),
    ("commit", "reporting/reports/service/sending.py", "with unit_of_work():\n    pass"),
    ("commit", "reporting/reports/queries.py", "db.session.rollback()"),
    ("session", "reporting/web/desk/pages.py", "rows = db.session.scalars(x)"),
    ("session", "reporting/jobs.py", "db.session.add(x)"),
    ("queries", "reporting/reports/queries.py", "db.session.add(x)"),
    ("queries", "reporting/reports/queries.py", "db.session.execute(update(Report))"),
    ("writers", "reporting/reviews/service.py", "from reporting.reports.models import Report\nReport(title='x')"),
    ("writers", "reporting/reviews/service.py", "from reporting.reports.models import Report\nx = delete(Report)"),
    ("docstrings", "reporting/reports/rules.py", "def problems(): ..."),
    ("docstrings", "reporting/core/vault.py", "class Vault: ..."),
    ("safe calls", "reporting/web/pages.py", "x = Markup('<b>')"),
    ("safe calls", "reporting/web/pages.py", "x = markupsafe.Markup('<b>')"),
    ("safe calls", "reporting/web/pages.py", "x = url_for('a.b', _external=True)"),
    ("safe calls", "reporting/core/post.py", "x = smtplib.SMTP('127.0.0.1', 25)"),
    ("safe calls", "reporting/core/post.py", "from smtplib import SMTP_SSL\nx = SMTP_SSL('127.0.0.1', 25)"),
    ("safe calls", "reporting/files/service.py", "from werkzeug.utils import secure_filename"),
]


@pytest.mark.parametrize(("name", "path", "text"), PLANTED)
def test_a_planted_offence_is_found(name: str, path: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    (tmp_path / "reporting").mkdir(exist_ok=True)
    assert list(RULES[name][0](tmp_path)), f"nobody noticed {text!r} in {path}"


INNOCENT = [
    ("file size", "reporting/reports/service.py", "x = 1\n" * 300),
    ("function size", "reporting/cli.py", "def f():\n" + '    """Say.\n\n    More.\n    """\n' + "    x = 1\n" * 39),
    ("clock", "reporting/core/clock.py", "x = datetime.now(UTC)"),
    ("clock", "reporting/core/post.py", "import time\nx = time.monotonic()"),
    ("commit", "reporting/reports/service.py", "def f():\n    db.session.flush()"),
    ("writers", "reporting/reviews/service.py", "from reporting.reviews.models import Review\nReview(note='x')"),
    ("docstrings", "reporting/reports/rules.py", "def _inner(): ..."),
    ("safe calls", "reporting/core/post.py", "x = smtplib.SMTP('127.0.0.1', 25, timeout=9)"),
]


@pytest.mark.parametrize(("name", "path", "text"), INNOCENT)
def test_what_is_allowed_passes(name: str, path: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    assert list(RULES[name][0](tmp_path)) == []
