"""Uploads against @tus/server with @tus/file-store, and against `cp`: bytes until they are sure, and until they are attached.

    python -m benchmarks.uploads [--mib 1024] [--rounds 3]

Client and server share the machine, so every rate is a floor for the server. The peer never syncs and hashes nothing.
What is measured first is the transfer alone: all but the last byte, so that the proof of the whole file stays out of it,
as the peer has none; then a whole file with its proof, and what others meet meanwhile.
"""

import argparse
import base64
import http.client
import os
import random
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks.hand_in import Visitor, big_film, prepare
from benchmarks.served import Served, peak_mib, serve
from benchmarks.tables import table
from benchmarks.tus import BODY_TYPE, Target, discard, head_of, peer, send
from reporting.bureaus import queries as bureaus
from reporting.campaigns import queries as campaigns
from reporting.core.db import unit_of_work
from reporting.demo import notice


def one(target: Target, film: Path, mib: int) -> None:
    """One PATCH of all but the last byte."""
    size = film.stat().st_size
    address = target.begin(size, f"{random.random()}.mp4")
    os.sync()
    cpu, begin = target.cpu(), time.perf_counter()
    send(target, address, film, 0, size - 1)
    target.note(f"one PATCH of {mib} MiB", time.perf_counter() - begin, target.cpu() - cpu)
    discard(target, address)


def eight(target: Target, film: Path, mib: int) -> None:
    """Eight at once, a quarter as large each."""
    size = film.stat().st_size // 4
    addresses = [target.begin(size, f"{random.random()}.mp4") for _ in range(8)]
    os.sync()
    threads = [threading.Thread(target=send, args=(target, address, film, 0, size - 1)) for address in addresses]
    cpu, begin = target.cpu(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    target.note(f"8 x {mib // 4} MiB at once", time.perf_counter() - begin, target.cpu() - cpu)
    for address in addresses:
        discard(target, address)


def pieces(target: Target, film: Path, mib: int) -> None:
    """PATCH after PATCH of 5 MiB, as a client with chunks sends, over a quarter of the film."""
    size, step = film.stat().st_size // 4, 5 << 20
    address = target.begin(size, f"{random.random()}.mp4")
    os.sync()
    cpu, begin = target.cpu(), time.perf_counter()
    for offset in range(0, size - step, step):
        send(target, address, film, offset, step)
    target.note(f"{mib // 4} MiB by PATCHes of 5 MiB", time.perf_counter() - begin, target.cpu() - cpu)
    discard(target, address)


def stalled(target: Target, film: Path) -> tuple[float, int]:
    """HEAD against a PATCH whose line has fallen silent: milliseconds, and the bytes that are missing then."""
    sent = 5 << 20
    address = target.begin(film.stat().st_size, f"{random.random()}.mp4")
    with socket.create_connection(("127.0.0.1", target.port), timeout=60) as line:
        line.sendall(
            f"PATCH {address} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            f"Content-Type: {BODY_TYPE}\r\nContent-Length: {film.stat().st_size - 1}\r\n\r\n".encode()
        )
        line.sendall(film.read_bytes()[:sent] if film.stat().st_size < sent * 4 else _first(film, sent))
        time.sleep(0.5)
        offset, spent = head_of(target, address)
    time.sleep(0.3)
    discard(target, address)
    return spent, sent - offset


def _first(film: Path, count: int) -> bytes:
    with film.open("rb") as file:
        return file.read(count)


def beside(target: Target, visitor: Visitor, film: Path) -> None:
    """What others meet: pages while 200 slow uploads are open, a whole film with its proof, and a look into it."""
    target.quiet = _pages(target)
    addresses = [target.begin(film.stat().st_size, f"slow{number}.mp4") for number in range(10)]
    with ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection(("127.0.0.1", target.port))) for _ in range(200)]
        for number, line in enumerate(lines):
            line.sendall(
                f"PATCH {addresses[number % 10]} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
                f"Content-Type: {BODY_TYPE}\r\nContent-Length: 1000000\r\n\r\n".encode()
            )
        time.sleep(1)
        dripping = threading.Event()
        drip = threading.Thread(target=_drip, args=(lines, dripping))
        drip.start()
        target.busy = _pages(target)
        dripping.set()
        drip.join()
    time.sleep(1)
    for address in addresses:
        discard(target, address)
    size = film.stat().st_size
    address = target.begin(size, "whole.mp4")
    begin = time.perf_counter()
    send(target, address, film, 0, size)
    target.whole = time.perf_counter() - begin
    target.looks = [_look(visitor, target, size) for _ in range(20)]


def _drip(lines: list[socket.socket], ended: threading.Event) -> None:
    """Two KiB a second on each line."""
    while not ended.wait(0.5):
        for line in lines:
            line.sendall(b"x" * 1024)


def _pages(target: Target) -> list[float]:
    """How long a page takes, 300 times, in milliseconds."""
    spent = []
    for _ in range(300):
        begin = time.perf_counter()
        with closing(http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)) as line:
            line.request("GET", "/healthz")
            line.getresponse().read()
        spent.append((time.perf_counter() - begin) * 1000)
    return sorted(spent)


def _look(visitor: Visitor, target: Target, size: int) -> float:
    """One KiB near the end of the film, as a viewer who drags asks for it, in milliseconds."""
    at = size - (24 << 20)
    begin = time.perf_counter()
    status, _ = visitor.ask("GET", target.film, None, {"Range": f"bytes={at}-{at + 1023}"})
    if status != 206:
        raise RuntimeError(f"the range answered {status}")
    return (time.perf_counter() - begin) * 1000


