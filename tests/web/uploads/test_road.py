"""A file on the whole road: begun, carried on, finished, refused, described, given up."""

import hashlib

import pytest

from reporting.core.db import db
from reporting.reports import queries as reports
from tests.files import material

pytestmark = pytest.mark.allow_get_writes("HEAD records what lies on the disk already")


def attachments(cast):
    db.session.rollback()
    report = reports.find_report(cast.assignment("Q-HE").id)
    return [] if report is None else reports.attachments(report.id)


def staged(app):
    return sorted(path.name for path in (app.extensions["kit"].vault.root / "staging").rglob("*"))


def test_a_file_in_three_pieces_becomes_an_attachment(app, tus, cast):
    content = material.docx()
    sha256 = hashlib.sha256(content).hexdigest()
    begun = tus.create(len(content), filename="总结.docx", sha256=sha256, caption="启动 仪式")
    assert (begun.status_code, begun.headers["Tus-Resumable"]) == (201, "1.0.0")
    address, third = begun.location, len(content) // 3
    assert tus.head(address).headers["Upload-Offset"] == "0"
    for start in (0, third):
        answer = tus.patch(address, start, content[start : start + third])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(start + third))
        assert tus.head(address).headers["Upload-Offset"] == str(start + third)
        assert "Upload-Expires" in answer.headers
    answer = tus.patch(address, 2 * third, content[2 * third :])
    (attachment,) = attachments(cast)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(content)))
    assert answer.headers["Upload-Attachment"] == str(attachment.id)
    assert (attachment.sha256, attachment.name, attachment.caption) == (sha256, "总结.docx", "启动 仪式")
    assert app.extensions["kit"].vault.path(sha256).read_bytes() == content
    assert staged(app) == []
    head = tus.head(address)
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, str(len(content)))
    again = tus.patch(address, len(content), b"")
    assert (again.status_code, again.headers["Upload-Attachment"]) == (204, str(attachment.id))


def test_the_first_bytes_may_come_along(tus, cast):
    content = material.docx()
    whole = tus.create(len(content), body=content, filename="总结.docx")
    assert (whole.status_code, whole.headers["Upload-Offset"]) == (201, str(len(content)))
    assert whole.headers["Upload-Attachment"] == str(attachments(cast)[0].id)
    part = tus.create(len(content), "photos", body=content[:100], filename="a.jpg")
    assert (part.status_code, part.headers["Upload-Offset"]) == (201, "100")
    assert tus.head(part.location).headers["Upload-Offset"] == "100"


def test_everybody_of_the_bureau_sees_what_is_under_way(tus, app, cast):
    tus.create(4000, filename="总结.docx", sha256="a" * 64, head="b" * 64, caption="说明")
    (one,) = tus.listed()
    assert (one["name"], one["length"], one["offset"]) == ("总结.docx", 4000, 0)
    assert (one["sha256"], one["head"], one["caption"], one["by"]) == ("a" * 64, "b" * 64, "说明", cast.user("Q-HE").name)
    assert tus.listed("photos") == []
    stranger = app.test_client().sign_in(cast.user("C-SH"))
    assert stranger.get(f"{tus.slots}/summary/uploads").status_code == 404


def test_words_typed_meanwhile_are_in_the_attachment(tus, app, cast):
    content = material.docx()
    address = tus.create(len(content), filename="总结.docx").location
    said = tus.client.post(address + "/words", data={"caption": " 启动\n仪式 ", "focus_area": "1"})
    assert said.status_code == 204
    assert tus.listed()[0]["caption"] == "启动 仪式"
    tus.patch(address, 0, content)
    assert attachments(cast)[0].caption == "启动 仪式"
    late = tus.client.post(address + "/words", data={"caption": "会场", "focus_area": ""})
    assert (late.status_code, attachments(cast)[0].caption) == (204, "会场")
    too_long = tus.client.post(address + "/words", data={"caption": "长" * 201})
    assert too_long.status_code == 422
    assert "200" in too_long.json["reasons"][0]
    stranger = app.test_client().sign_in(cast.user("C-SH"))
    assert stranger.post(address + "/words", data={"caption": "x"}).status_code == 404


def test_a_whole_file_that_is_refused_says_why_and_is_gone(tus, app, cast):
    content = material.picture("JPEG")
    address = tus.create(len(content), filename="总结.docx").location
    answer = tus.patch(address, 0, content)
    assert answer.status_code == 422
    assert "总结.docx" in answer.json["reasons"][0]
    assert tus.head(address).status_code == 410
    assert tus.patch(address, len(content), b"").json == answer.json
    assert attachments(cast) == []
    assert staged(app) == []


def test_other_content_than_was_declared_is_refused(tus, app, cast):
    content = material.docx()
    address = tus.create(len(content), filename="总结.docx", sha256="0" * 64).location
    answer = tus.patch(address, 0, content)
    assert answer.status_code == 422
    assert "校验值" in answer.json["reasons"][0]
    assert list(app.extensions["kit"].vault.keys()) == []


def test_an_upload_that_is_given_up_leaves_nothing(tus, app):
    address = tus.create(4000, filename="总结.docx").location
    tus.patch(address, 0, b"x" * 10)
    assert len(staged(app)) == 2
    assert tus.delete(address).status_code == 204
    assert staged(app) == []
    assert [tus.head(address).status_code, tus.delete(address).status_code] == [410, 410]
    assert tus.patch(address, 10, b"x").status_code == 410
    assert tus.listed() == []


def test_a_file_without_a_name_is_named_by_what_it_is(tus, cast):
    content = material.docx()
    begun = tus.create(len(content), headers={"Upload-Metadata": ""})
    assert begun.status_code == 201
    assert tus.patch(begun.location, 0, content).status_code == 204
    assert attachments(cast)[0].name == "未命名文件.docx"


def test_the_same_content_twice_is_attached_once(tus, cast):
    content = material.docx()
    first = tus.create(len(content), body=content, filename="总结.docx")
    second = tus.create(len(content), body=content, filename="总结二.docx")
    assert second.headers["Upload-Attachment"] == first.headers["Upload-Attachment"]
    assert len(attachments(cast)) == 1


def test_the_address_outlives_the_session_but_not_the_office(tus, app, cast, now):
    from reporting.bureaus import service as bureaus
    from reporting.core.actor import SYSTEM
    from reporting.core.db import unit_of_work
    from reporting.bureaus import queries

    address = tus.create(4000, filename="总结.docx").location
    tus.client.sign_out()
    assert tus.patch(address, 0, b"abc").status_code == 204
    user = cast.user("Q-HE")
    with unit_of_work():
        for membership, _bureau in queries.memberships_of(user.id):
            bureaus.dismiss(membership.id, actor=SYSTEM, now=now)
    assert tus.patch(address, 3, b"abc").status_code == 403
    assert tus.delete(address).status_code == 403
    assert tus.head(address).headers["Upload-Offset"] == "3"
