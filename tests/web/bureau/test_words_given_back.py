"""A form that cannot be taken gives back what was typed into it, and keeps no file of whoever may not hand in."""

from io import BytesIO

import pytest

from reporting.bureaus import service as bureau_service
from reporting.bureaus.models import Membership
from reporting.bureaus.rules import Role
from reporting.core.actor import SYSTEM
from reporting.core.db import db, unit_of_work
from reporting.core.vault import Vault
from tests.web.bureau.desk import shown

WORDS = "两个小时才写好的一段总结"


def posted():
    """A report's form with words on both sides of a file."""
    return {"title": "标题在前", "files_photos": (BytesIO(b"\xff\xd8\xff" + bytes(4000)), "照片.jpg"), "body": WORDS}


def staged(app) -> list[str]:
    return [path.name for path in (app.extensions["kit"].vault.root / "staging").iterdir()]


def test_a_disk_without_room_gives_the_words_back(app, desk, monkeypatch):
    monkeypatch.setattr(Vault, "room_for", lambda _self, _count: False)
    answer = desk.client.post(f"{desk.url}/slots/photos/files", data=posted())
    assert answer.status_code == 507
    assert "服务器存储空间不足" in answer.text
    assert WORDS in answer.text
    assert "标题在前" in answer.text
    assert staged(app) == []


def test_a_disk_that_fills_under_a_file_gives_the_words_behind_it_back(app, desk, monkeypatch):
    monkeypatch.setattr(Vault, "room_for", lambda _self, count: count == 0 or count > 5000)
    answer = desk.client.post(f"{desk.url}/slots/photos/files", data=posted() | {"body": WORDS + "很" * 3000})
    assert answer.status_code == 507
    assert WORDS in answer.text
    assert staged(app) == []


def test_a_form_larger_than_allowed_gives_the_words_back(app, desk, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 2000)
    answer = desk.client.post(f"{desk.url}/slots/photos/files", data=posted())
    assert answer.status_code == 413
    assert "超过" in answer.text
    assert WORDS in answer.text
    assert staged(app) == []


@pytest.fixture
def watched(monkeypatch):
    """How many files were staged."""
    opened = []
    real = Vault.stage
    monkeypatch.setattr(Vault, "stage", lambda self: opened.append(1) or real(self))
    return opened


def test_a_stranger_fills_no_disk_and_an_ended_session_keeps_the_words(client, desk, watched):
    answer = client.post(f"{desk.url}/slots/photos/files", data=posted())
    assert answer.status_code == 401
    assert WORDS in answer.text
    assert watched == [], "files of whoever is not signed in are read past, not written"


def test_whose_role_has_just_ended_gets_the_words_back(desk, cast, watched):
    with unit_of_work():
        bureau_id = cast.assignment("Q-HE").bureau_id
        mine = db.session.query(Membership).filter_by(bureau_id=bureau_id, user_id=cast.user("Q-HE").id)
        for held in mine.filter_by(role=Role.REPORTER):
            bureau_service.dismiss(held.id, actor=SYSTEM, now=held.since_at)
    answer = desk.client.post(f"{desk.url}/text", data=posted())
    assert answer.status_code == 404
    assert WORDS in shown(answer.text)
    assert watched == []
