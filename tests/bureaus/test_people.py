"""People come in, serve, and go, on both databases."""

import pytest
from sqlalchemy import func, select

from reporting.accounts import queries as account_queries
from reporting.accounts.models import User
from reporting.bureaus import queries
from reporting.bureaus import service as bureaus
from reporting.bureaus.models import Membership
from reporting.bureaus.rules import ContactRow
from reporting.core.actor import SYSTEM, Actor
from reporting.core.db import db, unit_of_work
from reporting.core.errors import NotFound, Refused
from reporting.outbox.models import Message
from tests.bureaus.arranging import person, tree

ROW = ContactRow(2, "HE", "李敏", "li@he.example", "0311-1", "reporter")


def arranged(now):
    with unit_of_work():
        made = tree(now)
        administrator = person(made["HQ"], "administrator", now=now)
    return made, Actor(administrator.id, administrator.name), queries.giver([(made["HQ"].id, "administrator")])


def take(rows, made, actor, giver, now):
    passwords = bureaus.prepare(rows)
    with unit_of_work():
        return bureaus.import_contacts(rows, passwords, giver=giver, inviter=made["HQ"], actor=actor, now=now)


def test_a_list_of_people_makes_accounts_roles_and_letters_once(app, now):
    made, actor, giver = arranged(now)
    rows = [
        ROW,
        ContactRow(3, "HE-1", "李敏", "li@he.example", "", "certifier"),
        ContactRow(4, "JS", "周华", "zhou@js.example", "", "reporter"),
    ]
    newcomers, roles = take(rows, made, actor, giver, now)
    assert ([one.email for one in newcomers], roles) == (["li@he.example", "zhou@js.example"], 3)
    assert take(rows, made, actor, giver, now) == ([], 0)
    letters = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(one.kind, one.to_address, one.facts["link"]) for one in letters] == [
        ("welcome", "li@he.example", "sign-in:0"),
        ("welcome", "zhou@js.example", "sign-in:0"),
    ]
    assert not any(one.password in str(letter.facts) for one in newcomers for letter in letters)


def test_the_letter_can_be_written(app, now):
    made, actor, giver = arranged(now)
    take([ROW], made, actor, giver, now)
    facts = db.session.scalar(select(Message.facts))
    letter = app.extensions["kit"].letters.write("welcome", facts, language="zh_Hans_CN")
    assert "li@he.example" in letter.text
    assert "https://baosong.test/account/sign-in" in letter.text


def test_one_wrong_person_takes_on_nobody(app, now):
    made, actor, giver = arranged(now)
    with pytest.raises(Refused) as caught:
        take([ROW, ContactRow(3, "NO", "周华", "zhou@js.example", "", "reporter")], made, actor, giver, now)
    assert [reason.code for reason in caught.value.reasons] == ["row_unknown_bureau"]
    assert account_queries.find_by_email("li@he.example") is None


@pytest.mark.parametrize(("count", "fine"), [(200, True), (201, False)])
def test_so_many_people_at_once_and_no_more(app, now, count, fine):
    _made, _actor, giver = arranged(now)
    rows = [ContactRow(n, "HE", f"人{n}", f"p{n}@he.example", "", "reporter") for n in range(count)]
    if fine:
        assert bureaus.examine_contacts(rows, giver=giver).count("added") == count
    else:
        with pytest.raises(Refused):
            bureaus.examine_contacts(rows, giver=giver)


def test_an_account_that_is_there_keeps_its_name_and_password(app, now):
    made, actor, giver = arranged(now)
    with unit_of_work():
        before = person(made["JS"], "reporter", now=now, email="li@he.example")
        name, password = before.name, before.password
    assert take([ROW], made, actor, giver, now) == ([], 1)
    after = account_queries.find_by_email("li@he.example")
    assert (after.name, after.password) == (name, password)
    assert [(bureau.code, membership.role) for membership, bureau in queries.memberships_of(after.id)] == [
        ("HE", "reporter"),
        ("JS", "reporter"),
    ]


def test_appointing_twice_is_once_and_a_role_that_ended_begins_again(app, now):
    with unit_of_work():
        made = tree(now)
        user = person(made["HE"], "reporter", now=now)
        first = bureaus.appoint(user, made["HE"], "reporter", actor=SYSTEM, now=now).id
        bureaus.dismiss(first, actor=SYSTEM, now=now)
        bureaus.dismiss(first, actor=SYSTEM, now=now)
        assert queries.memberships_of(user.id) == []
        assert bureaus.appoint(user, made["HE"], "reporter", actor=SYSTEM, now=now).id == first
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1


def test_unknown_roles_and_memberships_are_not_found(app, now):
    with unit_of_work():
        made = tree(now)
        user = person(made["HE"], "reporter", now=now)
        with pytest.raises(NotFound):
            bureaus.appoint(user, made["HE"], "emperor", actor=SYSTEM, now=now)
        with pytest.raises(NotFound):
            bureaus.dismiss(999, actor=SYSTEM, now=now)


def test_nobody_locks_themselves_out(app, now):
    _made, actor, _giver = arranged(now)
    for verb in (
        lambda user: bureaus.dismiss(queries.memberships_of(user.id)[0][0].id, actor=actor, now=now),
        lambda user: bureaus.set_active(user, active=False, actor=actor, now=now),
        lambda user: bureaus.reset_password(user, None, actor=actor, now=now),
    ):
        with pytest.raises(Refused) as caught, unit_of_work():
            verb(db.session.get(User, actor.user_id))
        assert caught.value.reasons[0].code == "own_account"


def test_people_are_found_within_reach_only(app, now):
    with unit_of_work():
        made = tree(now)
        hebei, jiangsu = person(made["HE-1"], "reporter", now=now), person(made["JS"], "reporter", now=now)
    assert queries.find_person_below(hebei.id, [made["HE"].id]) is not None
    assert queries.find_person_below(jiangsu.id, [made["HE"].id]) is None
    rows, total = queries.people([made["HQ"].id], text="js-rep")
    assert ([user.id for user, _membership, _bureau in rows], total) == ([jiangsu.id], 1)
    assert queries.people([made["HE"].id], text="石家庄")[1] == 1
    assert queries.people([made["HE"].id], role="certifier")[1] == 0
