"""kill -9 of everything that serves, at any moment and at every step: no byte that was acknowledged is lost."""

import random
import subprocess
import threading
import time
from contextlib import suppress

import pytest

from tests.uploading import MIB, House, eventually, film, house, needs_strace, sha256_of, traced

SENDERS = 3


class Sender(threading.Thread):
    """Sends one file after another, believing only what it is told, until it is asked to stop after the present one."""

    def __init__(self, served: House, number: int) -> None:
        super().__init__(daemon=True)
        self.served, self.dice, self.number = served, random.Random(number), number
        self.stopping = threading.Event()
        self.sent: list[str] = []
        self.lost: list[str] = []
        self.broken = self.begun = 0

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                self.send(film(self.dice.randint(200_000, 3 * MIB), self.number * 1000 + len(self.sent)))
        except BaseException as error:
            self.lost.append(repr(error))
            raise

    def send(self, content: bytes) -> None:
        address = self.patiently(self.served.create, f"{self.number}-{len(self.sent)}.mp4", len(content))
        acknowledged = offset = 0
        while True:
            piece = content[offset : offset + self.dice.randint(50_000, 1_000_000)]
            self.begun += 1
            try:
                answer = self.served.patch(address, offset, piece)
                status, told = answer.status, int(answer.headers.get("Upload-Offset") or 0)
            except OSError:
                status, told = 0, 0
            if status == 204:
                acknowledged = offset = told
                if "Upload-Attachment" in answer.headers:
                    break
                continue
            self.broken += status == 0
            head = self.patiently(self.asked, address)
            if head.offset < acknowledged:
                self.lost.append(f"{acknowledged} bytes were acknowledged, {head.offset} are there")
            acknowledged = offset = head.offset
            if "Upload-Attachment" in head.headers:
                break
        self.sent.append(sha256_of(content))

    def asked(self, address: str):
        answer = self.served.head(address)
        if answer.status == 423:
            raise ConnectionError("come again")
        assert answer.status == 200, answer.status
        return answer

    def patiently(self, verb, *arguments):
        for _attempt in range(400):
            try:
                return verb(*arguments)
            except OSError:
                time.sleep(0.02)
        raise AssertionError("it never came back")


@pytest.mark.parametrize(("database", "kills"), [("sqlite", 60), ("postgresql", 15)])
@pytest.mark.timeout(180)
def test_no_acknowledged_byte_is_lost_by_many_kills(tmp_path, request, database, kills):
    url = "" if database == "sqlite" else request.getfixturevalue("postgresql_server").create("killed_uploads")
    with house(tmp_path, url=url) as served:
        served.start(workers=2)
        senders = [Sender(served, number) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        kill_at_work(served, senders, kills)
        for sender in senders:
            sender.stopping.set()
        for sender in senders:
            sender.join(60)
        assert [sender.lost for sender in senders] == [[]] * SENDERS
        sent = [sha256 for sender in senders for sha256 in sender.sent]
        kept = list(served.app.extensions["kit"].vault.keys())
        assert sorted(sent) == kept, "each is there, and nothing else"
        for sha256 in sent:
            assert sha256_of(served.kept(sha256)) == sha256
        assert sum(sender.broken for sender in senders) >= kills // 4, "the kills met senders at work"
        assert len(sent) >= SENDERS
        served.do_chores()
        served.fsck()


def kill_at_work(served: House, senders: list[Sender], kills: int) -> None:
    """Kill everything that serves, at a random moment soon after a body has been begun, again and again."""
    dice, killed = random.Random(60), 0
    while killed < kills:
        time.sleep(dice.uniform(0.05, 0.4))
        before = [sender.begun for sender in senders]
        assert eventually(lambda before=before: [sender.begun for sender in senders] != before, 20)
        time.sleep(dice.uniform(0, 0.03))
        killed += served.kill_workers() > 0


# What one PATCH does to make its bytes last, and to say so; each is where a process may die.
CALLS = ("pwrite64", "fdatasync", "fsync", "rename", "linkat", "unlink", "unlinkat", "rmdir", "sendto")


@needs_strace
@pytest.mark.timeout(300)
def test_a_worker_may_die_at_every_step_of_a_patch(tmp_path):
    """Each call is killed at its first, second, … occurrence, until a PATCH meets no more of them and is answered."""
    killed = 0
    with house(tmp_path) as served:
        served.start()
        for call in CALLS:
            for occurrence in range(1, 40):
                content = film(300_000, killed)
                address = served.create(f"{call}{occurrence}.mp4", len(content))
                half = len(content) // 2
                assert served.patch(address, 0, content[:half]).status == 204
                died = die_at(served, call, occurrence, address, half, content[half:])
                head = Sender(served, 0).patiently(Sender(served, 0).asked, address)
                assert head.offset >= half
                if head.offset < len(content):
                    assert served.patch(address, head.offset, content[head.offset :]).status == 204
                assert served.kept(sha256_of(content)) == content
                killed += died
                if not died:
                    break
            else:
                raise AssertionError(f"a PATCH never came to its end at {call}")
        assert killed >= 12, "the steps were met"
        served.do_chores()
        served.fsck()


def die_at(served: House, call: str, occurrence: int, address: str, offset: int, body: bytes) -> bool:
    """Send a PATCH to a worker that dies at a certain call; whether it died."""
    (worker,) = served.workers()
    line = ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(worker), "-e", f"trace={call}"]
    line += ["-e", f"inject={call}:signal=SIGKILL:when={occurrence}"]
    tracer = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        assert eventually(lambda: traced(worker) == tracer.pid)
        with suppress(OSError):
            served.patch(address, offset, body)
        # Whoever was answered may die a moment later: of the same call, in what comes after the answer.
        died = eventually(lambda: worker not in served.workers(), 0.3)
    finally:
        tracer.terminate()
        tracer.communicate()
    if died:
        served.wait()
    return died


