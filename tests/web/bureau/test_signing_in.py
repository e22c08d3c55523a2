"""The pages before the work: signing in, changing the password, help."""

import pytest

from reporting.bureaus import service as bureau_service
from reporting.bureaus.models import Membership
from reporting.core.actor import SYSTEM
from reporting.core.db import db, unit_of_work
from reporting.demo.people import PASSWORD, email
from tests.web.bureau.desk import shown

WRONG = "电子邮箱或密码不正确，或账号已停用"


def sign_in(client, address, password, **more):
    return client.post("/account/sign-in", data={"email": address, "password": password, **more})


def test_signing_in_leads_to_the_work(client, cast):
    answer = sign_in(client, email("Q-HE"), PASSWORD)
    assert answer.status_code == 302
    assert client.get(answer.location).location.endswith("/tasks")


def test_an_address_is_taken_in_any_case(client, cast):
    assert sign_in(client, email("Q-HE").upper(), PASSWORD).status_code == 302


def test_the_page_one_wanted_comes_after(client, cast):
    wanted = client.get("/tasks").location
    assert 'name="next" value="/tasks"' in client.get(wanted).text
    assert sign_in(client, email("Q-HE"), PASSWORD, next="/tasks").location == "/tasks"


def test_another_site_never_comes_after(client, cast):
    answer = sign_in(client, email("Q-HE"), PASSWORD, next="https://evil.example/")
    assert "evil.example" not in (answer.location or "")


@pytest.mark.parametrize(
    ("address", "password"),
    [(email("Q-HE"), "wrong password"), ("nobody@demo.example", PASSWORD), ("no address", PASSWORD), ("", "")],
)
def test_every_mistake_has_the_same_answer(client, cast, address, password):
    answer = sign_in(client, address, password)
    assert WRONG in answer.text
    assert password == "" or password not in answer.text


def test_a_disabled_account_has_the_same_answer(client, cast):
    with unit_of_work():
        cast.user("Q-HE").active = False
    assert WRONG in sign_in(client, email("Q-HE"), PASSWORD).text


def test_the_address_stays_typed(client, cast):
    assert f'value="{email("Q-HE")}"' in sign_in(client, email("Q-HE"), "wrong password").text


def test_without_a_token_nobody_signs_in(client, cast):
    answer = client.post("/account/sign-in", data={"email": email("Q-HE"), "password": PASSWORD}, csrf=False)
    assert answer.status_code == 400
    assert PASSWORD not in answer.text


def test_the_first_password_must_be_changed(client, cast):
    with unit_of_work():
        cast.user("Q-HE").must_change_password = True
    client.sign_in(cast.user("Q-HE"))
    assert client.get("/tasks").location == "/account/password"
    assert "首次登录需要更换初始密码" in client.get("/account/password").text
    new = "质量月里的一句长口令"
    answer = client.post("/account/password", data={"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert client.get("/tasks").status_code == 200


def test_a_bad_new_password_is_told_beside_its_field(client, cast):
    client.sign_in(cast.user("Q-HE"))
    page = shown(client.post("/account/password", data={"old": "wrong", "new": "short", "again": "other"}).text)
    assert "两次填写的新密码不一致" in page
    page = shown(client.post("/account/password", data={"old": "wrong", "new": "short", "again": "short"}).text)
    assert "当前密码不正确" in page
    assert "新密码太短，至少需要 10 个字符" in page


def test_whose_last_role_has_ended_is_told_whom_to_ask(client, cast):
    with unit_of_work():
        user = cast.user("C-SH")
        for held in db.session.query(Membership).filter_by(user_id=user.id):
            bureau_service.dismiss(held.id, actor=SYSTEM, now=held.since_at)
    answer = client.sign_in(cast.user("C-SH")).get("/")
    assert answer.status_code == 200
    assert "请与本单位或主办单位的管理员联系" in answer.text


def test_signing_out_ends_the_session(client, cast):
    sign_in(client, email("Q-HE"), PASSWORD)
    assert client.get("/tasks").status_code == 200
    for _twice in range(2):
        assert client.post("/account/sign-out").location == "/account/sign-in"
        assert client.get("/tasks").location.startswith("/account/sign-in")


def test_the_language_is_kept_in_the_account_and_follows_the_person(app, client, cast):
    client.sign_in(cast.user("Q-HE"))
    assert '<html lang="zh-Hans-CN"' in client.get("/tasks").text
    assert (
        client.post("/account/language", data={"language": "en", "back": "/tasks?page=1"}).location == "/tasks?page=1"
    )
    elsewhere = app.test_client().sign_in(cast.user("Q-HE"))
    assert '<html lang="en"' in elsewhere.get("/tasks", headers={"Accept-Language": "zh-CN"}).text
    assert '<html lang="zh-Hans-CN"' in app.test_client().sign_in(cast.user("C-SH")).get("/tasks").text


def test_a_visitor_s_language_is_kept_by_the_browser(app, client):
    client.post("/account/language", data={"language": "en", "back": "/help"})
    assert '<html lang="en"' in client.get("/help", headers={"Accept-Language": "zh-CN"}).text
    assert '<html lang="zh-Hans-CN"' in app.test_client().get("/help", headers={"Accept-Language": "zh-CN"}).text


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example/",
        "/\\evil.example/",
        "https://evil.example/",
        "evil.example",
        "/\t/evil.example/",
        "/\r\nX-Evil: 1",
    ],
)
def test_the_language_switch_leads_to_our_own_pages_only(client, back):
    answer = client.post("/account/language", data={"language": "en", "back": back})
    assert (answer.status_code, answer.location) == (302, "/")
    assert "X-Evil" not in answer.headers


def test_an_unknown_language_is_not_found(client):
    assert client.post("/account/language", data={"language": "xx", "back": "/help"}).status_code == 404


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "四步完成"), ("en", 'lang="en"')])
def test_help_needs_no_sign_in(client, language, words):
    answer = client.get("/help", headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert words in answer.text
