"""Each chore of the clock is a command too; and how the first bureau and person come in."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from reporting.accounts import queries as accounts
from reporting.bureaus import queries as bureaus
from reporting.core import clock
from reporting.demo.people import email
from reporting.outbox import queries as letters
from reporting.tracking import queries as tracking
from tests.cast import beijing, make_cast
from tests.fixtures.mail import Sink

CERTIFIER = email("Q-HE", "certifier")


def run(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=list(words))
    assert result.exit_code == 0, result.output
    return str(result.output)


@pytest.fixture
def now() -> datetime:
    return beijing(10, 16, 9)


def test_the_chores_can_be_done_by_hand_and_twice(app: Flask, now: datetime) -> None:
    cast = make_cast()
    assert clock.now() == now
    assert "4 verdicts written" in run(app, "sweep")
    assert "0 verdicts written" in run(app, "sweep")
    assert tracking.verdict_counts(cast.task_id) == {"missing": 4}
    assert "4 reminders queued" in run(app, "remind")
    assert "0 reminders queued" in run(app, "remind")
    assert "1 digests queued" in run(app, "digest")
    assert "0 digests queued" in run(app, "digest")
    assert "0 unclaimed files dropped" in run(app, "tidy")
    assert letters.counts_by_state()["pending"] == 5


def test_letters_are_delivered_by_hand_and_once(make_app: Callable[..., Flask], sink: Sink, now: datetime) -> None:
    app = make_app(smtp_port=sink.port)
    make_cast()
    run(app, "sweep")
    run(app, "remind")
    assert "3 letters sent" in run(app, "deliver", "--limit", "3")
    assert len(sink.letters) == 3
    assert "1 letters sent" in run(app, "deliver")
    assert "0 letters sent" in run(app, "deliver")
    told = [letter.recipients for letter in sink.letters]
    assert sorted(told) == sorted([address] for address in (email("Q-HE"), email("C-SH"), email("Q-NB"), CERTIFIER))
    assert letters.counts_by_state()["sent"] == 4


def test_the_first_bureau_and_person_come_in_by_command(app: Flask) -> None:
    assert "HQ is there" in run(app, "add-organiser", "HQ", "某总局")
    said = run(app, "add-person", "desk@example.cn", "李主任", "HQ", "coordinator")
    assert "first password:" in said
    user, bureau = accounts.find_by_email("desk@example.cn"), bureaus.find_by_code("HQ")
    assert user is not None
    assert bureau is not None
    assert user.must_change_password
    assert [(post.bureau_id, post.role) for post in bureaus.posts_of(user.id)] == [(bureau.id, "coordinator")]
    assert "first password" not in run(app, "add-person", "desk@example.cn", "李主任", "HQ", "reviewer")


def test_a_person_of_an_unknown_bureau_is_refused_with_a_sentence(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["add-person", "a@example.cn", "王", "NOWHERE", "reporter"])
    assert result.exit_code == 1
    assert "no bureau has the code NOWHERE" in result.output


def test_the_demonstration_cannot_be_built_into_a_real_installation(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demonstration", "opening"])
    assert result.exit_code == 1
    assert "this is no demonstration" in result.output


def test_how_files_are_held_and_checked_is_told(make_app):
    result = make_app(clamd="127.0.0.1:1").test_cli_runner().invoke(args=["check-intake"])
    assert result.exit_code == 0, result.output
    assert "decoders: network of its own: " in result.output
    assert "virus scanner: NO ANSWER from 127.0.0.1:1" in result.output
    assert make_app().test_cli_runner().invoke(args=["scan"]).output == "0 files checked\n"
