"""The fixtures of every test. Files mirror the code: `reporting/reports/rules.py` → `tests/reports/test_rules.py`.

Rules need no fixture: call them with plain values. For everything else:

**Services and queries** (each test runs on SQLite and on PostgreSQL, on an empty migrated database):

    def test_submit_is_refused_after_the_cut_off(app, hands, now):
        with unit_of_work():
            … arrange and call verbs, now=now …

- `app`       the application, inside its context. `app.extensions["kit"]` has settings, vault, letters, post.
- `now`       2014-10-13 01:00 UTC (09:00 Monday in Shanghai, two days before the deadline). Override it in a file
              or class with a fixture `now` of the same name to let its tests begin elsewhere.
- `hands`     the clock, standing at `now`: `hands.forward(days=2, minutes=1)`, `hands.move_to(moment)`, `hands.moment`.
- `database`  `.kind` is "sqlite" or "postgresql". `@pytest.mark.sqlite_only("why")` and `postgresql_only("why")` leave
              one side out.
- `make_app(**settings)`  another application on the same clean database, e.g. `make_app(smtp_port=sink.port)`; the
              context of the newest one is open. `tests.fixtures.application.settings_for(url, folder, **over)` makes Settings.

**Pages**:

    def test_a_stranger_gets_not_found(client, …):
        client.sign_in(user)
        assert client.get("/tasks/7").status_code == 404

- `client`    a Flask test client. POSTs carry a valid CSRF token unless `csrf=False`; `client.sign_in(user)`,
              `client.sign_out()`. An answer of 500 fails the test with its traceback unless `may_break=True`.
              `app.test_client()` gives a second person. `with client:` is refused.
              The test fails when a GET or HEAD writes (`@pytest.mark.allow_get_writes("why")` permits), when a request
              ends with changes nobody committed, and when the test itself holds uncommitted changes at a request:
              arrange inside `with unit_of_work():`. A request sees only committed rows, and the test's objects are
              stale after it: read again, or `db.session.refresh(row)`.
- `count_queries`  `with count_queries() as queries: client.get("/board")`, then `queries.expect(12)` (shows all).
              BEGIN, COMMIT, SAVEPOINT and PRAGMA are not counted.

**Mail**: any SMTP connection but to a sink fails the test, and so does any connection outside this machine.

- `sink`      a real SMTP server at `sink.host`, `sink.port`. `sink.letters` are `Received(sender, recipients, raw)`
              with `.message .subject .text .html`; `sink.to("a@b.cn")`; `sink.connections`. Orders, phases being "connect",
              "ehlo", "mail", "rcpt", "data": `sink.reply("rcpt", "550 5.1.1 unknown", to="a@b.cn")`,
              `sink.reply("data", "451 4.3.0 later", times=1)`, `sink.delay("data", 3)`, `sink.hang_up("data")` (cut
              after the letter, before the answer), `sink.behave()` forgets the orders.
- `make_sink(tls="starttls" | "smtps" | None, login=("user", "password") | None)`  further ones; `.authority` is the CA.
- `dead_smtp_port`  a port where nobody listens.

**Viruses**: `scanner` speaks clamd's words at `scanner.address`; `scanner.away = True` hangs up, `scanner.seen` counts.

**Browser** (mark the test or file `@pytest.mark.journey`):

- `live`      gunicorn in its own process on an empty SQLite database, clock at NOW and running: `live.url`,
              `live.sink`, `with live.inside(): with unit_of_work(): …` to arrange and look, `live.move_clock_to(moment)`,
              `live.command("sweep")`, `live.start_scheduler()`, `live.stop(child)`, `live.log("web" | "scheduler")`;
              `live.kill_web()` ends all of the server by SIGKILL, `live.serve()` starts it again.
- `open_page(screen="desk" | "phone", language="zh-CN" | "en", javascript=True)`  a Playwright page in a profile of its
              own at 1366×768 or 390×844; relative addresses work. Script errors, CSP violations and requests to
              strangers fail the test. `may_lose_line=True` permits answers that never came.
- `check_accessibility(page)` and `check_fits(page)` from tests.fixtures.browser: axe finds nothing; no sideways scroll.

Real input lies beside the project: the fixture `shared_data` is that folder, and skips by name where it is absent.
"""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.fixtures import network  # its audit hook must watch from the first moment
from tests.fixtures.statements import count_queries as _count_queries

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.application",
    "tests.fixtures.mail",
    "tests.fixtures.live",
    "tests.fixtures.browser",
    "tests.fixtures.scanners",
]

# The same examples on every machine, and no quarrel with a slow one.
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")


@pytest.fixture
def count_queries():
    """Collect the SQL statements of a block; see the guide above."""
    return _count_queries


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the real notice, rosters, reports and photos."""
    found = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not found.is_dir():
        pytest.skip(f"the real input is not beside the project (looked for {found})")
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give browser journeys more time than the minute that other tests have."""
    for item in items:
        if item.get_closest_marker("journey") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))
