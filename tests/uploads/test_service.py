"""Whatever brings bytes, they come in by one verb: named, proven, kept, or gone."""

import os
from datetime import UTC, datetime

import pytest

from reporting.core.errors import Reason, Refused
from reporting.core.vault import Vault, VaultFull
from reporting.uploads import service as uploads
from tests.files import material

NOW = datetime(2014, 10, 13, 1, 0, tzinfo=UTC)
DOCUMENTS = uploads.Limits(allowed=("doc", "docx", "pdf"), max_bytes=1 << 20)


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path)


@pytest.fixture
def stage(vault):
    def put(content: bytes):
        staging = vault.stage()
        staging.write(content)
        return staging

    return put


def staged_files(vault) -> list[str]:
    return os.listdir(vault.root / "staging")


def test_a_good_file_is_kept_under_its_cleaned_name(vault, stage):
    staging = stage(material.docx())
    found = uploads.receive(staging, "C:\\fakepath\\总结.docx", limits=DOCUMENTS, vault=vault, now=NOW)
    assert found == uploads.Received(
        sha256=staging.sha256,
        size=len(material.docx()),
        kind="document",
        media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        facts={},
        name="总结.docx",
        received_at=NOW,
    )
    assert vault.path(found.sha256).read_bytes() == material.docx()
    assert staged_files(vault) == []


def test_a_refused_file_leaves_nothing_behind(vault, stage):
    with pytest.raises(Refused) as refused:
        uploads.receive(stage(b"MZ"), "../总结.docx", limits=DOCUMENTS, vault=vault, now=NOW)
    reason = Reason.of("content_contradicts_name", name="_总结.docx", found="exe", expected="docx")
    assert refused.value.reasons == (reason,)
    assert staged_files(vault) == []
    assert list(vault.keys()) == []


def test_a_disk_that_fills_while_keeping_leaves_nothing_staged(vault, stage, monkeypatch):
    staging = stage(material.docx())

    def full():
        raise VaultFull("no space left on device")

    monkeypatch.setattr(staging, "sync", full)
    with pytest.raises(VaultFull):
        uploads.receive(staging, "总结.docx", limits=DOCUMENTS, vault=vault, now=NOW)
    assert staged_files(vault) == []
    assert list(vault.keys()) == []


def test_the_good_files_of_a_batch_come_in_and_the_others_are_told(vault, stage):
    batch = [
        (stage(material.docx()), "一.docx"),
        (stage(b""), "二.docx"),
        (stage(material.picture("PDF")), "三.pdf"),
        (stage(material.picture("JPEG")), "四.jpg"),
        (stage(material.docx()), "五.docx"),
    ]
    outcome = uploads.receive_all(batch, limits=DOCUMENTS, vault=vault, now=NOW)
    assert [found.name for found in outcome.received] == ["一.docx", "三.pdf", "五.docx"]
    assert outcome.received[0].sha256 == outcome.received[2].sha256
    assert outcome.refused == [
        Reason.of("file_empty", name="二.docx"),
        Reason.of("type_not_allowed", name="四.jpg", allowed=("doc", "docx", "pdf")),
    ]
    assert staged_files(vault) == []
    assert len(list(vault.keys())) == 2


def test_when_the_disk_fills_what_came_in_before_stays(vault, stage, monkeypatch):
    batch = [
        (stage(material.docx()), "一.docx"),
        (stage(material.docx()), "二.docx"),
        (stage(material.docx()), "三.docx"),
    ]

    def full():
        raise VaultFull("no space left on device")

    monkeypatch.setattr(batch[1][0], "sync", full)
    outcome = uploads.receive_all(batch, limits=DOCUMENTS, vault=vault, now=NOW)
    assert [found.name for found in outcome.received] == ["一.docx"]
    assert outcome.refused == [Reason.of("disk_full")]
    assert staged_files(vault) == []
    assert len(list(vault.keys())) == 1


def test_names_of_255_characters_and_emoji_come_in(vault, stage):
    for name in ("质" * 250 + ".docx", "🎉" * 250 + ".docx", "总\x00\x1f结.docx"):
        found = uploads.receive(stage(material.docx()), name, limits=DOCUMENTS, vault=vault, now=NOW)
        assert found.name.endswith(".docx")
        assert len(found.name) <= 255
    assert len(list(vault.keys())) == 1
