"""Posted files reach staging whole or not at all, from the socket once to the disk, and nothing stays behind."""

import hashlib
import io
import json
import os
import random
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.core.vault import Vault
from reporting.web import multipart, streaming
from tests.fixtures.ports import unused_port
from tests.web.upload_server import MOST_BYTES, make_app

MIB = 1 << 20
ROOT = Path(__file__).resolve().parents[2]
BOUNDARY = b"----formboundary7MA4YWxkTrZu0gW"


def form(*parts: tuple[str, str | None, bytes], end: bytes = b"--\r\n") -> bytes:
    """A multipart body as a browser writes it: (field, file name or None, content)."""
    body = bytearray()
    for field, name, content in parts:
        body += b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="' + field.encode() + b'"'
        if name is not None:
            body += b'; filename="' + name.encode() + b'"\r\nContent-Type: application/octet-stream'
        body += b"\r\n\r\n" + content + b"\r\n"
    return bytes(body + b"--" + BOUNDARY + end)


CONTENT_TYPE = "multipart/form-data; boundary=" + BOUNDARY.decode()


@pytest.fixture
def small(tmp_path):
    """The small app in this process."""
    app = make_app(tmp_path)
    client = app.test_client()

    def post(page: str, body: bytes, content_type: str = CONTENT_TYPE, **more):
        return client.post(page, data=body, content_type=content_type, **more)

    vault: Vault = app.extensions["kit"].vault
    staged = vault.root / "staging"
    return SimpleNamespace(app=app, post=post, vault=vault, staged=lambda: os.listdir(staged), client=client)


def test_files_and_fields_arrive_as_they_were_sent(small):
    content = random.Random(1).randbytes(3 * MIB)
    answer = small.post(
        "/files", form(("标题", None, "活动总结".encode()), ("file", "总结.docx", content), ("file", "二.jpg", b"x"))
    )
    assert answer.json == {
        "form": {"标题": ["活动总结"]},
        "files": [
            {"name": "总结.docx", "size": 3 * MIB, "sha256": hashlib.sha256(content).hexdigest()},
            {"name": "二.jpg", "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()},
        ],
        "staged": 2,
    }


LOOKALIKES = [b"\r", b"\n", b"-", b"--", b"\r\n--", BOUNDARY, BOUNDARY[:9], b"a", bytes(300)]


@given(st.lists(st.sampled_from(LOOKALIKES), max_size=12), st.integers(1, 200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
def test_content_that_looks_like_a_boundary_arrives_whole(small, monkeypatch, pieces, step):
    content = b"".join(pieces)
    while b"--" + BOUNDARY in content:
        content = content.replace(b"--" + BOUNDARY, b"")
    monkeypatch.setattr(multipart, "CHUNK_BYTES", step)
    answer = small.post("/files", form(("file", "a", content), ("after", None, b"1")))
    assert [entry["sha256"] for entry in answer.json["files"]] == [hashlib.sha256(content).hexdigest()]
    assert answer.json["form"] == {"after": ["1"]}


def test_a_form_may_be_cut_into_pieces_anywhere(small, monkeypatch):
    """Werkzeug by itself appends a byte to the last file when a piece ends within the last boundary."""
    body = form(("title", None, b"t"), ("file", "a", b"first"), ("file", "b", b"last"))
    for step in range(1, len(body) + 1):
        monkeypatch.setattr(multipart, "CHUNK_BYTES", step)
        answer = small.post("/files", body)
        assert [entry["size"] for entry in answer.json["files"]] == [5, 4], step
        assert answer.json["form"] == {"title": ["t"]}


def test_what_nobody_keeps_is_gone_when_the_request_ends(small):
    assert small.post("/files", form(("file", "a", b"x"))).json["staged"] == 1
    assert small.staged() == []
    assert list(small.vault.keys()) == []


def test_what_is_kept_stays(small):
    key = small.post("/files?keep=1", form(("file", "a", b"x"), ("other", "b", b"y"))).json["files"][0]["sha256"]
    assert list(small.vault.keys()) == [key]
    assert small.staged() == []


def test_a_view_that_fails_leaves_nothing_staged(small):
    answer = small.post("/fails", form(("file", "a", b"x")))
    assert answer.status_code == 500
    assert small.staged() == []


def test_a_file_field_left_empty_brings_nothing(small):
    assert small.post("/files", form(("file", "", b""))).json["files"] == []


def test_a_summary_of_200000_characters_arrives(small):
    text = "质" * 200_000
    assert small.post("/plain", form(("summary", None, text.encode()))).json["form"] == {"summary": [text]}
    encoded = b"summary=" + quote(text).encode()
    answer = small.post("/plain", encoded, "application/x-www-form-urlencoded")
    assert answer.json["form"] == {"summary": [text]}


def told(answer) -> tuple[int, str]:
    return answer.status_code, answer.text


def test_a_body_over_the_limit_is_refused(small):
    body = form(("file", "a", bytes(MOST_BYTES)))
    assert told(small.post("/files", body)) == (413, "large 0 0")
    assert small.staged() == []


def test_a_page_that_takes_no_files_takes_only_a_small_body(small):
    fits = form(("file", "名册.xlsx", bytes(streaming.PLAIN_BODY_BYTES - 1000)))
    assert small.post("/plain", fits).json["files"][0]["size"] == streaming.PLAIN_BODY_BYTES - 1000
    assert told(small.post("/plain", form(("file", "a", bytes(streaming.PLAIN_BODY_BYTES))))) == (413, "large 0 0")
    long = b"a=" + bytes(streaming.PLAIN_BODY_BYTES)
    for page in ("/plain", "/files"):
        assert told(small.post(page, long, "application/x-www-form-urlencoded")) == (413, "large 0 0")


def test_a_request_may_name_its_own_limit(small):
    with small.app.test_request_context(
        "/plain", method="POST", data=form(("a", None, b"x")), content_type=CONTENT_TYPE
    ) as context:
        context.request.max_content_length = 10
        with pytest.raises(streaming.RequestEntityTooLarge):
            _ = context.request.form


def test_fields_together_may_not_fill_the_memory(small):
    body = form(*[("a", None, bytes(MIB)) for _ in range(12)])
    assert told(small.post("/files", body)) == (413, "large 0 0")


def test_a_field_may_not_fill_the_memory(small):
    assert told(small.post("/files", form(("a", None, bytes(3 * MIB))))) == (413, "large 0 0")


def test_parts_and_files_are_limited_in_number(small):
    fits = form(*[("file", f"{n}", b"x") for n in range(streaming.MOST_FILES)])
    assert len(small.post("/files", fits).json["files"]) == streaming.MOST_FILES
    for part in (("file", "a", b"x"), ("field", None, b"x")):
        count = streaming.MOST_FILES + 1 if part[1] else 2001
        assert told(small.post("/files", form(*[part] * count))) == (413, "large 0 0")
    assert small.staged() == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"nothing like a form", CONTENT_TYPE),
        (form(("file", "a", b"x")), "multipart/form-data"),
        (form(("file", "a", b"x")), "multipart/form-data; boundary=另"),
        (b"--" + BOUNDARY + b"\r\nContent-Type: text/plain\r\n\r\nx\r\n--" + BOUNDARY + b"--\r\n", CONTENT_TYPE),
        (form(("file", "a", b"x")).replace(b'"a"', '"总结"'.encode("gbk")), CONTENT_TYPE),
        (form(("file", "a", b"x"), end=b""), CONTENT_TYPE),
    ],
)
def test_a_form_that_is_not_one_is_refused_and_not_taken_for_empty(small, body, content_type):
    assert small.post("/files", body, content_type).status_code == 400
    assert small.staged() == []


