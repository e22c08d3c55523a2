"""Only a plain OK that came after the last byte is clean, whatever the scanner does: scripted servers, and a real clamd."""

import io
import shutil
import socket
import struct
import subprocess
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from reporting.core.scanner import Clamd, Finding, ScanState
from tests.files import material

CONTENT = b"x" * 600_000
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Heard(list):
    """What a scripted server was sent: the command and the chunks."""


def read_all(line, heard) -> None:
    """Read an INSTREAM conversation to its end."""
    with line.makefile("rb") as file:
        heard.append(file.read(len(b"zINSTREAM\0")))
        while length := struct.unpack(">I", file.read(4).ljust(4, b"\0"))[0]:
            heard.append(file.read(length))


@contextmanager
def serving(script):
    """A server that plays `script(line, heard)` for one caller."""
    heard = Heard()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def play():
            line, _ = server.accept()
            with line, suppress(OSError):
                script(line, heard)

        thread = threading.Thread(target=play, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
        thread.join(10)


def answering(*pieces: bytes):
    def script(line, heard):
        read_all(line, heard)
        for piece in pieces:
            line.sendall(piece)

    return script


def asked(script, *, max_bytes: int = 1 << 20, timeout: float = 5, content: bytes = CONTENT) -> Finding:
    with serving(script) as (address, _heard):
        return Clamd(address, max_bytes, timeout).scan(io.BytesIO(content), len(content))


def test_it_is_sent_the_whole_file_in_chunks():
    with serving(answering(b"stream: OK\0")) as (address, heard):
        found = Clamd(address, 1 << 20).scan(io.BytesIO(CONTENT), len(CONTENT))
    assert found == Finding(ScanState.CLEAN)
    assert heard[0] == b"zINSTREAM\0"
    assert b"".join(heard[1:]) == CONTENT


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [
        (b"stream: OK\0", "clean", ""),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", "infected", "Win.Test.EICAR_HDB-1"),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", "skipped", "limit"),
        (b"INSTREAM size limit exceeded. ERROR\0", "skipped", "limit"),
        (b"stream: Can't allocate memory ERROR\0", "pending", "strange"),
        (b"stream: OK", "pending", "no_answer"),
        (b"", "pending", "no_answer"),
        (b"OK\0", "pending", "strange"),
        (b"stream: OK, more or less\0", "pending", "strange"),
        (b"stream: not OK\0", "pending", "strange"),
        (b"HTTP/1.1 200 OK\r\n\r\n\0", "pending", "strange"),
        (b"\xff\xfe\0", "pending", "strange"),
        (b"x" * 100_000, "pending", "no_answer"),
    ],
)
def test_what_its_words_mean(told, state, reason):
    assert asked(answering(told)) == Finding(ScanState(state), reason)


def test_an_answer_in_pieces_is_put_together_but_not_for_ever():
    assert asked(answering(b"stream:", b" OK\0")).state == ScanState.CLEAN

    def drip(line, heard):
        read_all(line, heard)
        for _ in range(100):
            line.sendall(b"x")
            time.sleep(0.01)

    assert asked(drip) == Finding(ScanState.PENDING, "no_answer")


def test_an_ok_before_the_end_is_no_ok():
    def hasty(line, heard):
        line.sendall(b"stream: OK\0")
        read_all(line, heard)

    class Slow(io.BytesIO):
        def read(self, size=-1):
            time.sleep(0.2)
            return super().read(size)

    with serving(hasty) as (address, _heard):
        found = Clamd(address, 1 << 20).scan(Slow(CONTENT), len(CONTENT))
    assert found == Finding(ScanState.PENDING, "no_answer")


def test_a_line_that_is_cut_in_the_middle_is_not_clean():
    def cut(line, _heard):
        line.recv(100)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    large = b"x" * (20 << 20)
    assert asked(cut, content=large, max_bytes=1 << 30).state == ScanState.PENDING


def test_a_scanner_that_hangs_is_slow():
    held = threading.Event()
    assert asked(lambda line, heard: (read_all(line, heard), held.wait(2)), timeout=0.3) == Finding(
        ScanState.PENDING, "slow"
    )


def test_a_scanner_that_is_not_there_is_away(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for address in (f"127.0.0.1:{port}", f"unix:{tmp_path}/none"):
        assert Clamd(address, 1 << 20).scan(io.BytesIO(b"x"), 1) == Finding(ScanState.PENDING, "away")
        assert Clamd(address, 1 << 20).version() is None


def test_a_file_that_is_larger_than_it_reads_is_not_sent():
    assert Clamd("127.0.0.1:1", 10).scan(io.BytesIO(b"x" * 11), 11) == Finding(ScanState.SKIPPED, "too_large")


def test_a_file_that_is_shorter_than_its_row_says_is_not_clean():
    with serving(answering(b"stream: OK\0")) as (address, _heard):
        found = Clamd(address, 1 << 20, 2).scan(io.BytesIO(b"x" * 10), 11)
    assert found.state == ScanState.PENDING


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    """A real clamd with a signature of its own for EICAR; skipped by name where it is not installed."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        pytest.skip("no clamd here: run `make setup-tests` as root, or apt-get install clamav-daemon")
    folder = tmp_path_factory.mktemp("clamd")
    folder.chmod(0o755)
    (folder / "own.ndb").write_text(f"Test.Own.EICAR:0:*:{EICAR.hex()}\n", encoding="ascii")
    address = folder / "clamd.ctl"
    (folder / "clamd.conf").write_text(
        f"Foreground yes\nDatabaseDirectory {folder}\nLocalSocket {address}\nStreamMaxLength 1M\n"
        f"TemporaryDirectory {folder}\nUser root\n",
        encoding="utf-8",
    )
    child = subprocess.Popen(
        [program, "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    found = Clamd(f"unix:{address}", 10 << 20)
    for _attempt in range(200):
        if found.version() or child.poll() is not None:
            break
        time.sleep(0.1)
    assert child.poll() is None, "clamd ended while starting"
    yield found
    child.terminate()
    child.wait(30)


def test_a_real_clamd_finds_what_it_knows(clamd):
    assert clamd.version().startswith("ClamAV")
    assert clamd.scan(io.BytesIO(EICAR), len(EICAR)).state == ScanState.INFECTED
    inside = material.package({**material.word_package(), "word/media/a.bin": EICAR})
    assert clamd.scan(io.BytesIO(inside), len(inside)).reason.startswith("Test.Own.EICAR")
    assert clamd.scan(io.BytesIO(material.docx()), len(material.docx())) == Finding(ScanState.CLEAN)


def test_a_real_clamd_that_is_sent_too_much_has_not_checked_it(clamd):
    large = bytes(5 << 20)
    found = clamd.scan(io.BytesIO(large), len(large))
    assert found.state in {ScanState.SKIPPED, ScanState.PENDING}