@contextmanager
def ours(folder: Path, name: str, without: str) -> Iterator[tuple[Target, Visitor]]:
    """Our server, one process as a small installation has for uploads, with parts of the work left out."""
    folder.mkdir()
    os.environ["BENCH_WITHOUT"] = without
    application = "benchmarks.bare_uploads:application()"
    with serve(folder, now=notice.moment(10, 13, 9), application=application, threads=256) as served:
        assignment_id = prepare(served)
        _room_for_many(served, assignment_id)
        visitor = Visitor(served)
        visitor.sign_in("q-he@demo.example")
        token = visitor.token(f"/assignments/{assignment_id}")

        def begin(size: int, film_name: str) -> str:
            told = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "X-CSRFToken": token, "Content-Length": "0",
                    "Upload-Metadata": f"filename {base64.b64encode(film_name.encode()).decode()}"}  # fmt: skip
            status, _text = visitor.ask("POST", f"/assignments/{assignment_id}/slots/videos/uploads", None, told)
            if status != 201:
                raise RuntimeError(f"creation answered {status}: {_text}")
            return visitor.location

        target = Target(name, served.port, begin, served.pids)
        target.film = f"/assignments/{assignment_id}/files/1"
        target.before = peak_mib(served.pids())
        yield target, visitor


def _room_for_many(served: Served, assignment_id: int) -> None:
    """Eight films at once are more than the notice asks for."""
    with served.app.app_context(), unit_of_work():
        hebei = bureaus.find_by_code("Q-HE")
        assignment = campaigns.find_assignment(assignment_id, bureau_ids=[hebei.id] if hebei else [])
        assert assignment is not None
        next(slot for slot in assignment.task.slots if slot.kind == "videos").most = 200


OURS = (
    ("ours: durable and hashed", ""),
    ("ours: durable", "hash"),
    ("ours: hashed, not synced", "sync"),
    ("ours: neither", "sync,hash"),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    if not shutil.which("npm"):
        print("npm is not installed; there is nothing to compare with")
        return
    with tempfile.TemporaryDirectory(prefix="baosong-bench-", dir=Path(__file__).parent) as place:
        folder = Path(place)
        film, copy = folder / "film.mp4", folder / "copy.mp4"
        big_film(film, wanted.mib)
        with peer(folder) as other:
            targets = [other]
            stalls = {other.name: stalled(other, film)}
            for number, (name, without) in enumerate(OURS):
                with ours(folder / f"ours-{number}", name, without) as (target, visitor):
                    targets.append(target)
                    stalls[name] = stalled(target, film)
                    for measure in (one, eight, pieces):
                        for _ in range(wanted.rounds):
                            measure(other, film, wanted.mib)
                            measure(target, film, wanted.mib)
                            what = list(target.samples)[-1]
                            target.rival.setdefault(what, []).append(other.samples[what][-1])
                        target.peaks.append(peak_mib(target.pids()))
                        other.peaks.append(peak_mib(other.pids()))
                    if not without:
                        beside(target, visitor, film)
        floor = [_copied(film, copy) for _ in range(wanted.rounds)]
    _report(targets, stalls, floor, wanted.mib)


def _copied(film: Path, copy: Path) -> float:
    os.sync()
    begin = time.perf_counter()
    subprocess.run(["cp", str(film), str(copy)], check=True)
    spent = time.perf_counter() - begin
    copy.unlink()
    return spent


def _report(targets: list[Target], stalls: dict[str, tuple[float, int]], floor: list[float], mib: int) -> None:
    print(f"cp of {mib} MiB: {mib / statistics.median(floor):,.0f} MiB/s")
    other = targets[0]
    for what in list(other.samples):
        size = mib * 2 if what.startswith("8") else mib // 4 if "by PATCHes" in what else mib
        other.rival[what] = other.samples[what]
        rows = []
        for target in targets:
            (rate, cpu), (theirs, their_cpu) = target.rate(what, size), target.against(what, size)
            rows.append([target.name, f"{rate:,.0f}", f"{rate / theirs:.2f}", f"{cpu:.2f}", f"{cpu / their_cpu:.2f}"])
        print(f"\n{what}")
        print(table(["server", "MiB/s", "of the peer's", "CPU s/GiB", "of the peer's"], rows))
    print("\nHEAD against a silent PATCH; memory before, after one large upload at a time, and after eight at once")
    rows = [
        [target.name, f"{stalls[target.name][0]:,.0f} ms", f"{stalls[target.name][1]:,}",
         *(f"{peak:.0f} MiB" for peak in (target.before, *target.peaks[:2]))]
        for target in targets
    ]  # fmt: skip
    print(table(["server", "answered after", "bytes missing", "before", "one", "eight"], rows))
    full = targets[1]
    print(
        f"\na page, median and p99 of 300: {_spread(full.quiet)}; while 200 slow uploads are open: {_spread(full.busy)}"
    )
    print(
        f"a whole film of {mib} MiB, durable, hashed, proved and attached: {full.whole:.2f} s, {mib / full.whole:,.0f} MiB/s"
    )
    print(f"1 KiB near its end, median of {len(full.looks)}: {statistics.median(full.looks):.1f} ms")


def _spread(sorted_times: list[float]) -> str:
    return f"{statistics.median(sorted_times):.1f} ms and {sorted_times[int(len(sorted_times) * 0.99)]:.1f} ms"


if __name__ == "__main__":
    main()
