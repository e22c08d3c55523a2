"""The letters: those of one's own bureau only, by state, and mended where they did not arrive."""

import pytest
from sqlalchemy import select

from reporting.core.db import db, unit_of_work
from reporting.outbox import service as outbox
from reporting.outbox.models import Message
from reporting.outbox.rules import Recipient
from tests import crowd
from tests.crowd import NOTHING


@pytest.fixture
def room(furnish):
    return furnish([NOTHING])


@pytest.fixture
def write(room, now):
    """Put a letter of headquarters into a state; gives its id."""

    def put(state: str = "pending", *, kind: str = "reminder", organiser_id: int | None = None, **values) -> int:
        with unit_of_work():
            key = f"k{len(db.session.scalars(select(Message.id)).all())}"
            mine = crowd.organiser().id if organiser_id is None else organiser_id
            outbox.put(kind, key, to=Recipient("li@x.test", "李敏", "zh_Hans_CN"), facts={}, now=now, organiser_id=mine)
            letter = db.session.scalar(select(Message).where(Message.key == key))
            letter.state = state
            for name, value in values.items():
                setattr(letter, name, value)
            return letter.id

    return put


def test_letters_are_counted_and_filtered_by_state(room, write):
    write("failed", reason="refused_for_good")
    write("sent", kind="receipt", subject="【回执】甲")
    write("suppressed", reason="no_longer_owed")
    client = room.as_("coordinator")
    page = client.get("/desk/letters").text
    assert page.count("<tr><th") == 3
    assert "发出之前材料已经报齐" in page
    failed = client.get("/desk/letters?state=failed").text
    assert failed.count("<tr><th") == 1
    assert "对方邮件服务器拒收" in failed
    assert client.get("/desk/letters?kind=receipt").text.count("<tr><th") == 1
    assert client.get("/desk/letters?state=nonsense&kind=x&page=-3").text.count("<tr><th") == 3


@pytest.mark.parametrize("size", [1, 3, 120])
def test_the_list_needs_the_same_statements_whatever_the_size(room, write, size, count_queries):
    for _ in range(size):
        write()
    client = room.as_("coordinator")
    with count_queries() as asked:
        page = client.get("/desk/letters").text
    asked.expect(5)
    assert page.count("<tr><th") == min(size, 50)
    assert f"共 {size} 条" in page


def test_no_letters_say_what_will_be_here(room):
    assert "没有这样的信件" in room.as_("coordinator").get("/desk/letters").text


def test_letters_of_others_and_of_nobody_are_not_there(room, write):
    foreign = write(organiser_id=room.people["stranger"].id + 1000)
    ownerless = write()
    with unit_of_work():
        db.session.get(Message, ownerless).organiser_id = None
    client = room.as_("coordinator")
    assert "没有这样的信件" in client.get("/desk/letters").text
    for letter_id in (foreign, ownerless, 9999):
        assert client.get(f"/desk/letters/{letter_id}").status_code == 404
        assert client.get(f"/desk/letters/{letter_id}/content").status_code == 404
        assert client.post(f"/desk/letters/{letter_id}/resend").status_code == 404
        assert client.post(f"/desk/letters/{letter_id}/address", data={"address": "a@b.cn"}).status_code == 404
    db.session.rollback()
    assert {one.state for one in db.session.scalars(select(Message))} == {"pending"}


@pytest.mark.parametrize("role", ["reviewer", "leader", "reporter"])
def test_only_coordinators_read_letters(room, write, role):
    letter_id = write()
    assert room.as_(role).get("/desk/letters").status_code == 404
    assert room.as_(role).get(f"/desk/letters/{letter_id}").status_code == 404


def test_the_letter_is_shown_where_nothing_can_run(room, write):
    letter_id = write("sent", subject="主题", text="正文", html="<p>正文<script>alert(1)</script></p>")
    client = room.as_("coordinator")
    assert f'src="/desk/letters/{letter_id}/content"' in client.get(f"/desk/letters/{letter_id}").text
    answer = client.get(f"/desk/letters/{letter_id}/content")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")


def test_a_letter_that_has_not_left_has_no_content_yet(room, write):
    letter_id = write()
    client = room.as_("coordinator")
    assert "届时会显示在这里" in client.get(f"/desk/letters/{letter_id}").text
    assert client.get(f"/desk/letters/{letter_id}/content").status_code == 404


def test_a_failed_letter_goes_to_a_corrected_address(room, write):
    letter_id = write("failed", reason="refused_for_good", reply="550 unknown")
    client = room.as_("coordinator")
    assert "550 unknown" in client.get(f"/desk/letters/{letter_id}").text
    wrong = client.post(f"/desk/letters/{letter_id}/address", data={"address": "不是地址"})
    assert wrong.status_code == 422
    assert "不能用来发信" in wrong.text
    assert "不是地址" in wrong.text
    assert client.post(f"/desk/letters/{letter_id}/address", data={"address": " zhang@x.test "}).status_code == 303
    letter = db.session.get(Message, letter_id, populate_existing=True)
    assert (letter.to_address, letter.state) == ("zhang@x.test", "pending")


def test_a_sent_letter_is_sent_again_as_one_copy(room, write):
    letter_id = write("sent", subject="主题")
    client = room.as_("coordinator")
    places = {client.post(f"/desk/letters/{letter_id}/resend").location for _ in range(2)}
    assert len(places) == 1
    assert places != {f"/desk/letters/{letter_id}"}
    copy = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert (copy.state, copy.organiser_id) == ("pending", db.session.get(Message, letter_id).organiser_id)
    assert client.get(places.pop()).status_code == 200


def test_a_letter_under_way_stays_as_it_is(room, write):
    letter_id = write("sending")
    client = room.as_("coordinator")
    assert client.post(f"/desk/letters/{letter_id}/resend").status_code == 303
    assert "正在发送，现在不能改动" in client.get(f"/desk/letters/{letter_id}").text
