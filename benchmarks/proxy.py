"""nginx, where it is installed: it takes files by PUT as a peer, and stands before other servers."""

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.served import free_port, peak_mib
from benchmarks.tus import Target, until_it_listens

SERVER = """
    server {{ listen 127.0.0.1:{port};
      client_max_body_size 0; client_body_buffer_size 1m; {rest} }}"""
BEFORE = "location / {{ proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_request_buffering off; proxy_read_timeout 300s; }}"
PUT = "location / {{ root {folder}; dav_methods PUT DELETE; client_body_temp_path {folder}/arriving; }}"


def nginx() -> str | None:
    """The program, or None where it is not installed."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def running(program: str, folder: Path, rest: str, name: str, stands_before: Target | None = None) -> Iterator[Target]:
    """nginx with one worker and one server, as a target; it counts what it stands before as part of itself."""
    folder.mkdir()
    (folder / "arriving").mkdir()
    port = free_port()
    lines = [
        f"user {getpass.getuser()};" if os.geteuid() == 0 else "", "daemon off; worker_processes 1;",
        f"pid {folder}/pid; error_log {folder}/errors crit;", "events { worker_connections 1024; }",
        f"http {{ access_log off; {' '.join(f'{kind}_temp_path {folder}/{kind};' for kind in KINDS)}",
        SERVER.format(port=port, rest=rest), "}",
    ]  # fmt: skip
    settings = folder / "nginx.conf"
    settings.write_text("\n".join(lines), encoding="ascii")
    child = subprocess.Popen([program, "-c", str(settings), "-p", str(folder), "-e", f"{folder}/errors"])
    try:
        until_it_listens(port)
        workers = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text(encoding="ascii").split()
        own = [child.pid, *map(int, workers)]

        def begin(size: int, film_name: str) -> str:
            return stands_before.begin(size, film_name) if stands_before else f"/{film_name}"

        target = Target(name, port, begin, lambda: own + (stands_before.pids() if stands_before else []))
        target.by_put = stands_before is None
        target.before = peak_mib(target.pids())
        yield target
    finally:
        child.terminate()
        child.wait(10)


KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def takes_files(folder: Path) -> str:
    """What lets nginx take files by PUT into a folder."""
    return PUT.format(folder=folder)


def stands_before(target: Target) -> str:
    """What lets nginx hand everything to a server as it comes."""
    return BEFORE.format(port=target.port)
