"""Every failure speaks in sentences, and gives back what was typed."""

import re

import pytest
from flask import Flask
from sqlalchemy import event

from reporting.core.db import db
from tests.cast import make_cast
from tests.fixtures.application import Client


def test_a_form_without_its_token_changes_nothing_and_gives_the_text_back(app: Flask, client: Client) -> None:
    cast = make_cast()
    client.sign_in(cast.user("Q-HE"))
    typed = {"title": "河北总结", "body": "一、加强领导\n二、广泛宣传", "version": "0"}
    answer = client.post(f"/assignments/{cast.assignment('Q-HE').id}/text", data=typed, csrf=False)
    assert answer.status_code == 400
    assert "一、加强领导" in answer.text
    assert "河北总结" in answer.text
    assert "csrf_token" in answer.text


def test_what_was_typed_when_the_session_had_ended_is_given_back(app: Flask, client: Client) -> None:
    cast = make_cast()
    number = cast.assignment("Q-HE").id
    answer = client.post(f"/assignments/{number}/text", data={"title": "t", "body": "写了一个下午的总结"})
    assert answer.status_code == 401
    assert "写了一个下午的总结" in answer.text
    asked = client.post(f"/assignments/{number}/text", data={"body": "x"}, headers={"Accept": "application/json"})
    assert (asked.status_code, asked.json) == (401, {"error": "signed-out"})


def test_a_page_before_the_sign_in_comes_back_after_it(app: Flask, client: Client) -> None:
    answer = client.get("/tasks?page=2")
    assert answer.status_code == 302
    assert answer.location == "/account/sign-in?next=/tasks?page%3D2"


def told(page: str, path: str) -> str:
    """A page without what differs at every answer: tokens, nonces, and its own address."""
    page = re.sub(r'(content|value|nonce)="[\w.\-]{16,}"', "", page)
    return page.replace(path, "")


def test_missing_and_foreign_rows_answer_alike(app: Flask, client: Client) -> None:
    cast = make_cast()
    foreign = cast.assignment("C-SH").id
    client.sign_in(cast.user("Q-HE"))
    theirs, none = client.get(f"/assignments/{foreign}"), client.get("/assignments/99999")
    assert (theirs.status_code, told(theirs.text, f"/{foreign}")) == (404, told(none.text, "/99999"))
    desk, nothing = client.get(f"/desk/tasks/{cast.task_id}"), client.get("/desk/tasks/99999")
    assert (desk.status_code, told(desk.text, f"/{cast.task_id}")) == (404, told(nothing.text, "/99999"))


def test_a_method_that_no_page_takes_gets_a_sentence(app: Flask, client: Client) -> None:
    answer = client.post("/healthz")
    assert answer.status_code == 405
    assert "<h1" in answer.text


@pytest.mark.sqlite_only("the fault is made in the driver, and one driver is enough")
def test_a_database_that_does_not_answer_asks_for_patience(app: Flask, client: Client) -> None:
    cast = make_cast()
    client.sign_in(cast.user("Q-HE"))

    def away(*_: object) -> None:
        from sqlite3 import OperationalError

        raise OperationalError("disk I/O error")

    event.listen(db.engine, "before_cursor_execute", away)
    try:
        answer = client.get("/tasks")
    finally:
        event.remove(db.engine, "before_cursor_execute", away)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "几分钟" in answer.text
