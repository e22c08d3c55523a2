"""A server of its own for a measurement: gunicorn on 127.0.0.1 with an empty SQLite database in a scratch folder."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from config import ROOT, Settings
from reporting import create_app
from reporting.core import clock


@dataclass
class Served:
    """The running server and the same application in this process."""

    port: int
    app: Flask
    child: "subprocess.Popen[bytes]"

    def pids(self) -> list[int]:
        """The process ids of the web workers."""
        listed = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in listed.split()]


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int, smtp_port: int = 25) -> dict[str, str]:
    """Settings for a scratch installation, as its environment."""
    return {
        "BAOSONG_MODE": "demonstration",
        "BAOSONG_SECRET_KEY": "s" * 40,
        "BAOSONG_PASSWORD_SALT": "p" * 40,
        "BAOSONG_DATABASE_URL": f"sqlite:///{folder / 'bench.db'}",
        "BAOSONG_UPLOADS_DIR": str(folder / "uploads"),
        "BAOSONG_PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "BAOSONG_MAIL_FROM": "bench@demo.example",
        "BAOSONG_SMTP_HOST": "127.0.0.1",
        "BAOSONG_SMTP_PORT": str(smtp_port),
        "BAOSONG_SMTP_SECURITY": "none",
        "BAOSONG_RESERVE_BYTES": "0",
        "BAOSONG_CLOCK_FILE": str(folder / "clock"),
    }


@contextmanager
def serve(
    folder: Path, *, now: datetime, workers: int = 1, threads: int = 8, application: str = "app:create_app()"
) -> Iterator[Served]:
    """Start gunicorn on a migrated empty database whose clock stands at `now`; end it afterwards.

    `application` may name another one that is built around ours.
    """
    port = free_port()
    told = environment(folder, port)
    clock.OffsetClock(folder / "clock").move_to(now)
    app = create_app(Settings.from_env(told))
    with app.app_context():
        upgrade()
    command = [
        sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads),
        "--timeout", "300", "--no-control-socket", "--log-level", "error", "--bind", f"127.0.0.1:{port}", application,
    ]  # fmt: skip
    child = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **told})
    try:
        _wait(port)
        yield Served(port, app, child)
    finally:
        child.terminate()
        child.wait(30)


def _wait(port: int) -> None:
    for _attempt in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


def peak_mib(pids: list[int]) -> float:
    """The highest memory that any of these processes has used, in MiB."""
    peaks: list[float] = []
    for pid in pids:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        peaks += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")]
    return max(peaks)
