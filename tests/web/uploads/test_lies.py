"""Headers that lie, limits that are reached, and what the protocol asks for beside the plain road."""

import base64
import hashlib

import pytest

from reporting.core.db import unit_of_work
from tests.files import material
from tests.web.uploads.conftest import BODY_TYPE

pytestmark = pytest.mark.allow_get_writes("HEAD records what lies on the disk already")


def test_it_says_what_it_can(tus):
    address = tus.create(10, filename="a.docx").location
    for place in (address, f"{tus.slots}/summary/uploads"):
        answer = tus.client.options(place, csrf=False)
        assert (answer.status_code, answer.headers["Tus-Version"]) == (204, "1.0.0")
        assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,termination,checksum,expiration"
        assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"
        assert answer.headers["Tus-Max-Size"] == str(16 << 30)


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0.0,1.0.0"])
def test_another_version_is_refused_with_ours(tus, version):
    address = tus.create(10, filename="a.docx").location
    other = {"Tus-Resumable": version}
    answers = [
        tus.create(10, filename="a.docx", headers=other), tus.head(address, headers=other),
        tus.patch(address, 0, b"x", headers=other), tus.delete(address, headers=other),
    ]  # fmt: skip
    assert [(answer.status_code, answer.headers["Tus-Version"]) for answer in answers] == [(412, "1.0.0")] * 4
    assert tus.head(address).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize("length", [None, "-1", "1.5", "a", "", "10,10", "9" * 19, "０"])
def test_a_length_that_is_none_is_refused(tus, length):
    answer = tus.create(None, headers={"Upload-Length": length}, filename="a.docx")
    assert (answer.status_code, len(answer.json["reasons"])) == (400, 1)
    assert tus.listed() == []


@pytest.mark.parametrize(
    "told",
    ["filename !!!", "filename 5oC", "filename /////w==", "filename YQ==,filename Yg==", "sha256 eA==", "k " + "A" * 9000],
)
def test_metadata_that_cannot_be_read_is_refused(tus, told):
    assert tus.create(10, headers={"Upload-Metadata": told}).status_code == 400


def test_extensions_that_we_do_not_have_are_refused(tus):
    assert tus.create(10, headers={"Upload-Concat": "partial"}, filename="a.docx").status_code == 400
    assert tus.create(None, headers={"Upload-Defer-Length": "1"}, filename="a.docx").status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": None}, 400),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "0,0"}, 400),
        ({"Upload-Offset": "zero"}, 400),
        ({"Upload-Offset": "1"}, 409),
        ({"Upload-Offset": "11"}, 409),
        ({"Content-Type": "application/octet-stream"}, 415),
        ({"Content-Type": None}, 415),
        ({"Upload-Checksum": "md5 1B2M2Y8AsgTpgAmY7PhCfg=="}, 400),
        ({"Upload-Checksum": "sha1 eA=="}, 400),
        ({"Upload-Checksum": "sha1"}, 400),
    ],
)
def test_a_patch_that_lies_changes_nothing(tus, headers, status):
    address = tus.create(10, filename="a.docx").location
    assert tus.patch(address, 0, b"12345", headers=headers).status_code == status
    assert tus.head(address).headers["Upload-Offset"] == "0"


def test_more_bytes_than_announced_are_refused_whole(tus):
    address = tus.create(10, filename="a.docx").location
    assert tus.patch(address, 0, b"x" * 11).status_code == 413
    assert tus.patch(address, 0, b"x" * 6).status_code == 204
    assert tus.patch(address, 6, b"x" * 5).status_code == 413
    assert tus.head(address).headers["Upload-Offset"] == "6"


@pytest.mark.parametrize("token", ["a" * 22, "../../../etc/passwd", "short", "a" * 65])
def test_an_address_that_nobody_has_is_not_found(tus, token):
    answers = [tus.head(f"/uploads/{token}"), tus.patch(f"/uploads/{token}", 0, b"x"), tus.delete(f"/uploads/{token}")]
    assert {answer.status_code for answer in answers} == {404}


