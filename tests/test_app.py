"""The one-machine server: the demonstration starts, answers, is kept, ends on Ctrl-C with all its parts, and is reset."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import app
from app import ROOT
from tests.fixtures.ports import unused_port

PATIENCE = 60.0


def program(folder: Path, *arguments: str) -> list[str]:
    """`python app.py …` with its data in a folder of the test's own."""
    # A shell starts what it puts into the background with the interrupt ignored; it must be heard all the same.
    code = f"""
        import signal
        import sys
        from pathlib import Path
        import app
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        app.HERE = app.Place(Path({str(folder / "instance")!r}), Path({str(folder / "uploads")!r}))
        sys.argv = ["app.py", *{list(arguments)!r}]
        raise SystemExit(app.main())
    """
    return [sys.executable, "-c", textwrap.dedent(code)]


@contextmanager
def demonstration(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The demonstration, from its first word until it has ended; gives the process and the file of what it says."""
    said = folder / "said"
    with said.open("wb") as output:
        running = subprocess.Popen(
            program(folder, "--demo", "--stage", "opening", "--port", str(port)),
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            yield running, said
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGINT)
                running.wait(timeout=PATIENCE)


def wait_until_welcome(running: subprocess.Popen[bytes], said: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and running.poll() is None:
        text = said.read_text()
        if "Every bureau has a reporter" in text:
            return text
        time.sleep(0.1)
    raise AssertionError(f"no welcome; it said: {said.read_text()}")


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [int(one) for one in found] + [grandchild for one in found for grandchild in children(int(one))]


def is_running(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.timeout(240)
def test_it_starts_answers_is_kept_ends_whole_and_starts_over(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    port = unused_port()
    with demonstration(tmp_path, port) as (running, said):
        text = wait_until_welcome(running, said)
        assert f"http://127.0.0.1:{port}/" in text
        assert "hq-coordinator@demo.example" in text
        assert "baosong-demo-2014" in text
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        second = subprocess.run(program(tmp_path, "--demo", "--reset"), cwd=ROOT, capture_output=True, text=True)
        assert second.returncode == 2
        assert "is running. End it first with Ctrl-C" in second.stderr
        parts = children(running.pid)
        assert len(parts) >= 4, "web server with two workers, clock and mail sink"
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=PATIENCE) == 0
        assert "Traceback" not in said.read_text()
    assert not [pid for pid in parts if is_running(pid)], "Ctrl-C ends all of it"
    with demonstration(tmp_path, port) as (running, said):
        assert "Keeping the demonstration as it is (begun at opening)" in wait_until_welcome(running, said)
    subprocess.run(program(tmp_path, "--demo", "--reset"), cwd=ROOT, check=True, capture_output=True)
    left = {path.name for path in (tmp_path / "instance").iterdir()}
    assert left == {"secret-key", "password-salt"}, "sessions and passwords outlive a reset, data do not"


def test_a_port_that_is_taken_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            program(tmp_path, "--demo", "--port", str(port)), cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 2
    assert re.search(rf"Port {port} .* cannot be used .*make run PORT={port + 1}", done.stderr)


def test_bad_settings_end_the_start_with_every_fault_and_no_trace() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BAOSONG_")}
    done = subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for name in ("SECRET_KEY", "PASSWORD_SALT", "DATABASE_URL", "PUBLIC_BASE_URL", "MAIL_FROM", "SMTP_HOST"):
        assert f"BAOSONG_{name} is missing" in done.stderr


def test_the_stages_of_the_command_line_are_those_of_the_demonstration() -> None:
    from reporting.demo.stages import STAGES

    assert list(app.STAGES) == list(STAGES)
