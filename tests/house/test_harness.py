"""The harness itself can fail: each guard is shown an offence, and each server a client."""

import os
import signal
import smtplib
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from reporting.core.db import db, unit_of_work
from reporting.outbox.models import Message
from reporting.web import guards
from tests import postgres
from tests.fixtures.application import Client, Hands
from tests.fixtures.mail import Sink
from tests.fixtures.network import ForbiddenConnectionError
from tests.fixtures.statements import is_write, ledger
from tests.house.source import ROOT

LETTER = "Subject: =?utf-8?b?5oql6YCB?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n"


def send(sink: Sink, *recipients: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP(sink.host, sink.port, timeout=5) as connection:
        return connection.sendmail("me@test.cn", recipients or ("you@test.cn",), LETTER)


@pytest.fixture
def visit(make_app: Callable[..., Flask], hands: Hands) -> Callable[..., object]:
    """Serve one view at /try and send it one request."""

    def once(view: Callable[[], object], method: str = "POST") -> object:
        app = make_app()
        app.add_url_rule("/try", "try", guards.policy("anyone")(view), methods=["GET", "POST"])
        return app.test_client().open("/try", method=method)

    return once


def write() -> None:
    db.session.execute(text("DELETE FROM audit_entry"))


def test_a_request_that_leaves_changes_fails(visit) -> None:
    def view() -> str:
        write()
        return "done"

    with pytest.raises(AssertionError, match="nobody committed"):
        visit(view)


def test_a_request_that_commits_passes(visit) -> None:
    def view() -> str:
        with unit_of_work():
            write()
        return "done"

    assert visit(view).status_code == 200


def test_a_broken_page_fails_with_its_cause(visit) -> None:
    with pytest.raises(AssertionError, match="answered 500") as caught:
        visit(lambda: 1 / 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_object_that_nobody_flushed_fails(visit) -> None:
    def view() -> str:
        db.session.add(Message())
        return "done"

    with pytest.raises(AssertionError, match="nobody committed"):
        visit(view)


def test_a_get_that_writes_fails_even_when_it_commits(visit) -> None:
    def view() -> str:
        with unit_of_work():
            write()
        return "done"

    with pytest.raises(AssertionError, match="A GET must not change anything"):
        visit(view, "GET")


@pytest.mark.allow_get_writes("shows that the permission works")
def test_a_get_may_write_where_a_reason_is_given(visit) -> None:
    def view() -> str:
        with unit_of_work():
            write()
        return "done"

    assert visit(view, "GET").status_code == 200


def test_what_the_test_did_not_commit_is_told(client: Client) -> None:
    write()
    with pytest.raises(AssertionError, match="no request can see"):
        client.get("/healthz")
    db.session.rollback()


def test_every_request_has_a_context_of_its_own(make_app: Callable[..., Flask]) -> None:
    from flask import g

    app = make_app()
    g.left_by_the_test = True
    view = guards.policy("anyone")(lambda: "shared" if "left_by_the_test" in g else "own")
    app.add_url_rule("/try", "try", view)
    assert app.test_client().get("/try").text == "own"


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_begins_with_an_empty_database(app: Flask, number: int) -> None:
    assert db.session.scalar(text("SELECT count(*) FROM user_account")) == 0
    with unit_of_work():
        db.session.execute(
            text(
                "INSERT INTO user_account (email, name, phone, active, must_change_password, language, fs_uniquifier, created_at)"
                " VALUES ('a@test.cn', 'x', '', true, false, 'en', 'x', '2014-10-13 01:00:00.000000')"
            )
        )


def test_statements_are_counted_without_transactions(app: Flask, count_queries) -> None:
    with count_queries() as queries, count_queries() as inner:
        with unit_of_work():
            db.session.execute(text("SELECT 1"))
        db.session.execute(text("SELECT 2"))
    queries.expect(2)
    inner.expect(2)
    with pytest.raises(AssertionError, match="SELECT 2"):
        queries.expect(1)


@pytest.mark.parametrize(
    ("statement", "writes"),
    [
        ("INSERT INTO a VALUES (1)", True),
        ("\n  update a set b = 1", True),
        ("WITH x AS (SELECT 1) DELETE FROM a", True),
        ("SELECT * FROM a FOR UPDATE", False),
        ("WITH deleted AS (SELECT 1) SELECT * FROM deleted", False),
    ],
)
def test_writes_are_told_from_reads(statement: str, writes: bool) -> None:
    assert is_write(statement) is writes


def test_a_stranger_s_server_is_refused_and_remembered(sink: Sink) -> None:
    for host, port in (("127.0.0.1", 2), ("192.0.2.1", sink.port), ("mail.test.cn", sink.port)):
        with pytest.raises(ForbiddenConnectionError):
            smtplib.SMTP(host, port, timeout=1)
    assert len(ledger.offences) == 3
    ledger.forget()


def test_a_server_that_is_down_may_be_tried(dead_smtp_port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", dead_smtp_port, timeout=1)


def test_the_sink_keeps_what_it_gets(sink: Sink) -> None:
    send(sink)
    assert [(one.subject, one.text.strip(), one.recipients) for one in sink.letters] == [
        ("报送", "hello", ["you@test.cn"])
    ]
    assert sink.connections == 1


def test_the_sink_refuses_one_of_two(sink: Sink) -> None:
    sink.reply("rcpt", "550 5.1.1 unknown", to="b@test.cn")
    assert list(send(sink, "a@test.cn", "b@test.cn")) == ["b@test.cn"]
    assert [one.recipients for one in sink.letters] == [["a@test.cn"]]


def test_the_sink_answers_as_ordered_and_then_behaves(sink: Sink) -> None:
    sink.reply("data", "451 4.3.0 later", times=1)
    with pytest.raises(smtplib.SMTPDataError):
        send(sink)
    assert sink.letters == []
    send(sink)
    assert len(sink.letters) == 1
    sink.reply("connect", "421 4.3.2 closing")
    with pytest.raises(smtplib.SMTPConnectError):
        send(sink)
    sink.behave()
    send(sink)


@pytest.mark.parametrize("phase", ["connect", "mail", "rcpt", "data"])
def test_the_sink_hangs_up_where_it_is_told(sink: Sink, phase: str) -> None:
    sink.hang_up(phase)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        send(sink)
    assert sink.letters == []


def test_the_sink_can_be_slow(sink: Sink) -> None:
    sink.delay("mail", 30)
    with (
        pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"),
        smtplib.SMTP(sink.host, sink.port, timeout=0.3) as slow,
    ):
        slow.sendmail("me@test.cn", ["you@test.cn"], LETTER)


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_sink_with_tls_and_login(make_sink, tls: str) -> None:
    sink = make_sink(tls=tls, login=("user", "word"))
    context = ssl.create_default_context()
    sink.authority.configure_trust(context)
    plain = smtplib.SMTP("localhost", sink.port, timeout=5) if tls == "starttls" else None
    with plain or smtplib.SMTP_SSL("localhost", sink.port, context=context, timeout=5) as connection:
        if plain:
            connection.starttls(context=context)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            connection.login("user", "wrong")
        connection.login("user", "word")
        connection.sendmail("me@test.cn", ["you@test.cn"], LETTER)
    assert len(sink.letters) == 1


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from tests import postgres
with postgres.server() as server:
    print(server.folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_test_run_leaves_no_postgresql_behind() -> None:
    program = KILLED.format(root=str(ROOT))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    folder = Path(done.stdout.strip())
    server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0]) if folder.exists() else 0
    deadline = time.monotonic() + 20
    while server and _runs(server) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not (server and _runs(server)), "PostgreSQL outlived the test run that was killed"
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A process that has ended but was not waited for still answers.
    return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()


def test_debian_s_postgresql_serves_too() -> None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("this machine has no PostgreSQL of Debian's; the one from the package index is tested")
    with postgres.server(folders[-1]) as server:
        assert server.create("one").endswith(str(server.folder))
