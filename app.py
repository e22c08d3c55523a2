"""Where `flask` and gunicorn find the application; and the server for one machine.

python app.py                         web server and clock, with the settings of the environment
python app.py --demo --port 8000      the demonstration in October 2014, with a mail sink of its own
"""

import argparse
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from config import ROOT, BadSettings, Settings
from reporting import create_app as build

# A slow upload holds a thread for as long as it lasts; a thread that waits costs a few hundred KiB and no time.
THREADS = "128"
STAGES = ("opening", "deadline-week", "morning-after", "under-review")


@dataclass(frozen=True)
class Place:
    """The folders of one demonstration: `instance` for its database, secrets, time and letters; `uploads` for files."""

    instance: Path
    uploads: Path


HERE = Place(ROOT / "instance", ROOT / "uploads")


def create_app() -> Flask:
    """The application with the settings of the environment."""
    return build(Settings.from_env())


class CannotStart(Exception):
    """The server cannot start; the sentence says why and what to do."""


class Household:
    """The processes of one machine: started together, ended together."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.children: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, *command: str) -> None:
        """Start a Python program as a child in a session of its own, so that Ctrl-C reaches only us."""
        child = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=self.environment, start_new_session=True)
        self.children.append((name, child))

    def run(self, *command: str) -> None:
        """Run a Python program to its end; raises CannotStart when it fails."""
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=self.environment, check=False)
        if done.returncode:
            raise CannotStart(f"`{' '.join(command)}` ended with an error; what it said stands above.")

    def watch(self) -> int:
        """Wait until a child ends by itself; gives 1 then, since all of them should run for ever."""
        while True:
            for name, child in self.children:
                if child.poll() is not None:
                    print(f"The {name} ended with code {child.returncode}; ending the rest.", flush=True)
                    return 1
            time.sleep(0.3)

    def end(self) -> None:
        """Ask every child to end, the last started first, and wait for it."""
        for _name, child in reversed(self.children):
            if child.poll() is None:
                child.terminate()
        for _name, child in reversed(self.children):
            try:
                child.wait(timeout=35)
            except subprocess.TimeoutExpired:
                child.kill()


def serve(household: Household, host: str, port: int) -> None:
    """Start web server and clock, and return once the web server answers."""
    require_free(host, port)
    household.start(
        "web server", "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", THREADS, "--timeout", "120",
        "--no-control-socket", "--log-level", "warning", "--bind", f"{host}:{port}", "app:create_app()",
    )  # fmt: skip
    household.start("clock", "-m", "reporting.scheduler")
    address = f"http://{host}:{port}/healthz"
    for _attempt in range(300):
        if any(child.poll() is not None for _name, child in household.children):
            raise CannotStart("A part of the server ended while starting; what it said stands above.")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise CannotStart(f"The web server did not answer at {address} within a minute.")


def require_free(host: str, port: int) -> None:
    """Raise CannotStart when somebody else already listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another, for example: make run PORT={port + 1}"
            ) from error


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demonstration_environment(place: Place, port: int, mail_port: int) -> dict[str, str]:
    """The settings of the demonstration; its secrets are made once and stay in the instance folder."""
    instance = place.instance
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("BAOSONG_")},
        "BAOSONG_MODE": "demonstration",
        "BAOSONG_SECRET_KEY": kept_secret(instance, "secret-key"),
        "BAOSONG_PASSWORD_SALT": kept_secret(instance, "password-salt"),
        "BAOSONG_DATABASE_URL": f"sqlite:///{instance / 'demonstration.db'}",
        "BAOSONG_UPLOADS_DIR": str(place.uploads),
        "BAOSONG_PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "BAOSONG_MAIL_FROM": "qualitymonth@demo.example",
        "BAOSONG_SMTP_HOST": "127.0.0.1",
        "BAOSONG_SMTP_PORT": str(mail_port),
        "BAOSONG_SMTP_SECURITY": "none",
        "BAOSONG_RESERVE_BYTES": str(256 * 1024**2),
        "BAOSONG_TICK_SECONDS": "5",
        "BAOSONG_CLOCK_FILE": str(instance / "clock"),
        "BAOSONG_MAILBOX_DIR": str(instance / "mailbox"),
        "PYTHONUNBUFFERED": "1",
    }


