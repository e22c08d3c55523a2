"""A served installation for uploads, with workers that may be killed, and senders that speak HTTP by hand."""

import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from reporting.core import clock
from reporting.core.db import unit_of_work
from tests.cast import Cast, make_cast
from tests.files import material
from tests.fixtures.application import CSRF_SECRET, NOW, create, settings_for
from tests.fixtures.database import ROOT, furnish, migrate
from tests.fixtures.ports import unused_port
from tests.web.uploads.conftest import BODY_TYPE, encoded

MIB = 1 << 20
TCP_REPAIR = 19  # of Linux; Python has no name for it
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@lru_cache
def _film() -> bytes:
    return material.video("mp4")


def film(size: int, seed: int) -> bytes:
    """A film of so many bytes: a small one behind which a box follows that players pass over."""
    head = _film()
    rest = size - len(head) - 8
    return head + struct.pack(">I4s", rest + 8, b"free") + random.Random(seed).randbytes(rest)


@dataclass
class Answer:
    """What a server said."""

    status: int
    headers: Any
    body: bytes

    @property
    def offset(self) -> int:
        return int(self.headers["Upload-Offset"])


@dataclass
class House:
    """A running installation. `app` is the same one inside the test, to arrange and look."""

    folder: Path
    app: Flask
    settings: Any
    port: int
    environment: dict[str, str]
    wrapper: tuple[str, ...] = ()
    application: str = "app:create_app()"
    child: "subprocess.Popen[bytes] | None" = None
    assignment_id: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def start(self, *, workers: int = 1, threads: int = 16) -> None:
        """Serve, and return once it answers."""
        line = [
            *self.wrapper, sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", str(workers),
            "--threads", str(threads), "--preload", "--no-control-socket", "--graceful-timeout", "2",
            "--log-level", "warning", "--bind", f"127.0.0.1:{self.port}", self.application,
        ]  # fmt: skip
        with (self.folder / "web.log").open("ab") as log:
            self.child = subprocess.Popen(line, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.wait()

    def wait(self) -> None:
        """Return once it answers."""
        for _attempt in range(400):
            try:
                if self.ask("GET", "/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("it does not answer: " + (self.folder / "web.log").read_text())

    def workers(self) -> list[int]:
        """The processes that serve."""
        assert self.child is not None
        return children(self.child.pid)

    def kill_workers(self) -> int:
        """kill -9 of all processes that serve; their master starts others. Gives how many there were."""
        found = self.workers()
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        return len(found)

    def another_node(self) -> "House":
        """A server of its own on another port, over the same database and the same folder; not started yet."""
        return replace(self, port=unused_port(), child=None)

    def kill_all(self) -> None:
        """kill -9 of the master and of all that it started, as a power cut ends them."""
        assert self.child is not None
        for pid in [self.child.pid, *self.workers()]:
            os.kill(pid, signal.SIGKILL)
        self.child.wait(30)
        self.child = None

    def stop(self) -> None:
        """End it."""
        if self.child is not None:
            self.child.terminate()
            self.child.wait(30)
            self.child = None

    def log(self) -> str:
        return (self.folder / "web.log").read_text(errors="replace")

    def ask(self, method: str, path: str, body: Any = None, headers: Any = None, timeout: float = 30) -> Answer:
        """One request on a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as line:
            line.request(method, path, body=body, headers=headers or {})
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def create(self, name: str, length: int, **told: str) -> str:
        """Begin an upload into the videos; gives its address."""
        headers = {
            **self.headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(length),
            "Upload-Metadata": encoded(filename=name, **told),
        }  # fmt: skip
        answer = self.ask("POST", f"/assignments/{self.assignment_id}/slots/videos/uploads", b"", headers)
        assert answer.status == 201, answer.body
        return str(answer.headers["Location"])

    def patch(self, address: str, offset: int, body: Any, timeout: float = 30) -> Answer:
        """Send more bytes."""
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": BODY_TYPE}
        return self.ask("PATCH", address, body, headers, timeout)

    def head(self, address: str, timeout: float = 30) -> Answer:
        """Ask how far an upload is."""
        return self.ask("HEAD", address, headers={"Tus-Resumable": "1.0.0"}, timeout=timeout)

    def open_patch(self, address: str, offset: int, announced: int) -> socket.socket:
        """A connection on which the head of a PATCH has been sent."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        head = (
            f"PATCH {address} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
            f"Content-Type: {BODY_TYPE}\r\nContent-Length: {announced}\r\n\r\n"
        )
        line.sendall(head.encode())
        return line

    def kept(self, sha256: str) -> bytes:
        """Content in the vault."""
        return bytes(self.app.extensions["kit"].vault.path(sha256).read_bytes())

    def fsck(self) -> None:
        """Fail unless database and disk fit together."""
        line = [sys.executable, "-m", "flask", "--app", "app", "fsck", "--minutes", "0"]
        done = subprocess.run(line, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr

    def do_chores(self) -> None:
        """What the clock does with uploads, a day later: what was left in staging is old by then."""
        line = [sys.executable, "-m", "flask", "--app", "app", "uploads"]
        subprocess.run(line, cwd=ROOT, env=self.environment, check=True, capture_output=True, timeout=60)
        self.app.extensions["kit"].vault.tidy_staging(timedelta(0), clock.system_clock() + timedelta(seconds=5))

    def held(self, address: str) -> int:
        """How many bytes of an upload lie on the disk, recorded or not."""
        folder = self.app.extensions["kit"].vault.root / "staging" / address.rpartition("/")[2]
        return sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else 0


def impatient() -> Flask:
    """The application with little patience for silent lines, for gunicorn to load."""
    from app import create_app
    from reporting.web.uploads import body

    body.SILENCE_SECONDS = 1.0
    return create_app()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def traced(pid: int) -> int:
    """Who traces a process and all its threads; 0 when nobody does."""
    tracers = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        status = (task / "status").read_text()
        tracers.add(int(status.partition("TracerPid:")[2].split()[0]))
    return tracers.pop() if len(tracers) == 1 else 0


def answer_on(line: socket.socket) -> Answer:
    """What comes back on a connection."""
    response = http.client.HTTPResponse(line)
    response.begin()
    with closing(response):
        return Answer(response.status, response.headers, response.read())


def reset(line: socket.socket) -> None:
    """Tear a connection down, as a dead router does."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def vanish(line: socket.socket) -> None:
    """Disappear without a word, as a machine whose cable was pulled: neither FIN nor RST.

    Only who may administer the network can; a line that is held open in silence looks the same from the other side.
    """
    with suppress(PermissionError):
        line.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        line.close()


def eventually(question: Any, seconds: float = 10) -> bool:
    """Whether something becomes true in time."""
    until = time.monotonic() + seconds
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def house(folder: Path, *, url: str = "", wrapper: tuple[str, ...] = (), **over: Any) -> Iterator[House]:
    """An installation with the cast, whose Hebei reporter sends; not started yet."""
    port = unused_port()
    settings = settings_for(
        url or f"sqlite:///{folder / 'house.sqlite3'}", folder, mode="demonstration",
        public_base_url=f"http://127.0.0.1:{port}", clock_file=folder / "clock", **over,
    )  # fmt: skip
    before = clock.use(clock.OffsetClock(folder / "clock"))
    clock.OffsetClock(folder / "clock").move_to(NOW)
    app = create(settings)
    if url:
        migrate(app)
    else:
        furnish(app, folder / "house.sqlite3")
    told = {f"BAOSONG_{name.upper()}": str(value) for name, value in vars(settings).items() if value not in {None, ""}}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BAOSONG_")}
    found = House(folder, app, settings, port, kept | told, wrapper)
    try:
        with app.app_context():
            _arrange(found, make_cast())
        yield found
    finally:
        found.stop()
        with app.app_context():
            app.extensions["sqlalchemy"].session.remove()
            app.extensions["sqlalchemy"].engine.dispose()
        clock.use(before)


def _arrange(found: House, cast: Cast) -> None:
    with unit_of_work():
        next(slot for slot in cast.task.slots if slot.kind == "videos").most = 200
    found.assignment_id = cast.assignment("Q-HE").id
    found.headers = session_of(found.app, cast.user("Q-HE"))


def session_of(app: Flask, user: Any) -> dict[str, str]:
    """The headers of somebody who is signed in, with the token of a form."""
    from itsdangerous import URLSafeTimedSerializer

    signer = app.session_interface.get_signing_serializer(app)
    who = {"_user_id": user.fs_uniquifier, "_fresh": True, "csrf_token": CSRF_SECRET}
    token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(CSRF_SECRET)
    return {"Cookie": f"session={signer.dumps(who)}", "X-CSRFToken": token}


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def listed(found: House) -> list[dict[str, Any]]:
    """What is under way into the videos."""
    path = f"/assignments/{found.assignment_id}/slots/videos/uploads"
    answer: list[dict[str, Any]] = json.loads(found.ask("GET", path, headers=found.headers).body)["uploads"]
    return answer