def test_a_form_of_unknown_length_is_refused(small):
    answer = small.client.post(
        "/files",
        input_stream=io.BytesIO(form(("file", "a", b"x"))),
        content_type=CONTENT_TYPE,
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 411


def test_a_body_for_which_there_is_no_room_is_refused_before_it_is_read(small):
    small.vault.reserve_bytes = small.vault.free_bytes() - 30 * MIB
    assert told(small.post("/files", form(("file", "a", bytes(40 * MIB))))) == (507, "full 0")
    assert small.staged() == []


def test_a_disk_that_fills_while_a_file_arrives_says_so(small, monkeypatch):
    answers = iter([True, True, True, False])
    monkeypatch.setattr(small.vault, "room_for", lambda _count: next(answers))
    assert told(small.post("/files", form(("file", "a", bytes(10 * MIB))))) == (507, "full 0")
    assert small.staged() == []


class Server:
    """One of the two servers in its own process, spoken to by raw sockets."""

    def __init__(self, kind: str, folder: Path, silence: float) -> None:
        self.port = unused_port()
        environ = {**os.environ, "TEST_FOLDER": str(folder), "TEST_SILENCE": str(silence), "PYTHONPATH": str(ROOT)}
        gunicorn = [
            "gunicorn",
            "-k",
            "gthread",
            "--threads",
            "4",
            "-b",
            f"127.0.0.1:{self.port}",
            "tests.web.upload_server:application()",
        ]
        werkzeug = ["tests.web.upload_server", str(self.port)]
        command = [sys.executable, "-m", *(gunicorn if kind == "gunicorn" else werkzeug)]
        self.log = folder / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            assert self.process.poll() is None, self.log.read_text()
            try:
                self.state()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server did not start: " + self.log.read_text())

    def state(self) -> dict[str, int]:
        with urlopen(f"http://127.0.0.1:{self.port}/alive", timeout=10) as answer:
            return json.load(answer)

    def connect(self, page: str, announced: int) -> socket.socket:
        """A connection on which the head of a POST has been sent."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        head = f"POST {page} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {announced}\r\n\r\n"
        line.sendall(head.encode())
        return line

    def answer(self, line: socket.socket) -> tuple[int, bytes]:
        """Status and body of the answer; an abrupt end raises ConnectionResetError."""
        with line:
            received = bytearray()
            while block := line.recv(1 << 16):
                received += block
        head, _, body = bytes(received).partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), body

    def send(self, page: str, body: bytes) -> tuple[int, bytes]:
        line = self.connect(page, len(body))
        line.sendall(body)
        return self.answer(line)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module", params=["gunicorn", "werkzeug"])
def server(request, tmp_path_factory):
    found = Server(request.param, tmp_path_factory.mktemp("server"), silence=1.5)
    yield found
    found.stop()


def eventually(question, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


WHOLE = form(
    ("title", None, "活动总结".encode()),
    ("file", "录像.mp4", random.Random(3).randbytes(3 * MIB)),
    ("last", None, b"1"),
)


def test_a_whole_form_arrives(server):
    status, body = server.send("/files", WHOLE)
    arrived = json.loads(body)
    assert (status, arrived["form"]) == (200, {"title": ["活动总结"], "last": ["1"]})
    assert arrived["files"][0]["size"] == 3 * MIB


@pytest.mark.parametrize("sent", [0, 10, 150, len(WHOLE) // 2, len(WHOLE) - 200, len(WHOLE) - 1])
def test_a_form_that_breaks_off_is_told_as_cut(server, sent):
    line = server.connect("/files", len(WHOLE))
    line.sendall(WHOLE[:sent])
    line.shutdown(socket.SHUT_WR)
    assert server.answer(line) == (400, b"cut")
    assert eventually(lambda: server.state()["staged"] == 0)


def test_bytes_missing_behind_the_last_boundary_are_a_cut_too(server):
    line = server.connect("/files", len(WHOLE) + 1)
    line.sendall(WHOLE)
    line.shutdown(socket.SHUT_WR)
    assert server.answer(line) == (400, b"cut")


def test_flask_by_itself_takes_a_broken_form_for_an_empty_one(server, request):
    """Why our request class counts: under gunicorn nobody would notice."""
    line = server.connect("/bare/files", len(WHOLE))
    line.sendall(WHOLE[: len(WHOLE) // 2])
    line.shutdown(socket.SHUT_WR)
    status, body = server.answer(line)
    if "gunicorn" in request.node.name:
        assert (status, json.loads(body)) == (200, {"files": 0, "form": {}})
    else:
        assert status == 400


def test_a_connection_that_is_torn_down_leaves_nothing_staged(server):
    line = server.connect("/files", len(WHOLE))
    line.sendall(WHOLE[: len(WHOLE) // 2])
    assert eventually(lambda: server.state()["staged"] == 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()
    assert eventually(lambda: server.state()["staged"] == 0)


def test_a_client_that_falls_silent_is_given_up(server):
    line = server.connect("/files", len(WHOLE))
    line.sendall(WHOLE[: len(WHOLE) // 2])
    began = time.monotonic()
    assert server.answer(line) == (400, b"cut")
    assert 1 < time.monotonic() - began < 6
    assert server.state()["staged"] == 0


def test_a_refused_body_is_read_to_its_end_so_that_the_answer_arrives(server):
    body = form(("file", "a", bytes(24 * MIB)))
    assert server.send("/plain", body) == (413, b"large 0 0")
    assert server.send("/files", form(("file", "a", bytes(MOST_BYTES)))) == (413, b"large 0 0")
    assert server.state()["staged"] == 0


def test_a_large_file_costs_no_memory_and_is_written_once(tmp_path):
    server = Server("gunicorn", tmp_path, silence=30)
    try:
        server.send("/files", WHOLE)
        before = server.state()
        for _ in range(6):
            status, _body = server.send(
                "/files?keep=1", form(("file", "录像.mp4", random.Random(4).randbytes(60 * MIB)))
            )
            assert status == 200
        after = server.state()
    finally:
        server.stop()
    assert (after["peak"] - before["peak"]) << 10 < 12 * MIB
    assert 1.0 <= (after["written"] - before["written"]) / (6 * 60 * MIB) < 1.001
