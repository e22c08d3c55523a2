"""The virus check at the hand-in: an infected file is refused by name, the rest comes in, and a dead scanner stops nobody."""

import pytest
from sqlalchemy import select

from reporting.core.db import db
from reporting.files.models import StoredFile
from tests.files import material
from tests.files.hostile import EICAR


@pytest.fixture
def app(make_app, scanner):
    return make_app(clamd=scanner.address)


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(StoredFile.scan_state).order_by(StoredFile.id)))


def test_an_infected_file_is_refused_and_the_rest_of_the_batch_comes_in(desk):
    desk.open()
    photos = [("好.png", material.picture("PNG")), ("坏.jpg", material.picture("JPEG") + EICAR)]
    answer = desk.press("/slots/photos/files", files={"photos": photos})
    assert answer.status_code == 422
    assert "文件《坏.jpg》未能通过病毒检查（Eicar），没有保存。" in answer.text
    assert "已上传 1 个文件。" in answer.text
    assert states() == ["clean"]


def test_a_scanner_that_is_away_does_not_hold_the_hand_in_up(desk, scanner):
    scanner.away = True
    desk.open()
    answer = desk.press("/slots/photos/files", files={"photos": [("好.png", material.picture("PNG"))]})
    assert answer.status_code == 303
    assert states() == ["pending"]
