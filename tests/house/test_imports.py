"""The order of the house is kept. Each failure says why the rule exists."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house import imports
from tests.house.source import ROOT, listed

Check = Callable[[Path], Iterator[str]]

RULES: dict[str, tuple[Check, str]] = {
    "leftwards": (
        imports.rooms_import_leftwards,
        "Rooms stand in one line and import only leftwards, so that a circle cannot be written (design §4).",
    ),
    "known": (
        imports.rooms_are_known,
        "The design's page is the map of the house; a folder that is not on it has no rank and no owner.",
    ),
    "four kinds": (
        imports.rooms_hold_four_kinds,
        "A room has four kinds of files, so that everybody knows where a line belongs without searching.",
    ),
    "kinds": (
        imports.kinds_see_what_they_may,
        "Rules decide, queries read, services write: a file that sees more than it needs soon does more than it says.",
    ),
    "purity": (
        imports.rules_are_pure,
        "Rules are pure so that a truth table tests them: plain values in, answers out, no clock, no files, no chance.",
    ),
    "framework": (
        imports.rooms_know_no_framework,
        "Pages, the clock and the command line call the same verbs; a room that knows Flask works in a request only.",
    ),
    "doors": (
        imports.doors_call_verbs,
        "A door that touches rows goes round the verbs, and with them round the rules, the audit and the letters.",
    ),
    "apscheduler": (
        imports.apscheduler_stays_in_its_file,
        "APScheduler is only a clock (design §5.1): what is due lives in our tables, and jobs run without it.",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_the_house_keeps(name: str) -> None:
    check, why = RULES[name]
    offences = list(check(ROOT))
    assert not offences, listed(why, offences)


PLANTED = [
    ("leftwards", "reporting/reports/service.py", "from reporting.reviews import service"),
    ("leftwards", "reporting/core/vault.py", "from reporting.files import rules"),
    ("leftwards", "reporting/audit/service.py", "def f():\n    from reporting.web import words"),
    ("leftwards", "reporting/tracking/service.py", "from reporting import jobs"),
    ("leftwards", "reporting/cli.py", "from reporting.web import guards"),
    ("leftwards", "reporting/jobs.py", "from reporting.scheduler import timetable"),
    ("known", "reporting/statistics/rules.py", ""),
    ("known", "reporting/misc.py", ""),
    ("four kinds", "reporting/reports/forms.py", ""),
    ("four kinds", "reporting/reports/__init__.py", "from reporting.reports import service"),
    ("kinds", "reporting/reports/rules.py", "from reporting.campaigns import queries"),
    ("kinds", "reporting/reports/queries.py", "from reporting.reports import service"),
    ("kinds", "reporting/reports/models.py", "from reporting.reports.queries import find"),
    ("kinds", "reporting/reports/rules.py", "from reporting.core.errors import Reason"),
    ("kinds", "reporting/reports/queries.py", "from reporting.core import clock"),
    ("kinds", "reporting/reports/service.py", "from config import Settings"),
    ("kinds", "reporting/reports/service/sending.py", "from reporting import campaigns"),
    ("purity", "reporting/reports/rules.py", "import random"),
    ("purity", "reporting/reports/rules/order.py", "import sqlalchemy"),
    ("purity", "reporting/reports/rules.py", "def f(p):\n    return open(p)"),
    ("framework", "reporting/reports/service.py", "from flask import g"),
    ("framework", "reporting/bureaus/models.py", "import flask_security"),
    ("framework", "reporting/core/vault.py", "from werkzeug.utils import safe_join"),
    ("doors", "reporting/web/desk/board.py", "from reporting.reports.models import Report"),
    ("doors", "reporting/web/desk/board.py", "from reporting.reports import models"),
    ("doors", "reporting/cli.py", "from reporting.core.db import db"),
    ("doors", "reporting/scheduler.py", "from sqlalchemy import select"),
    ("apscheduler", "reporting/jobs.py", "from apscheduler.schedulers.blocking import BlockingScheduler"),
]


@pytest.mark.parametrize(("name", "path", "text"), PLANTED)
def test_a_planted_offence_is_found(name: str, path: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    assert list(RULES[name][0](tmp_path)), f"nobody noticed {text!r} in {path}"


INNOCENT = [
    (
        "leftwards",
        "reporting/reviews/service.py",
        "from reporting.reports import service\nfrom reporting import reports",
    ),
    ("kinds", "reporting/reviews/service.py", "from reporting.reports import service as reports\nimport secrets"),
    ("kinds", "reporting/reviews/queries.py", "from reporting.core.db import db\nfrom reporting.files.models import X"),
    ("purity", "reporting/reports/rules.py", "from datetime import datetime\nfrom reporting.deadlines.rules import W"),
    ("framework", "reporting/accounts/models.py", "from flask_security.core import UserMixin"),
    ("doors", "reporting/web/desk/board.py", "from reporting.core.db import unit_of_work\nfrom flask import session"),
    ("doors", "reporting/cli.py", "if TYPE_CHECKING:\n    from reporting.accounts.models import User"),
    # A job speaks the codes that its verbs speak; it decides nothing with them.
    ("doors", "reporting/jobs.py", "from reporting.outbox.rules import State"),
    ("apscheduler", "reporting/scheduler.py", "import apscheduler"),
]


@pytest.mark.parametrize(("name", "path", "text"), INNOCENT)
def test_what_is_allowed_passes(name: str, path: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    assert list(RULES[name][0](tmp_path)) == []
