"""The disk fills: new uploads are refused with a sentence, pages and sign-in go on, and nothing needs a restart."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from reporting import jobs
from reporting.core.db import db, unit_of_work
from reporting.demo.people import PASSWORD, email
from reporting.files import service as files
from reporting.files.models import Rendition
from reporting.uploads import service as uploads
from tests.files import films, material
from tests.fixtures.database import ROOT
from tests.uploading import MIB, answer_on, eventually, film, house, needs_strace, sha256_of, traced

SIZE = 24 * MIB

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own for the uploads."""
    place = tmp_path / "uploads"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], capture_output=True)
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted: {made.stderr.decode()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path, leave: int) -> Path:
    """Fill a disk up to so many bytes with something else."""
    state = os.statvfs(place)
    ballast = place / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, state.f_bavail * state.f_frsize - leave)
    return ballast


def test_a_disk_that_is_full_refuses_and_recovers(tmp_path, small_disk):
    with house(tmp_path, reserve_bytes=2 * MIB) as served:
        served.start()
        content = film(6 * MIB, 1)
        address = served.create("1.mp4", len(content))
        assert served.patch(address, 0, content[: 2 * MIB]).status == 204
        ballast = fill(small_disk, leave=3 * MIB)
        headers = {**served.headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(4 * MIB)}
        place = f"/assignments/{served.assignment_id}/slots/videos/uploads"
        refused = served.ask("POST", place, b"", headers)
        assert refused.status == 507
        assert "存储空间".encode("unicode_escape").decode().lower() in refused.body.decode().lower()
        stopped = served.patch(address, 2 * MIB, content[2 * MIB :])
        assert stopped.status == 507
        assert served.head(address).offset >= 2 * MIB, "what had been acknowledged stays"
        people_go_on(served)
        ballast.unlink()
        offset = served.head(address).offset
        assert served.patch(address, offset, content[offset:]).status == 204
        assert served.kept(sha256_of(content)) == content
        assert served.ask("POST", place, b"", headers).status == 201
        served.do_chores()
        served.fsck()


def people_go_on(served) -> None:
    """They sign in, read, write and hand in."""
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    entry = served.ask("GET", "/account/sign-in")
    token = re.search(rb'name="csrf_token"[^>]* value="([^"]+)"', entry.body)[1].decode()
    said = urlencode({"csrf_token": token, "email": email("Q-HE"), "password": PASSWORD})
    cookie = {"Cookie": entry.headers["Set-Cookie"].partition(";")[0]}
    assert served.ask("POST", "/account/sign-in", said, form | cookie).status == 302
    page, headers = f"/assignments/{served.assignment_id}", form | served.headers
    assert served.ask("GET", page, headers=served.headers).status == 200
    text = urlencode({"title": "活动总结", "body": "正文", "version": "0"})
    assert served.ask("POST", f"{page}/text", text, headers | {"Accept": "application/json"}).status == 200
    handed_in = served.ask("POST", f"{page}/submit", urlencode({"key": "a-key-of-the-browsers-own"}), headers)
    assert (handed_in.status, "/receipts/" in handed_in.headers["Location"]) == (303, True)


def test_the_last_byte_that_does_not_fit_is_not_acknowledged(tmp_path, small_disk):
    """Without a reserve the disk itself says no, in the middle of a body."""
    with house(tmp_path, reserve_bytes=0) as served:
        served.start()
        content = film(8 * MIB, 2)
        address = served.create("2.mp4", len(content))
        ballast = fill(small_disk, leave=3 * MIB)
        answer = served.patch(address, 0, content)
        assert answer.status == 507
        there = served.head(address).offset
        assert there <= 3 * MIB
        ballast.unlink()
        assert served.patch(address, there, content[there:]).status == 204
        assert served.kept(sha256_of(content)) == content
        served.do_chores()
        served.fsck()


