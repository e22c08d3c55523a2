"""The worker: it makes what is due, keeps the originals, survives being killed, and goes on after a broken file."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from reporting import demo_material, jobs, media
from reporting.core import clock
from reporting.core.db import db, unit_of_work
from reporting.files import service as files
from reporting.files.models import Rendition
from reporting.files.rules import renditions as rules
from reporting.files.service import office
from reporting.uploads import service as uploads
from tests.files import films, material

NOW = datetime(2014, 10, 13, 1, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[1]


def bring(app, name: str, content: bytes) -> int:
    """A file that came in through the one way in."""
    vault = app.extensions["kit"].vault
    staging = vault.stage()
    staging.write(content)
    limits = uploads.Limits(["jpg", "png", "mp4", "avi", "docx", "doc", "wps"], 1 << 30)
    received = uploads.receive(staging, name, limits=limits, vault=vault, now=NOW)
    with unit_of_work():
        return files.keep_row(received, now=NOW).id


def states() -> dict[str, str]:
    db.session.expire_all()
    return {row.kind: row.state for row in db.session.scalars(select(Rendition).order_by(Rendition.id))}


def test_everything_that_came_in_is_made_and_lies_in_the_vault(app):
    bring(app, "照片.jpg", material.picture("JPEG", (900, 700)))
    bring(app, "录像.avi", films.film("avi", "mpeg4", "libmp3lame"))
    done = jobs.prepare_media(app.extensions["kit"])
    assert (done.planned, done.made, done.failed) == (4, 4, 0)
    assert states() == dict.fromkeys(("thumb", "screen", "poster", "playable"), "made")
    vault = app.extensions["kit"].vault
    for row in db.session.scalars(select(Rendition).order_by(Rendition.id)):
        assert vault.size(row.key) == row.size > 0
        assert (row.owner, row.lease_until, row.error) == (None, None, "")
    assert list((vault.root / "making").iterdir()) == []
    assert jobs.prepare_media(app.extensions["kit"]).made == 0


def test_a_file_that_cannot_be_made_stops_nobody_and_is_tried_later(app):
    with unit_of_work():
        content = files.Content(sha256="a" * 64, size=9, kind="photo", media_type="image/jpeg", facts={})
        files.keep_row(content, now=NOW)
    bring(app, "照片.jpg", material.picture("JPEG"))
    done = media.prepare(app.extensions["kit"].vault)
    assert (done.made, done.failed) == (2, 1)
    failed = db.session.scalars(select(Rendition).where(Rendition.state == "waiting")).all()
    assert {row.kind for row in failed} == {"thumb", "screen"}
    for row in failed:
        assert row.error
        assert row.next_at is not None
        assert timedelta(0) < row.next_at - clock.system_clock() <= timedelta(minutes=1)


@pytest.fixture
def old_documents(tmp_path) -> dict[str, bytes]:
    """Two real files of Word 97, one named as WPS Office names its own, written by LibreOffice."""
    program = office.program()
    if program is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-writer-nogui")
    names = {"总结.doc": "突出重点，成效明显。", "方案.wps": "二、工作安排"}
    sources = [tmp_path / f"{number}.docx" for number in range(len(names))]
    for source, sentence in zip(sources, names.values(), strict=True):
        source.write_bytes(demo_material.make_docx("质量月", [sentence]))
    line = [program, "--headless", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--convert-to", "doc"]
    subprocess.run([*line, "--outdir", tmp_path, *sources], check=True, capture_output=True, timeout=60)
    return {name: source.with_suffix(".doc").read_bytes() for name, source in zip(names, sources, strict=True)}


@pytest.mark.sqlite_only("LibreOffice takes seconds, and knows no database")
def test_old_documents_come_in_and_become_papers_that_can_be_read(app, old_documents):
    for name, content in old_documents.items():
        assert content.startswith(b"\xd0\xcf\x11\xe0")
        bring(app, name, content)
    # Both previews, and one text.
    done = media.prepare(app.extensions["kit"].vault, limit=3)
    assert (done.made, done.failed) == (3, 0)
    found = db.session.scalars(select(Rendition).where(Rendition.state == "made").order_by(Rendition.id)).all()
    vault = app.extensions["kit"].vault
    papers = [PdfReader(vault.path(row.key)).pages[0].extract_text() for row in found if row.kind == "preview"]
    assert ["成效明显" in papers[0], "工作安排" in papers[1]] == [True, True]
    (words,) = [row for row in found if row.kind == "text"]
    assert "成效明显" in vault.path(words.key).read_text(encoding="utf-8")


def test_a_lost_lease_writes_nothing(app, monkeypatch):
    bring(app, "照片.jpg", material.picture("JPEG"))
    made = media._make

    def slow(work, vault, folder):
        with app.app_context(), unit_of_work():
            db.session.execute(update(Rendition).values(owner="another", lease_until=clock.system_clock()))
        return made(work, vault, folder)

    monkeypatch.setattr(media, "_make", slow)
    assert media.prepare(app.extensions["kit"].vault, limit=1).made == 0
    assert set(states().values()) == {"working"}


def making(live) -> list[Path]:
    """The copies that are written now."""
    return list((live.settings.uploads_dir / "making").glob("*/playable.mp4"))


def is_soon(question) -> bool:
    until = time.monotonic() + 60
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for found in threads for one in found.read_text().split()]


def playable(live) -> tuple:
    """State, attempts, and whether the row waits for anything."""
    with live.inside():
        row = db.session.scalar(select(Rendition).where(Rendition.kind == "playable"))
        told = (row.state, row.attempts, row.owner is None, row.lease_until is None, row.next_at, row.error)
        db.session.rollback()
    return told


@pytest.mark.timeout(120)
def test_a_film_that_is_broken_off_is_begun_again(live):
    """SIGTERM while the child encodes: the clock ends in seconds, gives the row back and counts no attempt. SIGKILL then,
    of the next worker: its child dies too, and the row is taken again when the lease has ended.
    """
    with live.inside() as app:
        bring(app, "长片.avi", films.film("avi", "mpeg4", seconds=30, size=(1280, 720)))
    clock_process = live.start_scheduler()
    assert is_soon(lambda: making(live)), live.log("scheduler")
    encoder = children(clock_process.pid)
    assert encoder
    assert playable(live)[:2] == ("working", 1)
    live.stop(clock_process)
    assert clock_process.returncode == 0
    assert playable(live) == ("waiting", 0, True, True, None, "")
    assert not [pid for pid in encoder if Path(f"/proc/{pid}").exists()]
    assert list((live.settings.uploads_dir / "making").iterdir()) == []

    line = [sys.executable, "-m", "flask", "--app", "app", "prepare-media"]
    worker = subprocess.Popen(line, cwd=ROOT, env=live.environment)
    assert is_soon(lambda: making(live) or worker.poll() is not None)
    assert worker.poll() is None, "it ended before the film was begun"
    encoder = children(worker.pid)
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    assert playable(live)[:2] == ("working", 1)
    assert is_soon(lambda: not [pid for pid in encoder if Path(f"/proc/{pid}").exists()])
    assert "0 made" in live.command("prepare-media")
    with live.inside(), unit_of_work():
        db.session.execute(update(Rendition).values(lease_until=clock.system_clock() - rules.LEASE))
    assert "1 made, 0 failed" in live.command("prepare-media")
    with live.inside():
        assert states() == {"poster": "made", "playable": "made"}
        db.session.rollback()
