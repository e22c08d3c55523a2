"""The board with 72 and with 3,200 bureaus that have all handed in, against bare Flask views under the same gunicorn.

    python -m benchmarks.board

The requests of all pages alternate, so that whatever else the machine does falls on all alike; the medians are told.
"""

import http.client
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from benchmarks.served import peak_mib, serve
from benchmarks.tables import milliseconds, table
from reporting.core.db import unit_of_work
from tests import crowd
from tests.fixtures.statements import count_queries

SIZES = (72, 3_200)
ROUNDS = 60
AIM_RATIO = 25
AIM_QUERIES = 12
# The deadline has passed, which is when the board has most to say.
NOW = datetime(2014, 10, 17, tzinfo=UTC)
BARE_SIZES = (2, 64 * 1024, 128 * 1024, 192 * 1024, 256 * 1024)


@dataclass
class Page:
    """One address and what was measured of it."""

    name: str
    path: str
    queries: int = 0
    seconds: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    size: int = 0
    peak: float = 0.0

    @property
    def waited(self) -> float:
        """Seconds until the last byte: the median, as a client meets it."""
        return statistics.median(self.seconds)

    @property
    def server(self) -> float:
        """Seconds for which the server worked: the median, free of waiting for a processor."""
        return statistics.median(self.worked)


def fill(app: Flask) -> tuple[str, list[int]]:
    """Both tasks and a coordinator; gives the cookie of the latter and the ids of the tasks."""
    with app.app_context(), unit_of_work():
        tasks = [crowd.board([crowd.PUNCTUAL] * size).id for size in SIZES]
        user = crowd.person("coordinator", crowd.organiser().id)
        signed = app.session_interface.get_signing_serializer(app)
        cookie = signed.dumps({"_user_id": user.fs_uniquifier, "_fresh": True, "csrf_token": "t" * 40})
    return f"session={cookie}", tasks


def bare() -> Flask:
    """A Flask application with nothing in it but views that answer so many bytes."""
    app = Flask("bare")
    for size in BARE_SIZES:
        body = "x" * size
        app.add_url_rule(f"/bare/{size}", f"bare{size}", lambda body=body: body)
    return app


def served() -> Any:
    """What gunicorn runs: the application, with the bare views beside it."""
    real, plain = create_app(), bare()

    def choose(environ: dict[str, Any], start: Any) -> Any:
        return (plain if environ["PATH_INFO"].startswith("/bare/") else real)(environ, start)

    return choose


def ask(connection: http.client.HTTPConnection, page: Page, cookie: str) -> float:
    """One request; gives the seconds until its last byte."""
    began = time.perf_counter()
    connection.request("GET", page.path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    page.size = len(answer.read())
    taken = time.perf_counter() - began
    assert answer.status == 200, f"{page.path}: {answer.status}"
    return taken


def worked(process: int) -> float:
    """The seconds for which all threads of a process have been running."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(thread.read_text(encoding="ascii").split()[0]) for thread in threads) / 1e9


def measure(port: int, process: int, pages: list[Page], cookie: str) -> None:
    """Ask all pages in turn, so many rounds; the first round only warms up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for page in pages:
        ask(connection, page, cookie)
    for page in pages:
        Path(f"/proc/{process}/clear_refs").write_text("5")
        ask(connection, page, cookie)
        page.peak = peak_mib([process])
    for _ in range(ROUNDS):
        for page in pages:
            before = worked(process)
            page.seconds.append(ask(connection, page, cookie))
            page.worked.append(worked(process) - before)


def count(app: Flask, pages: list[Page], cookie: str) -> None:
    """How many statements each page sends, and how large it is, asked of the same application in this process."""
    client = app.test_client()
    client.set_cookie("session", cookie.removeprefix("session="))
    for page in pages:
        with count_queries() as queries:
            page.size = len(client.get(page.path, buffered=True).data)
        page.queries = len(queries)


def main() -> int:
    """Measure and print; 1 when an aim is missed."""
    with (
        tempfile.TemporaryDirectory(prefix="baosong-bench-") as name,
        serve(Path(name), now=NOW, application="benchmarks.board:served()") as server,
    ):
        cookie, tasks = fill(server.app)
        boards = [
            Page(f"board, {size:,} bureaus", f"/desk/tasks/{task}") for size, task in zip(SIZES, tasks, strict=True)
        ]
        boards.append(Page(f"all {SIZES[1]:,} on one page", f"/desk/tasks/{tasks[1]}?per_page=all"))
        count(server.app, boards, cookie)
        alike = min(BARE_SIZES, key=lambda size: abs(size - boards[1].size))
        floors = [
            Page("bare view, 2 bytes", "/bare/2"),
            Page(f"bare view, {alike // 1024} KiB", f"/bare/{alike}"),
        ]
        measure(server.port, server.pids()[0], [*floors, *boards], cookie)
    return tell(floors, boards)


def tell(floors: list[Page], boards: list[Page]) -> int:
    """Print the figures; gives 1 when an aim is missed."""
    head = ("page", "waited", "server time", "of 2 bytes", "of as many", "queries", "size", "peak")
    rows = [
        (
            page.name,
            milliseconds(page.waited),
            milliseconds(page.server),
            *(f"{page.server / floor.server:.1f} x" for floor in floors),
            str(page.queries),
            f"{page.size / 1024:,.0f} KiB",
            f"{page.peak:,.0f} MiB",
        )
        for page in [*floors, *boards]
    ]
    print(table(head, rows))
    ratio, most = boards[1].server / floors[0].server, max(page.queries for page in boards)
    print(f"aim: {AIM_RATIO} x and {AIM_QUERIES} queries at most; 3,200 bureaus: {ratio:.1f} x, {most} queries")
    return int(ratio > AIM_RATIO or most > AIM_QUERIES)


if __name__ == "__main__":
    sys.exit(main())