@needs_strace
@pytest.mark.parametrize(("error", "status"), [("ENOSPC", 507), ("EIO", 500)])
@pytest.mark.parametrize("asker", ["writer", "adopter"])
def test_bytes_whose_sync_failed_are_never_acknowledged(tmp_path, error, status, asker):
    """The kernel tells such an error once; a second sync would succeed over bytes that are gone."""
    with house(tmp_path) as served:
        served.start()
        content = film(300_000, 5)
        address, half = served.create("5.mp4", len(content)), 150_000
        assert served.patch(address, 0, content[:half]).status == 204
        (worker,) = served.workers()
        line = ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(worker), "-e", "trace=fdatasync"]
        open_line = served.open_patch(address, half, len(content) - half)
        open_line.sendall(content[half:-1])
        assert eventually(lambda: served.held(address) == len(content) - 1)
        tracer = subprocess.Popen([*line, "-e", f"inject=fdatasync:error={error}:when=1"], stderr=subprocess.PIPE)
        assert eventually(lambda: traced(worker) == tracer.pid)
        if asker == "adopter":
            assert served.head(address).status == 423
        else:
            open_line.sendall(content[-1:])
            assert answer_on(open_line).status == status
        tracer.terminate()
        tracer.communicate()
        assert [served.head(address).offset for _ in range(2)] == [half, half]
        served.kill_workers()
        open_line.close()
        served.wait()
        assert served.head(address).offset == half
        assert served.patch(address, half, content[half:]).status == 204
        assert served.kept(sha256_of(content)) == content
        served.do_chores()
        served.fsck()


def test_a_file_that_is_whole_waits_for_room_and_is_taken_then(tmp_path, small_disk):
    """Two parts must be put together, which takes their room once more."""
    with house(tmp_path, reserve_bytes=0) as served:
        served.start()
        content = film(6 * MIB, 3)
        address = served.create("3.mp4", len(content))
        line = served.open_patch(address, 0, len(content))
        line.sendall(content[: 2 * MIB])
        while served.head(address).offset < 2 * MIB:
            pass
        ballast = fill(small_disk, leave=5 * MIB)
        answer = served.patch(address, 2 * MIB, content[2 * MIB :])
        line.close()
        assert answer.status == 507
        asked = served.head(address)
        assert asked.status == 423, "it is whole; whoever asks is told to come again"
        ballast.unlink()
        assert served.head(address).headers["Upload-Attachment"]
        assert served.kept(sha256_of(content)) == content
        served.do_chores()
        served.fsck()


def bring(app, name: str, content: bytes) -> None:
    vault, now = app.extensions["kit"].vault, datetime(2014, 10, 13, 1, tzinfo=UTC)
    staging = vault.stage()
    staging.write(content)
    limits = uploads.Limits(["jpg", "mkv"], 1 << 30)
    received = uploads.receive(staging, name, limits=limits, vault=vault, now=now)
    with unit_of_work():
        files.keep_row(received, now=now)


def renditions() -> dict[str, tuple[str, int, bool]]:
    """State, attempts and whether the want of room is written down, by kind."""
    db.session.expire_all()
    rows = db.session.scalars(select(Rendition).order_by(Rendition.id))
    return {row.kind: (row.state, row.attempts, "disk is full" in row.error) for row in rows}


def test_what_is_made_for_looking_waits_for_room_and_counts_no_failure(tmp_path, small_disk):
    """The disk fills while a film's copy is written; what comes later is not even begun; all is made when there is room."""
    with house(tmp_path) as served, served.app.app_context():
        kit = served.app.extensions["kit"]
        # Noise cannot be packed: the copy in another box is as large as the film.
        bring(served.app, "长片.mkv", films.noise("matroska", seconds=3, size=(640, 480)))
        assert jobs.prepare_media(kit, limit=1).made == 1
        ballast = fill(small_disk, leave=2 * MIB)
        done = jobs.prepare_media(kit)
        assert (done.made, done.failed, done.lacks_room) == (0, 0, True)
        assert renditions() == {"poster": ("made", 1, False), "playable": ("waiting", 0, True)}
        assert list((small_disk / "making").iterdir()) == []
        ballast.unlink()
        ballast = fill(small_disk, leave=MIB // 2)
        with unit_of_work():
            db.session.query(Rendition).update({"next_at": None})
        assert jobs.prepare_media(kit).lacks_room
        assert renditions()["playable"] == ("waiting", 0, True)
        assert not list(db.session.scalars(select(Rendition.next_at).where(Rendition.next_at.is_not(None))))
        assert b"waits for room" in told_by_command(served)
        ballast.unlink()
        bring(served.app, "照片.jpg", material.picture("JPEG"))
        done = jobs.prepare_media(kit)
        assert (done.made, done.failed, done.lacks_room) == (3, 0, False)
        assert set(renditions().values()) == {("made", 1, False)}
        served.fsck()


def told_by_command(served) -> bytes:
    line = [sys.executable, "-m", "flask", "--app", "app", "prepare-media"]
    return subprocess.run(line, cwd=ROOT, env=served.environment, check=True, capture_output=True, timeout=60).stdout
