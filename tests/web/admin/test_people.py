"""People are added, appointed, reset and switched off, each only by who may."""

import re

import pytest
from flask_security.utils import verify_password

from reporting.accounts import queries as accounts
from reporting.bureaus import queries
from reporting.core.db import db, unit_of_work
from tests.bureaus.arranging import person, tree

NEW = {"name": "赵六", "email": "ZHAO@he.example", "phone": "0311-1", "role": "reporter"}


def account(user_id: int):
    """The account as it is stored now; the test's own objects are stale after a request."""
    db.session.expire_all()
    return accounts.find(user_id)


@pytest.fixture
def made(app, now):
    with unit_of_work():
        found = tree(now)
        people = {f"{code}-{role}": person(found[code], role, now=now) for code, role in (
            ("HQ", "administrator"), ("HQ", "coordinator"), ("HQ", "reviewer"), ("HE", "administrator"), ("HE", "reporter"), ("JS", "reporter"),
        )}  # fmt: skip
    return found, people


def test_a_new_person_gets_a_password_that_is_shown_once(client, made):
    bureaus, people = made
    client.sign_in(people["HQ-coordinator"])
    page = client.post(f"/admin/bureaus/{bureaus['HE'].id}/people/new", data=NEW).text
    password = re.search(r"<code>([a-z2-9-]+)</code>", page)[1]
    user = accounts.find_by_email("zhao@he.example")
    assert verify_password(password, user.password)
    assert user.must_change_password
    again = client.post(f"/admin/bureaus/{bureaus['HE'].id}/people/new", data=NEW)
    assert again.status_code == 302
    assert len(queries.memberships_of(user.id)) == 1


def test_what_is_wrong_is_told_beside_its_field(client, made):
    bureaus, people = made
    client.sign_in(people["HQ-coordinator"])
    page = client.post(
        f"/admin/bureaus/{bureaus['HE'].id}/people/new", data={**NEW, "email": "zhao@", "phone": "1" * 41}
    )
    assert page.status_code == 200
    for part in ("电子邮箱的格式不正确", "电话超过 40 个字", 'value="赵六"', 'href="#email"'):
        assert part in page.text


@pytest.mark.parametrize(
    ("who", "where", "role", "status"),
    [
        ("HQ-administrator", "HQ", "leader", 200),
        ("HQ-administrator", "HE-1", "administrator", 200),
        ("HQ-coordinator", "HE", "certifier", 200),
        ("HE-administrator", "HE-1", "coordinator", 200),
        ("HQ-coordinator", "HQ", "reporter", 404),
        ("HE-administrator", "JS", "reporter", 404),
        ("HQ-reviewer", "HE", "reporter", 404),
        ("HE-reporter", "HE", "reporter", 404),
    ],
)
def test_who_may_add_whom(client, made, who, where, role, status):
    bureaus, people = made
    client.sign_in(people[who])
    assert (
        client.post(f"/admin/bureaus/{bureaus[where].id}/people/new", data={**NEW, "role": role}).status_code == status
    )


def test_a_coordinator_is_not_offered_the_desk(client, made):
    bureaus, people = made
    client.sign_in(people["HQ-coordinator"])
    answer = client.post(f"/admin/bureaus/{bureaus['HE'].id}/people/new", data={**NEW, "role": "administrator"})
    assert answer.status_code == 200
    assert accounts.find_by_email("zhao@he.example") is None


def test_a_reset_below_opens_no_door_above(client, made, now):
    """Somebody who also serves above must not have the password reset from below."""
    from reporting.bureaus import service as verbs
    from reporting.core.actor import SYSTEM

    bureaus, people = made
    with unit_of_work():
        verbs.appoint(people["HQ-reviewer"], bureaus["HE"], "reporter", actor=SYSTEM, now=now)
        before = accounts.find(people["HQ-reviewer"].id).password
    client.sign_in(people["HE-administrator"])
    target = people["HQ-reviewer"].id
    assert client.get(f"/admin/people/{target}").status_code == 200
    for step in ("password", "disable"):
        assert client.post(f"/admin/people/{target}/{step}").status_code == 404
    assert account(target).password == before


def test_a_password_is_reset_and_an_account_switched_off_and_on(client, made):
    _bureaus, people = made
    target = people["HE-reporter"].id
    client.sign_in(people["HE-administrator"])
    page = client.post(f"/admin/people/{target}/password").text
    assert verify_password(re.search(r"<code>([a-z2-9-]+)</code>", page)[1], account(target).password)
    for step, active in (("disable", False), ("disable", False), ("enable", True)):
        assert client.post(f"/admin/people/{target}/{step}").status_code == 302
        assert account(target).active is active


def test_a_role_ends_only_within_reach(client, made):
    _bureaus, people = made
    membership, _bureau = queries.memberships_of(people["JS-reporter"].id)[0]
    address = f"/admin/people/{people['JS-reporter'].id}/posts/{membership.id}/end"
    client.sign_in(people["HE-administrator"])
    assert client.post(address).status_code == 404
    client.sign_in(people["HQ-coordinator"])
    assert client.post(address).location == "/admin/people"
    assert queries.memberships_of(people["JS-reporter"].id) == []


def test_a_list_of_people_is_shown_confirmed_and_printed(client, made):
    _bureaus, people = made
    client.sign_in(people["HQ-coordinator"])
    table = "单位代码\t姓名\t邮箱\t角色\nHE\t赵六\tzhao@he.example\t填报人\nJS\t孙七\tsun@js.example\t签发人\n"
    page = client.post("/admin/people/import", data={"pasted": table}).text
    assert "新增 2，" in page
    assert accounts.find_by_email("zhao@he.example") is None
    shown = page.partition('name="shown" value="')[2].partition('"')[0]
    done = client.post("/admin/people/import/confirm", data={"shown": shown})
    assert len(re.findall(r"<code>[a-z2-9-]{14}</code>", done.text)) == 2
    assert done.headers["Cache-Control"] == "no-store"
    assert "<code>" not in client.post("/admin/people/import/confirm", data={"shown": shown}).text


def test_the_list_to_fill_in_names_every_bureau_below(client, made):
    _bureaus, people = made
    client.sign_in(people["HQ-coordinator"])
    text = client.get("/admin/people/import/form.csv").data.decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()] == ["单位代码", "HE", "JS", "HE-1"]
    filled = text.replace("江苏省质量技术监督局,,,,", "江苏省质量技术监督局,孙七,sun@js.example,,")
    assert "新增 1，" in client.post("/admin/people/import", data={"pasted": filled}).text


def test_people_out_of_reach_are_not_found(client, made):
    _bureaus, people = made
    client.sign_in(people["HE-administrator"])
    assert client.get(f"/admin/people/{people['JS-reporter'].id}").status_code == 404
    assert "js-reporter" not in client.get("/admin/people").text
    assert "he-reporter" in client.get("/admin/people?text=HEBEI&role=reporter").text