@needs_strace
def test_bytes_are_on_the_disk_before_they_are_acknowledged(tmp_path):
    """By the kernel's own words: part and folder are synced, then the row is committed, then the answer leaves; at the
    end the vault's name and its folders come before the row that counts on them.
    """
    with house(tmp_path) as served:
        served.start()
        content = film(300_000, 1)
        address = served.create("1.mp4", len(content))
        (worker,) = served.workers()
        trace = tmp_path / "trace"
        line = ["strace", "-f", "-y", "-qq", "-s", "20", "-o", str(trace), "-p", str(worker)]
        line += ["-e", "trace=pwrite64,fdatasync,fsync,rename,linkat,sendto"]
        tracer = subprocess.Popen(line, stderr=subprocess.PIPE)
        assert eventually(lambda: traced(worker) == tracer.pid)
        half = len(content) // 2
        served.patch(address, 0, content[:half])
        assert eventually(lambda: "HTTP/1.1 204" in trace.read_text())
        time.sleep(0.1)
        first = trace.read_text()
        served.patch(address, half, content[half:])
        assert eventually(lambda: trace.read_text().count("HTTP/1.1 204") == 2)
        tracer.terminate()
        tracer.communicate()
        token = address.rpartition("/")[2]
        part, wal, answer = f"staging/{token}/0-", "house.sqlite3-wal>", '"HTTP/1.1 204'
        in_order(first, ("pwrite64", part), ("fdatasync", part), ("fsync", f"staging/{token}>"), ("fsync", "staging>"),
                 ("fdatasync", wal), ("sendto", answer))  # fmt: skip
        rest = trace.read_text()[len(first) :]
        in_order(rest, ("pwrite64", part), ("fdatasync", part), ("fdatasync", wal), ("linkat", "staging/"),
                 ("fsync", "staging/"), ("rename", "kept/"), ("fsync", "kept/"), ("fsync", "kept>"),
                 ("fdatasync", wal), ("sendto", answer))  # fmt: skip
        served.fsck()


def in_order(trace: str, *steps: tuple[str, str]) -> None:
    """Fail unless calls with these names and words follow one another, whatever else stands between."""
    lines = iter(trace.splitlines())
    for call, word in steps:
        assert any(f" {call}(" in row and word in row for row in lines), f"{call} of {word} is missing in:\n{trace}"
