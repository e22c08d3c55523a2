"""A virus scanner: clamd, spoken to by INSTREAM. What was not answered with a plain OK is not clean."""

import select
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

# Clamd's own StreamMaxLength, MaxFileSize and MaxScanSize must not be smaller: it says OK to what it did not read.
BLOCK_BYTES = 256 << 10
MOST_ANSWER_BYTES = 4096
# An answer in more pieces than this is one that somebody spins out.
MOST_PIECES = 16
_NOT_LOOKED_AT = "Heuristics.Limits.Exceeded"


class ScanState(StrEnum):
    """What is known of a file: nothing is asked for, it waits, it was looked at, or it cannot be."""

    OFF = "off"
    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a scan found; `reason` is the name of what was found, or a code for why nothing could be said."""

    state: ScanState
    reason: str = ""


NOT_ASKED = Finding(ScanState.OFF)


@dataclass(frozen=True)
class Clamd:
    """Clamd at `unix:/path` or `host:port`; `max_bytes` is the most it is configured to read."""

    address: str
    max_bytes: int
    timeout: float = 30.0

    def scan(self, file: IO[bytes], size: int) -> Finding:
        """Have a file looked at; never raises for the scanner's sake.

        CLEAN and INFECTED are its plain words. SKIPPED: larger than it reads. PENDING: away, slow, or not understood.
        """
        if size > self.max_bytes:
            return Finding(ScanState.SKIPPED, "too_large")
        try:
            with self._connect() as line:
                return _understood(_converse(line, file, size))
        except TimeoutError:
            return Finding(ScanState.PENDING, "slow")
        except OSError:
            return Finding(ScanState.PENDING, "away")

    def version(self) -> str | None:
        """What the scanner calls itself and its signatures, or None when it does not answer."""
        try:
            with self._connect() as line:
                line.sendall(b"zVERSION\0")
                return _answer(line) or None
        except OSError:
            return None

    def _connect(self) -> socket.socket:
        if self.address.startswith("unix:"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            place: str | tuple[str, int] = self.address.removeprefix("unix:")
        else:
            host, _, port = self.address.rpartition(":")
            bracketed = host.strip("[]")
            line = socket.socket(socket.AF_INET6 if ":" in bracketed else socket.AF_INET, socket.SOCK_STREAM)
            place = (bracketed, int(port))
        line.settimeout(self.timeout)
        try:
            line.connect(place)
        except BaseException:
            line.close()
            raise
        return line


def _converse(line: socket.socket, file: IO[bytes], size: int) -> str:
    """Send the file and give the answer; empty when there was none, or when it came before the file was sent."""
    sent = 0
    try:
        line.sendall(b"zINSTREAM\0")
        while block := file.read(BLOCK_BYTES):
            line.sendall(struct.pack(">I", len(block)) + block)
            sent += len(block)
        if sent != size or select.select([line], [], [], 0)[0]:
            # Whoever answers before the end has not seen the end: only a refusal may be believed.
            return _refusal(line)
        line.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return _refusal(line)
    return _answer(line)


def _refusal(line: socket.socket) -> str:
    with suppress(OSError):
        told = _answer(line)
        return told if told.endswith("ERROR") else ""
    return ""


def _answer(line: socket.socket) -> str:
    """One answer up to its NUL; what breaks off before it or does not end is none."""
    told = b""
    for _ in range(MOST_PIECES):
        piece = line.recv(MOST_ANSWER_BYTES)
        told += piece
        if b"\0" in told:
            return told.partition(b"\0")[0].decode("utf-8", "replace").strip()
        if not piece or len(told) > MOST_ANSWER_BYTES:
            return ""
    return ""


def _understood(told: str) -> Finding:
    if told == "stream: OK":
        return Finding(ScanState.CLEAN)
    if told.startswith("stream: ") and told.endswith(" FOUND"):
        name = told.removeprefix("stream: ").removesuffix(" FOUND").strip()[:120]
        if name.startswith(_NOT_LOOKED_AT):
            return Finding(ScanState.SKIPPED, "limit")
        return Finding(ScanState.INFECTED, name)
    if "size limit exceeded" in told:
        return Finding(ScanState.SKIPPED, "limit")
    return Finding(ScanState.PENDING, "strange" if told else "no_answer")
