"""Accounts and passwords: the rules, and the verbs on both databases."""

import pytest
from argon2 import Type, extract_parameters
from flask_security.utils import verify_password

from reporting.accounts import queries, rules
from reporting.accounts import service as accounts
from reporting.core.actor import SYSTEM
from reporting.core.db import unit_of_work
from reporting.core.errors import Refused


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("correct horse", []),
        ("abcdefghi", ["password_too_short"]),
        ("abcdefghij", []),
        ("x1y2" * 50, []),
        ("x1y2" * 50 + "z", ["password_too_long"]),
        ("password123", ["password_common"]),
        ("PassWord123", ["password_common"]),
        ("zhang@example.cn", ["password_common"]),
        ("zhangsanfeng", []),
        ("aaaaaaaaaaaa", ["password_common"]),
        ("abcabcabcabc", ["password_common"]),
        ("abcdabcdabcd", []),
    ],
)
def test_what_a_password_must_be(password, codes):
    assert rules.password_problems(password, email="zhang@example.cn", common={"password123"}) == codes


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("zhang@example.gov.cn", True),
        ("z.s+1@a-b.cn", True),
        ("zhang", False),
        ("zhang@", False),
        ("@example.cn", False),
        ("zhang@example", False),
        ("zhang@@example.cn", False),
        ("zhang san@example.cn", False),
        ("张@example.cn", False),
        ("zhang@例.cn", False),
        ("zhang@example..cn", False),
        ("a@b.cn\r\nBcc: c@d.cn", False),
        ("a" * 245 + "@test.cn", True),
        ("a" * 247 + "@test.cn", False),
    ],
)
def test_what_an_address_must_be(address, fine):
    assert rules.is_address(address) is fine


@pytest.mark.parametrize(
    ("name", "phone", "codes"),
    [
        ("李", "", []),
        ("李" * 80, "1" * 40, []),
        ("", "", ["name_missing"]),
        ("李" * 81, "1" * 41, ["name_missing", "phone_unusable"]),
        ("李\x00敏", "1\x07", ["name_missing", "phone_unusable"]),
    ],
)
def test_what_a_person_must_be(name, phone, codes):
    assert [problem.code for problem in rules.account_problems("a@b.cn", name, phone)] == codes


def add(now, email="Li@HE.example", **over):
    return accounts.add(email, "李敏", actor=SYSTEM, now=now, **({"password": "correct horse"} | over))


def test_an_account_is_found_whatever_the_case_and_only_once(app, now):
    with unit_of_work():
        user = add(now)
        assert user.must_change_password
    assert queries.find_by_email(" LI@he.example ").id == user.id
    with pytest.raises(Refused) as caught, unit_of_work():
        add(now, "li@he.EXAMPLE")
    assert caught.value.reasons[0].code == "email_taken"


def test_everything_wrong_is_told_at_once(app, now):
    with pytest.raises(Refused) as caught, unit_of_work():
        accounts.add("x", " ", password="p", actor=SYSTEM, now=now, phone="1" * 41)
    assert [reason.code for reason in caught.value.reasons] == ["email_invalid", "name_missing", "phone_unusable"]


def test_a_first_password_opens_the_account_and_must_be_changed(app, now):
    first = accounts.first_password()
    assert first.plain not in repr(first)
    with unit_of_work():
        user = add(now, password=first)
    assert verify_password(first.plain, user.password)
    assert not verify_password(first.plain + "x", user.password)
    assert user.must_change_password
    assert len({accounts.first_password().plain for _ in range(3)}) == 3
    assert not set(first.plain) & set("il1o0")


def test_changing_the_password_ends_every_session(app, now):
    with unit_of_work():
        user = add(now)
        before = user.fs_uniquifier
        accounts.change_password(user, old="correct horse", new="battery staple", actor=SYSTEM, now=now)
        assert (user.must_change_password, user.fs_uniquifier != before) == (False, True)
    assert verify_password("battery staple", user.password)


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("wrong", "battery staple", ["password_wrong"]),
        ("correct horse", "correct horse", ["password_same"]),
        ("wrong", "short", ["password_wrong", "password_too_short"]),
    ],
)
def test_a_bad_change_changes_nothing(app, now, old, new, codes):
    with unit_of_work():
        stored = add(now).password
    with pytest.raises(Refused) as caught, unit_of_work():
        accounts.change_password(queries.find_by_email("li@he.example"), old=old, new=new, actor=SYSTEM, now=now)
    assert [reason.code for reason in caught.value.reasons] == codes
    assert queries.find_by_email("li@he.example").password == stored


def test_resetting_and_switching_off_end_every_session(app, now):
    with unit_of_work():
        user = add(now, final=True)
        marks = [user.fs_uniquifier]
        accounts.reset_password(user, password=accounts.first_password(), actor=SYSTEM, now=now)
        marks.append(user.fs_uniquifier)
        accounts.set_active(user, active=False, actor=SYSTEM, now=now)
        marks.append(user.fs_uniquifier)
        accounts.set_active(user, active=False, actor=SYSTEM, now=now)
        assert user.fs_uniquifier == marks[-1]
    assert (len(set(marks)), user.must_change_password, user.active) == (3, True, False)


def test_a_language_that_is_not_offered_is_refused(app, now):
    with unit_of_work():
        user = add(now)
        accounts.choose_language(user, "en", actor=SYSTEM, now=now)
        with pytest.raises(Refused):
            accounts.choose_language(user, "fr", actor=SYSTEM, now=now)
    assert queries.find_by_email("li@he.example").language == "en"


def parameters(user):
    """How a stored password was hashed, as argon2 reads it."""
    return extract_parameters(user.password)


def test_a_chosen_password_is_hashed_by_argon2id(app, now):
    with unit_of_work():
        user = add(now)
        accounts.change_password(user, old="correct horse", new="battery staple", actor=SYSTEM, now=now)
    assert user.password.startswith("$argon2id$")
    assert parameters(user).type == Type.ID
    assert "battery" not in user.password


@pytest.mark.sqlite_only("hashing does not ask the database")
def test_production_hashes_at_full_cost(make_app, now):
    app = make_app(mode="production", smtp_security="starttls")
    assert app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] == {}
    with unit_of_work():
        user = add(now)
        accounts.change_password(user, old="correct horse", new="battery staple", actor=SYSTEM, now=now)
    found = parameters(user)
    # What OWASP advises at least: 19 MiB and two passes.
    assert (found.type, found.memory_cost >= 19 * 1024, found.time_cost >= 2) == (Type.ID, True, True)


@pytest.mark.sqlite_only("hashing does not ask the database")
def test_a_first_password_costs_what_is_advised_in_every_mode(app):
    found = extract_parameters(accounts.first_password().hashed)
    assert (found.type, found.memory_cost, found.time_cost) == (Type.ID, 19 * 1024, 2)
