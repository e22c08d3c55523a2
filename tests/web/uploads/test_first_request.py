"""The request that begins an upload may bring anything: names, types and lengths that lie, a body, and its checksum."""

import base64
import hashlib

import pytest

from reporting.core.db import db
from reporting.uploads.models import Upload
from tests.files import material
from tests.web.uploads.conftest import BODY_TYPE

pytestmark = pytest.mark.allow_get_writes("HEAD records what lies on the disk already")


def kept_name(tus, content, **told):
    begun = tus.create(len(content), body=content, **told)
    assert begun.status_code == 201
    db.session.rollback()
    return db.session.query(Upload).order_by(Upload.id.desc()).first().name


@pytest.mark.parametrize(
    "name",
    ["质" * 255, "质" * 250 + ".docx", "𠮷" * 255 + ".docx", "总\0结.docx", "../../etc/总结.docx", "a\r\nSet-Cookie: x.docx"],
)
def test_a_name_of_any_kind_is_kept_as_text(tus, name):
    content = material.docx()
    if not name.endswith(".docx"):
        assert tus.create(len(content), filename=name).status_code == 422
        name += ".docx"
    kept = kept_name(tus, content, filename=name)
    assert kept.endswith(".docx")
    assert len(kept) <= 255
    assert not set("\0\r\n/\\") & set(kept)


def test_a_type_that_is_no_type_does_no_harm(tus):
    """PostgreSQL takes no NUL in a text."""
    content = material.docx()
    assert kept_name(tus, content, filename="总结.docx", filetype="a\0b", caption="启\0动", focus_area="９" * 30)
    begun = tus.create(len(content), filetype="\0" * 300)
    assert begun.status_code == 201


def test_a_first_body_longer_than_the_file_is_refused_whole(tus):
    content = material.docx()
    answer = tus.create(len(content) - 1, body=content, filename="总结.docx")
    assert answer.status_code == 413
    assert tus.listed() == []


def test_a_first_body_must_be_what_its_checksum_says(tus):
    content = material.docx()

    def summed(body):
        return {"Upload-Checksum": f"sha256 {base64.b64encode(hashlib.sha256(body).digest()).decode()}"}

    wrong = tus.create(len(content), body=content, headers=summed(b"other"), filename="总结.docx")
    assert (wrong.status_code, tus.head(wrong.location).headers["Upload-Offset"]) == (460, "0")
    assert tus.create(len(content), body=content, headers={"Upload-Checksum": "md5 eA=="}).status_code == 400
    assert len(tus.listed()) == 1
    right = tus.create(len(content), body=content, headers=summed(content), filename="总结.docx")
    assert (right.status_code, right.headers["Upload-Offset"]) == (201, str(len(content)))
    half = tus.patch(wrong.location, 0, content[:9], headers=summed(content[:9]) | {"Content-Type": BODY_TYPE})
    assert half.headers["Upload-Offset"] == "9"
