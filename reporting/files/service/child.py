"""Decoders of strangers' files run in a child process: whatever one of them does there stays there.

The child gets the file as an open descriptor, its orders as JSON on stdin, no environment, and answers with JSON.
`confined.py` is its program and `walls.py` what holds it. One that dies, hangs or grows makes the file unreadable.
"""

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

import structlog

from reporting.files.service.leash import end, on_leash
from reporting.files.service.reading import Unfit, Unreadable

log = structlog.get_logger()

# Nothing else can be run: each is a function that takes its arguments as a mapping and gives one back.
PROOFS = frozenset(
    {
        "reporting.files.service.images.look",
        "reporting.files.service.videos.look",
        "reporting.files.service.packages.look",
        "reporting.files.service.compounds.look",
        "reporting.files.service.papers.look",
        "reporting.files.service.walls.look",
    }
)
MAKERS = frozenset(
    {
        "reporting.files.service.films.make_playable",
        "reporting.files.service.films.make_poster",
        "reporting.files.service.films.probe",
        "reporting.files.service.shrinking.make",
        "reporting.files.service.writings.make_preview",
        "reporting.files.service.writings.make_text",
    }
)
TASKS = PROOFS | MAKERS
MOST_ANSWER_BYTES = 1 << 20
_PROGRAM = Path(__file__).with_name("confined.py")
_ROOT = Path(__file__).resolve().parents[3]
_MIB = 1 << 20

# Each may take the memory of its limits; more of them at once would take the machine. What is made for looking has
# places of its own: a film may take hours, and a file that comes in must not wait for it.
_places = {True: threading.BoundedSemaphore(2), False: threading.BoundedSemaphore(2)}


@dataclass(frozen=True, kw_only=True)
class ChildLimits:
    """What a child may use: seconds of processor and of the clock, bytes of memory and of each file it writes.

    With `file_bytes` 0 it can write nothing, and can neither make, rename nor remove a file.
    """

    cpu_seconds: int = 10
    wall_seconds: float = 20.0
    memory_bytes: int = 256 * _MIB
    file_bytes: int = 0
    open_files: int = 64


def run_in_child(
    task: str,
    arguments: Mapping[str, Any],
    *,
    limits: ChildLimits | None = None,
    files: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Run one of TASKS and give its answer; the descriptors of `files` are `arguments["files"]` there.

    Raises Unreadable when the task says so or the child does not come back with an answer, Unfit as the task does.
    KeyError for a task that is not on the list.
    """
    if task not in TASKS:
        raise KeyError(task)
    given = limits or ChildLimits()
    descriptors = dict(files or {})
    order = {
        "root": str(_ROOT),
        "task": task,
        "limits": asdict(given),
        "arguments": {**arguments, "files": descriptors},
    }
    is_maker = task in MAKERS
    with _places[not is_maker]:
        # A proof is not ended by others: a file that came in would be called unreadable.
        hold = on_leash if is_maker else _to_its_end
        ended, answer = _run(json.dumps(order).encode(), given.wall_seconds, tuple(descriptors.values()), hold)
    return _read(task, ended, answer)


Hold = Callable[[int], AbstractContextManager[None]]


@contextmanager
def _to_its_end(session: int) -> Iterator[None]:
    try:
        yield
    finally:
        end(session)


def _run(order: bytes, wall_seconds: float, descriptors: tuple[int, ...], hold: Hold) -> tuple[str, bytes]:
    """Start the child, wait for it within its time, and give how it ended and what it wrote."""
    # The answer goes into a file in memory, which cannot fill ours: only its beginning is read.
    answer = os.memfd_create("answer", os.MFD_CLOEXEC)
    try:
        child = subprocess.Popen(  # noqa: S603 - our own program, with our own Python
            [sys.executable, "-I", "-X", "utf8", "-B", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            pass_fds=descriptors,
            start_new_session=True,
        )
        ended = _wait(child, order, wall_seconds, hold)
        return ended, os.pread(answer, MOST_ANSWER_BYTES + 1, 0)
    finally:
        os.close(answer)


def _wait(child: subprocess.Popen[bytes], order: bytes, wall_seconds: float, hold: Hold) -> str:
    try:
        with hold(child.pid):
            with suppress(BrokenPipeError), cast("IO[bytes]", child.stdin) as orders:
                orders.write(order)
            if not _ends_within(child.pid, wall_seconds):
                return "hung"
    finally:
        child.wait()
    return "well" if child.returncode == 0 else f"code {child.returncode}"


def _ends_within(pid: int, seconds: float) -> bool:
    """Whether the process ends in time. Popen's own wait looks only every 50 ms, as long as a small photo takes."""
    descriptor = os.pidfd_open(pid)
    try:
        watch = select.poll()
        watch.register(descriptor, select.POLLIN)
        return bool(watch.poll(1000 * seconds))
    finally:
        os.close(descriptor)


def _read(task: str, ended: str, answer: bytes) -> dict[str, Any]:
    found: Any = None
    if ended == "well" and len(answer) <= MOST_ANSWER_BYTES:
        with suppress(ValueError):
            found = json.loads(answer)
    if not isinstance(found, dict):
        log.warning("decoder_died", task=task, ended=ended)
        raise Unreadable(f"the decoder gave no answer: {ended}")
    if "unfit" in found:
        raise Unfit(str(found["unfit"]), **found["facts"])
    if "unreadable" in found:
        raise Unreadable(str(found["unreadable"]))
    result: dict[str, Any] = found["result"]
    return result
