"""Uploads against @tus/server with @tus/file-store, nginx and `cp`: bytes until they are sure, and until they are attached.

    python -m benchmarks.uploads [--mib 1024] [--rounds 5]

Client and server share the machine, so every rate is a floor for the server. The peer never syncs and hashes nothing.
What is measured first is the transfer alone: all but the last byte, so that the proof of the whole file stays out of it,
as the peer has none; then a whole file with its proof, and what others meet meanwhile. Without nginx its rows are left
out, and this is said.
"""

import argparse
import base64
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import proxy
from benchmarks.hand_in import Visitor, big_film, prepare
from benchmarks.served import Served, peak_mib, serve
from benchmarks.tus import Target, peer
from benchmarks.upload_report import report
from benchmarks.upload_work import Work, eight, look, lost, one, pages_beside, pieces, stalled, whole
from reporting.bureaus import queries as bureaus
from reporting.campaigns import queries as campaigns
from reporting.core.db import unit_of_work
from reporting.demo import notice

OURS = (
    ("ours: durable and hashed", ""),
    ("ours: durable", "hash"),
    ("ours: hashed, not synced", "sync"),
    ("ours: neither", "sync,hash"),
)
BEHIND = ("", "sync,hash")


@dataclass
class Found:
    """What was measured."""

    mib: int
    targets: list[Target] = field(default_factory=list)
    behind: list[Target] = field(default_factory=list)
    stalls: dict[str, tuple[float, int]] = field(default_factory=dict)
    losses: dict[str, tuple[int, int]] = field(default_factory=dict)
    copies: list[float] = field(default_factory=list)
    quiet: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    whole: float = 0.0


@contextmanager
def ours(folder: Path, name: str, without: str) -> Iterator[tuple[Target, Visitor, str]]:
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
        target.before = peak_mib(served.pids())
        yield target, visitor, f"/assignments/{assignment_id}/files/1"


def _room_for_many(served: Served, assignment_id: int) -> None:
    """Eight films at once are more than the notice asks for."""
    with served.app.app_context(), unit_of_work():
        hebei = bureaus.find_by_code("Q-HE")
        assignment = campaigns.find_assignment(assignment_id, bureau_ids=[hebei.id] if hebei else [])
        assert assignment is not None
        next(slot for slot in assignment.task.slots if slot.kind == "videos").most = 200


def take_turns(works: tuple[Work, ...], targets: list[Target], film: Path, mib: int, rounds: int) -> None:
    """Do each work to each target, one after the other, several times; the first of them is the rival of the rest."""
    for work in works:
        for _ in range(rounds):
            for target in targets:
                what = work(target, film, mib)
                target.rival.setdefault(what, []).append(targets[0].samples[what][-1])
        for target in targets:
            target.peaks.append(peak_mib(target.pids()))


def measure(folder: Path, film: Path, mib: int, rounds: int) -> Found:
    """Everything, in one run."""
    found = Found(mib)
    program = proxy.nginx()
    with peer(folder) as other:
        found.targets.append(other)
        _break(found, other, film)
        if program:
            place = folder / "put"
            with proxy.running(program, place, proxy.takes_files(place), "nginx, PUT, never synced") as put:
                found.targets.append(put)
                take_turns((one, eight), [other, put], film, mib, rounds)
        for name, without in OURS:
            with ours(folder / f"ours-{without or 'all'}", name, without) as (target, visitor, shown):
                found.targets.append(target)
                _break(found, target, film)
                take_turns((one, eight, pieces), [other, target], film, mib, rounds)
                if program and without in BEHIND:
                    _behind(found, program, folder, (other, target), film, rounds)
                if not without:
                    found.quiet, found.busy = pages_beside(target, film)
                    found.whole = whole(target, film)
                    found.looks = [look(visitor, shown, film.stat().st_size) for _ in range(20)]
    found.copies = [_copied(film, folder / "copy.mp4") for _ in range(rounds)]
    return found


def _break(found: Found, target: Target, film: Path) -> None:
    found.stalls[target.name] = stalled(target, film)
    found.losses[target.name] = (lost(target, film, torn=False), lost(target, film, torn=True))


def _behind(found: Found, program: str, folder: Path, pair: tuple[Target, Target], film: Path, rounds: int) -> None:
    place = folder / f"before-{len(found.behind)}"
    place.mkdir()
    with (
        proxy.running(program, place / "peer", proxy.stands_before(pair[0]), pair[0].name, pair[0]) as rival,
        proxy.running(program, place / "ours", proxy.stands_before(pair[1]), pair[1].name, pair[1]) as target,
    ):
        take_turns((one, eight), [rival, target], film, found.mib, rounds)
        found.behind += [target] if found.behind else [rival, target]


def _copied(film: Path, copy: Path) -> float:
    os.sync()
    begin = time.perf_counter()
    subprocess.run(["cp", str(film), str(copy)], check=True)
    spent = time.perf_counter() - begin
    copy.unlink()
    return spent


def main() -> int:
    """Measure and print; gives 1 when an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    if not shutil.which("npm"):
        print("npm is not installed; there is nothing to compare with")
        return 0
    if not proxy.nginx():
        print("nginx is not installed; its rows are left out")
    with tempfile.TemporaryDirectory(prefix="baosong-bench-", dir=Path(__file__).parent) as place:
        folder = Path(place)
        film = folder / "film.mp4"
        big_film(film, wanted.mib)
        found = measure(folder, film, wanted.mib, wanted.rounds)
    print(f"cp of {wanted.mib} MiB: {wanted.mib / statistics.median(found.copies):,.0f} MiB/s")
    return report(found)


if __name__ == "__main__":
    sys.exit(main())
