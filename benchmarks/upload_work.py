"""What is done to a server in the measurement of uploads: bytes in, and what others meet meanwhile."""

import http.client
import os
import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks.hand_in import Visitor
from benchmarks.tus import Target, discard, head_of, head_of_patch, line_to, send, send_on

# Gives the name under which it noted its run.
Work = Callable[[Target, Path, int], str]
PIECE = 5 << 20


def one(target: Target, film: Path, mib: int) -> str:
    """One PATCH of all but the last byte."""
    size = film.stat().st_size
    address = _begin(target, size)
    os.sync()
    cpu, begin = target.cpu(), time.perf_counter()
    send(target, address, film, 0, size - 1)
    spent = time.perf_counter() - begin, target.cpu() - cpu
    discard(target, address)
    return target.note(f"one PATCH of {mib} MiB", *spent)


def eight(target: Target, film: Path, mib: int) -> str:
    """Eight at once, a quarter as large each."""
    size = film.stat().st_size // 4
    addresses = [_begin(target, size) for _ in range(8)]
    os.sync()
    threads = [threading.Thread(target=send, args=(target, address, film, 0, size - 1)) for address in addresses]
    cpu, begin = target.cpu(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begin, target.cpu() - cpu
    for address in addresses:
        discard(target, address)
    return target.note(f"8 x {mib // 4} MiB at once", *spent)


def pieces(target: Target, film: Path, mib: int) -> str:
    """PATCH after PATCH of 5 MiB on one connection, as a client with chunks sends, over a quarter of the film."""
    size = film.stat().st_size // 4
    address = _begin(target, size)
    os.sync()
    cpu, begin = target.cpu(), time.perf_counter()
    with line_to(target) as line:
        for offset in range(0, size - PIECE, PIECE):
            send_on(line, target, address, film, offset, PIECE)
    spent = time.perf_counter() - begin, target.cpu() - cpu
    discard(target, address)
    return target.note(f"{mib // 4} MiB by PATCHes of 5 MiB", *spent)


def _begin(target: Target, size: int) -> str:
    return target.begin(size, f"{random.random()}.mp4")


def stalled(target: Target, film: Path) -> tuple[float, int]:
    """HEAD against a PATCH whose line has fallen silent: milliseconds, and the bytes that are missing then."""
    size, sent = film.stat().st_size, PIECE
    address = _begin(target, size)
    with line_to(target) as line:
        line.sendall(head_of_patch(address, 0, size - 1) + _first(film, sent))
        time.sleep(0.5)
        offset, spent = head_of(target, address)
    time.sleep(0.3)
    discard(target, address)
    return spent, sent - offset


def lost(target: Target, film: Path, *, torn: bool) -> int:
    """How many bytes are missing of a line that ended in the midst of a body: orderly, or torn down by a reset."""
    size, sent = film.stat().st_size, 20 * 1024**2 + 12_345
    address = _begin(target, size)
    with line_to(target) as line:
        line.sendall(head_of_patch(address, 0, size - 1) + _first(film, sent))
        time.sleep(1)
        if torn:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    time.sleep(0.5)
    offset, _spent = head_of(target, address)
    discard(target, address)
    return sent - offset


def _first(film: Path, count: int) -> bytes:
    with film.open("rb") as file:
        return file.read(count)


def pages_beside(target: Target, film: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of pages, sorted: alone, and while 200 slow uploads are open."""
    quiet = _pages(target)
    addresses = [target.begin(film.stat().st_size, f"slow{number}.mp4") for number in range(10)]
    with ExitStack() as stack:
        lines = [stack.enter_context(line_to(target)) for _ in range(200)]
        for number, line in enumerate(lines):
            line.sendall(head_of_patch(addresses[number % 10], 0, 1_000_000))
        time.sleep(1)
        ended = threading.Event()
        drip = threading.Thread(target=_drip, args=(lines, ended))
        drip.start()
        busy = _pages(target)
        ended.set()
        drip.join()
    time.sleep(1)
    for address in addresses:
        discard(target, address)
    return quiet, busy


def _drip(lines: list[socket.socket], ended: threading.Event) -> None:
    """Two KiB a second on each line."""
    while not ended.wait(0.5):
        for line in lines:
            line.sendall(b"x" * 1024)


def _pages(target: Target) -> list[float]:
    spent = []
    for _ in range(300):
        begin = time.perf_counter()
        with closing(http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)) as line:
            line.request("GET", "/healthz")
            line.getresponse().read()
        spent.append((time.perf_counter() - begin) * 1000)
    return sorted(spent)


def whole(target: Target, film: Path) -> float:
    """Seconds for a whole film until it is proved and attached."""
    size = film.stat().st_size
    address = target.begin(size, "whole.mp4")
    begin = time.perf_counter()
    send(target, address, film, 0, size)
    return time.perf_counter() - begin


def look(visitor: Visitor, place: str, size: int) -> float:
    """One KiB near the end of a film, as a viewer who drags asks for it, in milliseconds."""
    at = size - (24 << 20)
    begin = time.perf_counter()
    status, _ = visitor.ask("GET", place, None, {"Range": f"bytes={at}-{at + 1023}"})
    if status != 206:
        raise RuntimeError(f"the range answered {status}")
    return (time.perf_counter() - begin) * 1000