def kept_secret(folder: Path, name: str) -> str:
    """A random secret of this folder, made at the first start, readable by its owner only."""
    path = folder / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Hold the demonstration's folder; raises CannotStart while another start of it does."""
    place.instance.mkdir(exist_ok=True)
    folder = os.open(place.instance, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(folder)
        raise CannotStart("The demonstration of this folder is running. End it first with Ctrl-C.") from error
    try:
        yield
    finally:
        os.close(folder)


def demonstrate(port: int, stage: str) -> int:
    """Run the demonstration until Ctrl-C; the first start builds it, later ones keep what is there."""
    require_free("127.0.0.1", port)
    mail_port = free_port()
    household = Household(demonstration_environment(HERE, port, mail_port))
    try:
        set_up(household, HERE, mail_port, stage)
        serve(household, "127.0.0.1", port)
        print_welcome(port)
        return household.watch()
    finally:
        household.end()


def reset() -> int:
    """Take the demonstration's data away."""
    sweep_out(HERE)
    print("The demonstration's data are gone; `make run` builds it anew.")
    return 0


def set_up(household: Household, place: Place, mail_port: int, stage: str) -> None:
    """Start the mail sink, and bring the demonstration's data to its stage unless they are there already."""
    built = place.instance / "stage"
    if not built.exists():
        sweep_out(place)
    mailbox = str(place.instance / "mailbox")
    household.start("mail sink", "-m", "reporting.sink", "--port", str(mail_port), "--dir", mailbox)
    print("Bringing the database to its newest form …", flush=True)
    household.run("-m", "flask", "db", "upgrade")
    if built.exists():
        print(
            f"Keeping the demonstration as it is (begun at {built.read_text().strip()}); `make reset` starts over.",
            flush=True,
        )
        return
    print(f"Building the demonstration at the stage {stage}; this takes about a minute …", flush=True)
    household.run("-m", "flask", "demonstration", stage)
    built.write_text(stage + "\n", encoding="ascii")


def print_welcome(port: int) -> None:
    """Say where the demonstration is and who may sign in."""
    from reporting.demo.people import PASSWORD, SHOWN

    lines = [f"  {shown.email:<32} {shown.role:<14} {shown.bureau}" for shown in SHOWN]
    print("\n".join(
        ["", f"Baosong 报送 is at http://127.0.0.1:{port}/  (Ctrl-C ends it)", "", f"Accounts, all with the password {PASSWORD}:", *lines,
         "  Every bureau has a reporter: its code in small letters, such as c-sh@demo.example.", ""]
    ), flush=True)  # fmt: skip


def sweep_out(place: Place) -> None:
    """Take away what an earlier or broken demonstration left; secrets stay."""
    for path in [*place.instance.glob("demonstration.db*"), place.instance / "clock", place.instance / "stage"]:
        path.unlink(missing_ok=True)
    shutil.rmtree(place.instance / "mailbox", ignore_errors=True)
    for name in ("staging", "kept"):
        shutil.rmtree(place.uploads / name, ignore_errors=True)


def serve_for_real(host: str, port: int) -> int:
    """Migrate, then run web server and clock with the settings of the environment."""
    Settings.from_env()
    household = Household({**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        household.run("-m", "flask", "db", "upgrade")
        serve(household, host, port)
        print(f"Baosong serves at http://{host}:{port}/", flush=True)
        return household.watch()
    finally:
        household.end()


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Baosong for one machine.")
    parser.add_argument("--demo", action="store_true", help="run the demonstration of October 2014")
    parser.add_argument("--stage", choices=STAGES, default="deadline-week", help="where the demonstration begins")
    parser.add_argument("--reset", action="store_true", help="with --demo: take the demonstration's data away and end")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (not for --demo)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen at")
    return parser.parse_args()


def main() -> int:
    """Do what the command line asks; a sentence instead of a trace when it cannot be."""
    wanted = arguments()
    # Whoever ends us, a supervisor or a terminal that is closed, ends all of it. A shell starts what it puts into the
    # background with the interrupt ignored, so that one is asked for as well.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        if not wanted.demo:
            return serve_for_real(wanted.host, wanted.port)
        with alone(HERE):
            return reset() if wanted.reset else demonstrate(wanted.port, wanted.stage)
    except KeyboardInterrupt:
        print("\nEnded.")
        return 0
    except (BadSettings, CannotStart) as fault:
        print(fault, file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
