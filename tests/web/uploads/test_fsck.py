"""`flask fsck` finds each thing that does not fit, says it by name and ends with 1; on a sound house it says so."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from reporting import jobs
from reporting.core import clock
from reporting.core.db import db, unit_of_work
from reporting.files import service as file_service
from reporting.files.models import Rendition
from reporting.uploads.models import Upload, UploadPart
from tests.files import material

TOLD = "Error: 1 things do not fit together; docs/operations.md says what to do\n"


def fsck(app):
    result = app.test_cli_runner().invoke(args=["fsck", "--minutes", "0"])
    return result.exit_code, result.output


@pytest.fixture
def vault(app):
    return app.extensions["kit"].vault


@pytest.fixture
def kept(tus):
    content = material.docx()
    assert tus.create(len(content), body=content, filename="总结.docx").status_code == 201
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def travelling(tus):
    address = tus.create(4000, filename="总结.docx").location
    tus.patch(address, 0, b"x" * 100)
    tus.patch(address, 100, b"y" * 50)
    return address.rpartition("/")[2]


def test_a_sound_house_is_said_to_be_sound(app, kept, travelling):
    assert fsck(app) == (0, "database and disk fit together\n")


def test_a_kept_file_that_is_gone_cut_or_changed_is_named(app, vault, kept):
    path = vault.path(kept)
    content = path.read_bytes()
    path.write_bytes(b"!" + content[1:])
    assert fsck(app)[0] == 1
    assert f"kept file of another content: {kept}" in fsck(app)[1]
    assert app.test_cli_runner().invoke(args=["fsck", "--quick"]).exit_code == 0
    path.write_bytes(content[1:])
    assert f"kept file of another size: {kept}" in fsck(app)[1]
    path.unlink()
    assert f"row without its kept file: {kept}" in fsck(app)[1]


def test_a_kept_file_that_nobody_owns_is_named_when_it_is_old_enough(app, vault):
    staging = vault.stage()
    staging.write(b"nobody's")
    key = vault.keep(staging)
    assert f"kept file without a row: {key}" in fsck(app)[1]
    assert app.test_cli_runner().invoke(args=["fsck"]).exit_code == 0


def test_a_part_that_is_gone_or_cut_is_named(app, vault, travelling):
    folder = vault.root / "staging" / travelling
    (part,) = folder.iterdir()
    with part.open("r+b") as file:
        file.truncate(120)
    assert f"upload that lacks bytes of a part: {travelling} {part.stem}" in fsck(app)[1]
    part.unlink()
    assert f"upload that lacks bytes of a part: {travelling} {part.stem}" in fsck(app)[1]


def test_parts_that_do_not_add_up_are_named(app, travelling):
    with unit_of_work():
        upload = db.session.query(Upload).one()
        db.session.query(UploadPart).one().length = 120
    assert f"upload whose parts end elsewhere than its offset: {travelling} 120 150" in fsck(app)[1]
    with unit_of_work():
        part = db.session.query(UploadPart).one()
        part.start, part.length = 10, 140
        upload = db.session.query(Upload).one()
        assert upload.offset == 150
    assert "upload whose parts leave a gap" in fsck(app)[1]


def test_parts_that_nobody_needs_are_named_and_cleared_by_the_clock(app, vault, travelling):
    with unit_of_work():
        db.session.query(Upload).one().state = "ended"
        db.session.query(UploadPart).delete()
    assert f"parts of an upload that is under way no more: {travelling}" in fsck(app)[1]
    app.test_cli_runner().invoke(args=["uploads"])
    assert fsck(app)[0] == 0
    assert vault.tokens() == []


def test_a_staged_file_that_nobody_claimed_is_named(app, vault):
    staging = vault.stage()
    staging.close()
    assert f"staged file that nobody claimed: {staging.path.name}" in fsck(app)[1]


def test_a_letter_whose_sender_died_is_named(app, now):
    from reporting.outbox import service as outbox
    from reporting.outbox.rules import Recipient
    from tests.sample_letters import KINDS

    with unit_of_work():
        outbox.put(
            "welcome", "k", to=Recipient("a@x.test", "某人", "zh_Hans_CN"), facts=KINDS["welcome"], now=now
        )
        outbox.claim_batch(
            owner="o" * 32, now=now, lease_until=clock.system_clock() - timedelta(seconds=1), limit=9
        )
    assert "letter whose sender is gone: 1" in fsck(app)[1]


@pytest.fixture
def thumb(app, tus) -> str:
    """The key of a photo's small copy."""
    content = material.picture("JPEG", (500, 400))
    assert tus.create(len(content), kind="photos", body=content, filename="照片.jpg").status_code == 201
    assert jobs.prepare_media(app.extensions["kit"]).made == 2
    return db.session.scalar(select(Rendition.key).where(Rendition.kind == "thumb"))


def test_what_was_made_for_looking_and_is_gone_cut_or_changed_is_named(app, vault, thumb):
    assert fsck(app)[0] == 0
    path = vault.path(thumb)
    content = path.read_bytes()
    path.write_bytes(b"!" + content[1:])
    assert fsck(app) == (1, f"kept file of another content: {thumb}\n{TOLD}")
    path.write_bytes(content[1:])
    assert fsck(app) == (1, f"kept file of another size: {thumb}\n{TOLD}")
    path.unlink()
    assert fsck(app) == (1, f"row without its kept file: {thumb}\n{TOLD}")
    told = app.test_cli_runner().invoke(args=["prepare-media", "--again"]).output
    assert told.startswith("1 to be tried again\n1 made, 0 failed")
    assert (path.read_bytes(), fsck(app)[0]) == (content, 0)


def test_a_rendition_whose_worker_is_gone_is_named_until_it_is_taken_up_again(app, kept):
    with unit_of_work():
        file_service.plan_renditions()
        work = file_service.claim_rendition(owner="w" * 32, host_now=clock.system_clock())
    assert fsck(app)[0] == 0
    with unit_of_work():
        past = clock.system_clock() - timedelta(seconds=1)
        db.session.execute(update(Rendition).where(Rendition.owner == work.owner).values(lease_until=past))
    assert fsck(app) == (1, f"rendition whose worker is gone: 1\n{TOLD}")
    assert app.test_cli_runner().invoke(args=["fsck"]).exit_code == 0
    with unit_of_work():
        assert file_service.release_stale(host_now=clock.system_clock()) == 1
    assert fsck(app)[0] == 0