def test_a_post_may_stand_for_another_method(tus):
    address = tus.create(10, filename="a.docx").location
    over = {"X-HTTP-Method-Override": "PATCH"}
    assert tus.patch(address, 0, b"12345", headers=over, method="POST").headers["Upload-Offset"] == "5"
    assert tus.patch(address, 0, b"", headers={"X-HTTP-Method-Override": "HEAD"}, method="POST").status_code == 200
    assert tus.patch(address, 5, b"", headers={"X-HTTP-Method-Override": "PUT"}, method="POST").status_code == 405
    assert tus.patch(address, 5, b"x", method="POST").status_code == 405
    # A PATCH that says it is a DELETE is a PATCH: only a POST stands for others.
    assert tus.patch(address, 5, b"6", headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert tus.patch(address, 0, b"", headers={"X-HTTP-Method-Override": "DELETE"}, method="POST").status_code == 204
    assert tus.head(address).status_code == 410


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_body_that_differs_from_its_checksum_is_dropped(tus, app, algorithm):
    content = material.docx()
    address = tus.create(len(content), filename="总结.docx").location
    half = len(content) // 2

    def summed(body):
        return {"Upload-Checksum": f"{algorithm} {base64.b64encode(hashlib.new(algorithm, body).digest()).decode()}"}

    wrong = tus.patch(address, 0, content[:half], headers=summed(b"other"))
    assert (wrong.status_code, tus.head(address).headers["Upload-Offset"]) == (460, "0")
    assert [path for path in (app.extensions["kit"].vault.root / "staging").rglob("*") if path.is_file()] == []
    right = tus.patch(address, 0, content[:half], headers=summed(content[:half]))
    assert (right.status_code, right.headers["Upload-Offset"]) == (204, str(half))
    assert tus.patch(address, half, content[half:], headers=summed(b"other")).status_code == 460
    assert "Upload-Attachment" in tus.patch(address, half, content[half:], headers=summed(content[half:])).headers


def test_a_form_token_is_needed_to_begin_and_to_speak_but_not_to_go_on(tus):
    assert tus.create(10, filename="a.docx", headers={"X-CSRFToken": None}).status_code == 400
    address = tus.create(10, filename="a.docx").location
    assert tus.client.post(address + "/words", data={"caption": "x"}, csrf=False).status_code == 400
    assert tus.patch(address, 0, b"x").status_code == 204


def test_what_speaks_against_a_file_is_said_before_its_first_byte(tus, hands):
    assert tus.create(10, filename="脚本.exe").status_code == 422
    assert tus.create(0, filename="a.docx").status_code == 422
    large = tus.create(4 << 30, "photos", filename="a.jpg")
    assert (large.status_code, "a.jpg" in large.json["reasons"][0]) == (413, True)
    assert tus.create(10, "figures", filename="a.jpg").status_code == 404
    assert tus.create(10, filename="a.docx", caption="长" * 201).status_code == 422
    hands.forward(days=60)
    assert "关闭" in tus.create(10, filename="a.docx").json["reasons"][0]


def test_refusals_speak_the_reader_s_language(tus, cast, now):
    english = tus.create(10, filename="a.exe", headers={"Accept-Language": "en"})
    assert english.json["reasons"][0].startswith("文件")  # a person's own choice comes before the browser's
    user_language(cast, "en", now)
    assert "“a.exe”" in tus.create(10, filename="a.exe").json["reasons"][0]


def user_language(cast, language, now):
    from reporting.accounts import service as accounts

    with unit_of_work():
        accounts.choose_language(cast.user("Q-HE"), language, actor=cast.actor("Q-HE"), now=now)


def test_files_under_way_count_for_their_slot(tus, cast):
    with unit_of_work():
        next(slot for slot in cast.task.slots if slot.kind == "summary").most = 2
    first = tus.create(10, filename="a.docx").location
    assert tus.create(10, filename="b.docx").status_code == 201
    full = tus.create(10, filename="c.docx")
    assert (full.status_code, "c.docx" in full.json["reasons"][0]) == (422, True)
    tus.delete(first)
    assert tus.create(10, filename="c.docx").status_code == 201


def test_a_bureau_may_have_twenty_under_way(tus, cast):
    with unit_of_work():
        next(slot for slot in cast.task.slots if slot.kind == "photos").most = 100
    begun = [tus.create(10, "photos", filename=f"{number}.jpg") for number in range(21)]
    assert [answer.status_code for answer in begun] == [201] * 20 + [429]
    assert "20" in begun[-1].json["reasons"][0]
    tus.delete(begun[0].location)
    assert tus.create(10, "photos", filename="21.jpg").status_code == 201


@pytest.fixture
def narrow(make_app):
    def make(**settings):
        from tests.cast import make_cast
        from tests.web.uploads.conftest import Tus

        app = make_app(**settings)
        cast = make_cast()
        client = app.test_client().sign_in(cast.user("Q-HE"))
        return app, Tus(client, f"/assignments/{cast.assignment('Q-HE').id}/slots")

    return make


def test_a_bureau_has_a_bound_for_all_its_bytes(narrow):
    _app, tus = narrow(bureau_bytes=1 << 20)
    first = tus.create(1 << 19, "photos", filename="a.jpg")
    assert first.status_code == 201
    over = tus.create((1 << 19) + 1, "photos", filename="b.jpg")
    assert (over.status_code, "b.jpg" in over.json["reasons"][0]) == (507, True)
    content = material.docx()
    tus.create(len(content), body=content, filename="a.docx")
    tus.delete(first.location)
    assert tus.create((1 << 20) - len(content) + 1, "photos", filename="b.jpg").status_code == 507
    assert tus.create((1 << 20) - len(content), "photos", filename="b.jpg").status_code == 201


def test_the_vault_has_a_bound_too(narrow):
    _app, tus = narrow(vault_bytes=1 << 20)
    assert tus.create(1 << 20, "photos", filename="a.jpg").status_code == 201
    assert tus.create(1, "photos", filename="b.jpg").status_code == 507


def test_what_is_announced_counts_against_the_free_space_and_pages_go_on(narrow, monkeypatch):
    app, tus = narrow(reserve_bytes=1000)
    vault = app.extensions["kit"].vault
    monkeypatch.setattr(type(vault), "free_bytes", lambda _self: 11_000)
    first = tus.create(6000, "photos", filename="a.jpg")
    assert first.status_code == 201
    full = tus.create(4001, "photos", filename="b.jpg")
    assert (full.status_code, "b.jpg" in full.json["reasons"][0]) == (507, True)
    assert tus.client.get(tus.slots.removesuffix("/slots")).status_code == 200
    monkeypatch.setattr(type(vault), "free_bytes", lambda _self: 1050)
    assert tus.patch(first.location, 0, b"x" * 100).status_code == 507, "the reserve is near: nothing more is written"
    monkeypatch.setattr(type(vault), "free_bytes", lambda _self: 1 << 40)
    assert tus.patch(first.location, 0, b"x" * 100).status_code == 204, "it recovers by itself"
    assert tus.create(4001, "photos", filename="b.jpg").status_code == 201


def test_an_upload_lives_as_long_as_somebody_goes_on_with_it(tus, app, hands):
    address = tus.create(40, filename="a.docx").location
    for start in range(0, 30, 10):
        hands.forward(days=6)
        assert tus.patch(address, start, b"x" * 10).status_code == 204
    assert "0 uploads" in app.test_cli_runner().invoke(args=["uploads"]).output
    hands.forward(days=7)
    assert "1 uploads" in app.test_cli_runner().invoke(args=["uploads"]).output
    assert [tus.head(address).status_code, tus.patch(address, 30, b"x").status_code] == [410, 410]
    assert app.extensions["kit"].vault.tokens() == []


def test_nothing_is_taken_under_a_type_that_is_no_form(tus):
    """A body of bare bytes is no way around the token of a form."""
    address = f"{tus.slots.removesuffix('/slots')}/text"
    answer = tus.client.post(address, data=b"csrf_token=x&body=y", headers={"Content-Type": BODY_TYPE}, csrf=False)
    assert answer.status_code == 400
