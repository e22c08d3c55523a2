"""Files that a real nginx sends: by the very lines of the operations manual, under the application's guard."""

import http.client
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import pytest

from reporting.core.db import unit_of_work
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.uploads import service as uploads
from tests.cast import Cast, beijing
from tests.fixtures.database import ROOT
from tests.fixtures.ports import unused_port
from tests.uploading import MIB, Answer, House, eventually, film, house, session_of

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: apt-get install nginx-light")
FILM = film(3 * MIB, 7)
NAME = "启动仪式 “质量月”.mp4"


def manual(title: str) -> str:
    """The configuration that the manual gives under a title."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(rf"^### {title}$.*?^```nginx\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def configuration(place: Path, served: House, port: int) -> str:
    """The manual's two pieces for this house: without TLS, which is not asked about here."""
    server = manual("nginx").partition("\nserver {")[0].rstrip().removesuffix("}")
    server = re.sub(r"^ *(ssl_|server_name).*\n", "", server, flags=re.MULTILINE)
    server = server.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace(":8000", f":{served.port}")
    files = manual("Files sent by nginx").replace("/srv/baosong/uploads", str(served.settings.uploads_dir))
    temporary = "".join(
        f"{kind}_temp_path {place / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # As root its workers would be others, who may not look into a test's folder.
    who = "user root;\n" if os.geteuid() == 0 else ""
    return (
        f"{who}daemon off;\nworker_processes 1;\npid {place / 'pid'};\nerror_log {place / 'error.log'};\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{server}{files}}}\n}}\n"
    )


@pytest.fixture
def served(tmp_path) -> Iterator[House]:
    """A house with one film in Hebei's report."""
    with house(tmp_path, accel_prefix="/kept") as found, found.app.app_context():
        assignment_id, now = found.assignment_id, beijing(10, 13, 10)
        vault = found.app.extensions["kit"].vault
        staging = vault.stage()
        staging.write(FILM)
        received = uploads.receive(staging, NAME, limits=uploads.Limits(["mp4"], 1 << 30), vault=vault, now=now)
        cast = Cast(1)
        with unit_of_work():
            assignment = cast.assignment("Q-HE")
            assert assignment.id == assignment_id
            report_service.attach(assignment, "videos", [received], actor=cast.actor("Q-HE"), now=now)
        found.start()
        yield found


@pytest.fixture
def front(tmp_path, served) -> Iterator[int]:
    """nginx before it; gives its port."""
    place, port = tmp_path / "nginx", unused_port()
    place.mkdir()
    (place / "nginx.conf").write_text(configuration(place, served, port), encoding="utf-8")
    line = [str(NGINX), "-p", str(place), "-c", str(place / "nginx.conf"), "-e", str(place / "error.log")]
    with (place / "told").open("wb") as told:
        child = subprocess.Popen(line, stdout=told, stderr=told)
    try:
        assert eventually(lambda: answers(port)), (place / "told").read_text() + (place / "error.log").read_text()
        yield port
    finally:
        child.terminate()
        child.wait(10)


def answers(port: int) -> bool:
    try:
        return ask(port, "/healthz").status == 200
    except OSError:
        return False


def ask(port: int, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        line.request(method, path, headers=headers or {})
        answer = line.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def test_nginx_sends_originals_under_the_applications_guard(served, front):
    cast = Cast(1)
    report = reports.find_report(served.assignment_id)
    (attached,) = reports.attachments(report.id)
    path, sha256 = f"/assignments/{served.assignment_id}/files/{attached.id}", attached.sha256
    # The application itself sends no byte: what comes through nginx is nginx's work.
    bare = served.ask("GET", path, headers=served.headers)
    place = f"/kept/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    assert (bare.body, bare.headers["X-Accel-Redirect"]) == (b"", place)

    whole = ask(front, path, served.headers)
    assert (whole.status, whole.body == FILM, whole.headers["Content-Length"]) == (200, True, str(len(FILM)))
    told = whole.headers
    assert unquote(told["Content-Disposition"].split("filename*=UTF-8''")[1]) == NAME
    assert told["Content-Type"] == "video/mp4"
    assert told["Cache-Control"] == "private, no-cache"
    for name, value in (
        ("Content-Security-Policy", "sandbox; default-src 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ):
        assert told.get_all(name) == [value]
    assert "X-Accel-Redirect" not in told

    part = ask(front, path, {**served.headers, "Range": "bytes=2097152-2097251"})
    assert (part.status, part.body) == (206, FILM[2097152:2097252])
    assert part.headers["Content-Range"] == f"bytes 2097152-2097251/{len(FILM)}"
    last = ask(front, path, {**served.headers, "Range": "bytes=-500"})
    assert (last.status, last.body) == (206, FILM[-500:])
    assert ask(front, path, {**served.headers, "Range": f"bytes={len(FILM)}-"}).status == 416
    again = ask(front, path, {**served.headers, "If-None-Match": told["ETag"]})
    assert (again.status, again.body) == (304, b"")

    stranger = session_of(served.app, cast.user("C-SH"))
    for headers in (stranger, {**stranger, "Range": "bytes=0-9"}, {**stranger, "If-None-Match": told["ETag"]}):
        refused = ask(front, path, headers)
        assert (refused.status, refused.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert ask(front, path).status == 302
    for headers in ({}, stranger, served.headers):
        assert ask(front, place, headers).status == 404, "nobody reaches the vault by its own address"
