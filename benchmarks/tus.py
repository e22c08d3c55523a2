"""Servers that speak tus, as the measurement of uploads meets them: one PATCH by sendfile, a HEAD, an end; and the peer."""

import http.client
import os
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks.served import free_port, peak_mib

PEER = ("@tus/server@2.4.5", "@tus/file-store@2.1.1")
BODY_TYPE = "application/offset+octet-stream"
TICKS = os.sysconf("SC_CLK_TCK")


class Rate(NamedTuple):
    """MiB/s in the run that was disturbed least and in the middle one, and the least processor seconds a GiB."""

    best: float
    middle: float
    cpu: float


@dataclass
class Target:
    """A server under measurement: how an upload begins there, and which processes are it."""

    name: str
    port: int
    begin: Callable[[int, str], str]
    pids: Callable[[], list[int]]
    samples: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    rival: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    before: float = 0.0
    peaks: list[float] = field(default_factory=list)
    by_put: bool = False

    def cpu(self) -> float:
        """Seconds of processor that its processes have used."""
        spent = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            spent += int(fields[11]) + int(fields[12])
        return spent / TICKS

    def note(self, what: str, seconds: float, cpu: float) -> str:
        """Remember one run; gives its name."""
        self.samples.setdefault(what, []).append((seconds, cpu))
        return what

    def rate(self, what: str, mib: int) -> Rate:
        """How fast it was."""
        return _rate(self.samples[what], mib)

    def against(self, what: str, mib: int) -> Rate:
        """The same of the peer in the runs that took turns with these: a disturbance meets both."""
        return _rate(self.rival[what], mib)


@contextmanager
def line_to(target: Target) -> Iterator[socket.socket]:
    """A connection, for one request after another."""
    with socket.create_connection(("127.0.0.1", target.port), timeout=300) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as browsers do
        yield line


def send(target: Target, address: str, film: Path, offset: int, count: int) -> None:
    """One PATCH, or PUT, on a connection of its own."""
    with line_to(target) as line:
        send_on(line, target, address, film, offset, count)


def send_on(line: socket.socket, target: Target, address: str, film: Path, offset: int, count: int) -> None:
    """One PATCH, or PUT, from the page cache by sendfile."""
    with film.open("rb") as file:
        line.sendall(head_of_patch(address, offset, count, "PUT" if target.by_put else "PATCH"))
        line.sendfile(file, offset, count)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        answer.read()
        if answer.status not in {201, 204}:
            raise RuntimeError(f"{target.name} answered {answer.status}")
        answer.close()


def head_of_patch(address: str, offset: int, count: int, method: str = "PATCH") -> bytes:
    """The head of a request that brings so many bytes."""
    return (
        f"{method} {address} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: {BODY_TYPE}\r\nContent-Length: {count}\r\n\r\n"
    ).encode()


def head_of(target: Target, address: str) -> tuple[int, float]:
    """The offset which a server tells, and the milliseconds that it takes."""
    begin = time.perf_counter()
    with closing(http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)) as line:
        line.request("HEAD", address, headers={"Tus-Resumable": "1.0.0"})
        answer = line.getresponse()
        answer.read()
        return int(answer.headers.get("Upload-Offset", -1)), (time.perf_counter() - begin) * 1000


def discard(target: Target, address: str) -> None:
    """Give an upload up, so that its bytes are gone before the next run."""
    with closing(http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)) as line:
        line.request("DELETE", address, headers={"Tus-Resumable": "1.0.0"})
        line.getresponse().read()


def _rate(samples: list[tuple[float, float]], mib: int) -> Rate:
    seconds, cpu = zip(*samples, strict=True)
    return Rate(mib / min(seconds), mib / statistics.median(seconds), min(cpu) / mib * 1024)


@contextmanager
def peer(folder: Path) -> Iterator[Target]:
    """The peer, installed for this measurement and thrown away with it."""
    modules, data, port = folder / "peer", folder / "peer-data", free_port()
    modules.mkdir()
    data.mkdir()
    (modules / "package.json").write_text('{"name": "peer", "private": true}', encoding="ascii")
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--ignore-scripts", *PEER], cwd=modules, check=True)
    script = Path(__file__).with_name("peer.mjs")
    child = subprocess.Popen(["node", str(script), str(modules), str(data), str(port)])

    def begin(size: int, _name: str) -> str:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
            line.request("POST", "/files", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(size)})
            answer = line.getresponse()
            answer.read()
            return str(answer.headers["Location"])

    try:
        until_it_listens(port)
        target = Target("@tus/server, never synced", port, begin, lambda: [child.pid])
        target.before = peak_mib([child.pid])
        yield target
    finally:
        child.terminate()
        child.wait(10)


def until_it_listens(port: int) -> None:
    """Return once somebody answers there."""
    for _attempt in range(100):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing listens at {port}")
