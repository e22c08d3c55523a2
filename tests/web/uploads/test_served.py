"""Uploads over real connections that break, stall, race and lie; gunicorn serves in a process of its own."""

import http.client
import os
import random
import socket
import threading
import time

import pytest

from tests.uploading import MIB, House, answer_on, eventually, film, house, listed, reset, sha256_of, vanish


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One process serves."""
    with house(tmp_path_factory.mktemp("one")) as found:
        found.start()
        yield found


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two processes serve the same folder and database."""
    with house(tmp_path_factory.mktemp("two")) as found:
        found.start(workers=2)
        yield found


@pytest.fixture(scope="module")
def nodes(tmp_path_factory, postgresql_server):
    """Two nodes: servers that know nothing of each other, over one PostgreSQL and one folder."""
    url = postgresql_server.create("two_nodes")
    with house(tmp_path_factory.mktemp("nodes"), url=url) as found:
        other = found.another_node()
        try:
            found.start()
            other.start()
            yield found, other
        finally:
            other.stop()


def begin(served: House, seed: int, size: int = 3 * MIB + 12_345) -> tuple[bytes, str]:
    content = film(size, seed)
    return content, served.create(f"{seed}.mp4", len(content), sha256=sha256_of(content))


def test_bytes_on_a_kept_connection_arrive_and_the_next_request_is_understood(one):
    content, address = begin(one, 1)
    half = len(content) // 2
    head = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
    line = http.client.HTTPConnection("127.0.0.1", one.port, timeout=20)
    for start, piece in ((0, content[:half]), (half, content[half:])):
        line.request("PATCH", address, piece, {**head, "Upload-Offset": str(start)})
        answer = line.getresponse()
        answer.read()
        assert (answer.status, answer.headers["Upload-Offset"]) == (204, str(start + len(piece)))
        first = line.sock if start == 0 else first
    assert line.sock is first, "the connection was kept between the two"
    line.close()
    assert one.kept(sha256_of(content)) == content


def test_a_body_of_unknown_length_arrives(one):
    content, address = begin(one, 2)
    pieces = [content[start : start + 100_000] for start in range(0, len(content), 100_000)]
    answer = one.patch(address, 0, iter(pieces))
    assert (answer.status, answer.offset) == (204, len(content))
    assert one.kept(sha256_of(content)) == content


@pytest.mark.parametrize("end", ["fin", "rst"])
def test_no_byte_that_arrived_is_lost_when_the_line_breaks(one, end):
    content, address = begin(one, 10 if end == "fin" else 11)
    sent = 2 * MIB + 345
    line = one.open_patch(address, 0, len(content))
    line.sendall(content[:sent])
    assert eventually(lambda: one.held(address) == sent)
    line.shutdown(socket.SHUT_WR) if end == "fin" else reset(line)
    assert eventually(lambda: one.head(address).offset == sent)
    line.close()
    assert one.patch(address, sent, content[sent:]).status == 204
    assert one.kept(sha256_of(content)) == content


def test_a_silent_line_holds_up_nobody(one):
    """Another machine asks, is told what has arrived, and goes on, while the first connection is still open."""
    content, address = begin(one, 20)
    sent = MIB + 77
    line = one.open_patch(address, 0, len(content))
    line.sendall(content[:sent])
    assert eventually(lambda: one.held(address) == sent)
    assert one.head(address).offset == sent
    answer = one.patch(address, sent, content[sent:])
    assert (answer.status, answer.offset) == (204, len(content))
    line.sendall(content[sent:])  # the first wakes up: too late, and without harm
    late = answer_on(line)
    line.close()
    assert late.status in {204, 409, 410}
    assert one.kept(sha256_of(content)) == content


def test_a_running_sender_is_not_disturbed_by_whoever_asks(one):
    content, address = begin(one, 21)
    line = one.open_patch(address, 0, len(content))
    seen = []
    for start in range(0, len(content), 500_000):
        line.sendall(content[start : start + 500_000])
        seen.append(one.head(address).offset)
    answer = answer_on(line)
    line.close()
    assert (answer.status, answer.offset) == (204, len(content))
    assert seen == sorted(seen)
    assert seen[-1] > 0
    assert one.kept(sha256_of(content)) == content


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """One process serves that lets a line go when it is silent for a second."""
    with house(tmp_path_factory.mktemp("impatient")) as found:
        found.application = "tests.uploading:impatient()"
        found.start()
        yield found


def test_a_sender_that_falls_silent_is_let_go_with_its_bytes(impatient):
    content, address = begin(impatient, 22)
    line = impatient.open_patch(address, 0, len(content))
    line.sendall(content[:1000])
    answer = answer_on(line)
    assert (answer.status, answer.offset) == (204, 1000)
    line.settimeout(20)
    assert line.recv(1) == b"", "nobody could tell where the next request begins"
    line.close()


def test_a_fresh_request_takes_over_from_a_peer_that_vanished(impatient):
    """A pulled cable sends neither FIN nor RST: the half-open line holds up nobody, and is let go by itself."""
    (worker,) = impatient.workers()
    held = len(os.listdir(f"/proc/{worker}/fd"))
    content, address = begin(impatient, 23)
    sent = MIB + 78
    line = impatient.open_patch(address, 0, len(content))
    line.sendall(content[:sent])
    assert eventually(lambda: impatient.held(address) == sent)
    vanish(line)
    begun = time.monotonic()
    assert impatient.head(address).offset == sent
    answer = impatient.patch(address, sent, content[sent:])
    assert time.monotonic() - begun < 5
    assert (answer.status, answer.offset) == (204, len(content))
    assert impatient.kept(sha256_of(content)) == content
    assert eventually(lambda: len(os.listdir(f"/proc/{worker}/fd")) <= held)
    line.close()


@pytest.mark.parametrize(("kind", "runs"), [("one", 10), ("two", 50), ("nodes", 25)])
@pytest.mark.timeout(120)
def test_of_two_senders_at_one_offset_exactly_one_wins_each_byte(kind, runs, request):
    found = request.getfixturevalue(kind)
    nodes = found if isinstance(found, tuple) else (found, found)
    lost = sum(race(nodes, run + 1000 * len(kind)) for run in range(runs))
    assert lost >= runs // 5, "they met at one offset"
    nodes[0].fsck()


def race(nodes: tuple[House, House], seed: int) -> int:
    """Both send the same file from the beginning in pieces, each to its node and believing only what it is told.

    Gives how often one of them was told that the other had been faster.
    """
    content, address = begin(nodes[0], seed, 600_000)
    acknowledged: list[tuple[int, int]] = []
    statuses: list[int] = []
    go = threading.Barrier(2)

    def send(number: int) -> None:
        dice, node = random.Random(seed * 2 + number), nodes[number]
        offset = 0
        go.wait()
        while offset < len(content):
            piece = content[offset : offset + dice.randint(20_000, 200_000)]
            answer = node.patch(address, offset, piece)
            statuses.append(answer.status)
            if answer.status == 204 and answer.offset > offset:
                acknowledged.append((offset, answer.offset))
                offset = answer.offset
            else:
                offset = node.head(address).offset

    threads = [threading.Thread(target=send, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert set(statuses) <= {204, 409}, statuses
    assert nodes[0].kept(sha256_of(content)) == content
    # Each byte was acknowledged at most once: the accepted pieces do not overlap.
    ends = 0
    for start, end in sorted(acknowledged):
        assert start >= ends, acknowledged
        ends = end
    return statuses.count(409)


def test_senders_with_different_content_are_never_mixed(two):
    """Two files under one address: whoever wins, what is kept is one of them whole, or refused."""
    for run in range(10):
        mine, other = film(400_000, 5000 + run), film(400_000, 6000 + run)
        address = two.create(f"{run}.mp4", len(mine), sha256=sha256_of(mine))
        answers = {}

        def send(name: str, content: bytes, to: str = address, told: dict = answers) -> None:
            told[name] = two.patch(to, 0, content).status

        threads = [threading.Thread(target=send, args=one) for one in (("mine", mine), ("other", other))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        # Whoever comes after the end hears it: that it was refused, or that somebody else was faster.
        assert answers["mine"] in {204, 409, 410, 422}
        assert answers["other"] in {409, 410, 422}
        keys = list(two.app.extensions["kit"].vault.keys())
        assert sha256_of(other) not in keys
        assert (sha256_of(mine) in keys) == (answers["mine"] == 204)
    two.fsck()


def test_headers_that_come_twice_and_lengths_that_lie(one):
    _content, address = begin(one, 30)

    def raw(*lines: str, body: bytes = b"") -> int:
        with socket.create_connection(("127.0.0.1", one.port), timeout=20) as line:
            text = "\r\n".join([f"PATCH {address} HTTP/1.1", "Host: x", "Connection: close", *lines, "", ""])
            line.sendall(text.encode() + body)
            return answer_on(line).status

    usual = ("Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream")
    assert raw(*usual, "Upload-Offset: 0", "Upload-Offset: 0", "Content-Length: 1", body=b"x") == 400
    assert raw(*usual, "Upload-Offset: 0", "Content-Length: 1", "Content-Length: 2", body=b"xy") == 400
    assert raw(*usual, "Upload-Offset: 0", "Content-Length: -1") == 400
    assert raw(*usual, "Upload-Offset: 0", "Content-Length: 99999999", body=b"x") == 413
    assert raw(*usual, "Tus-Resumable: 1.0.0", "Upload-Offset: 0", "Content-Length: 1", body=b"x") == 412
    both = ("Content-Length: 4", "Transfer-Encoding: chunked")
    assert raw(*usual, "Upload-Offset: 0", *both, body=b"0\r\n\r\n") == 400
    assert one.head(address).offset == 0


def test_requests_that_come_in_one_piece_are_told_apart(one):
    _content, address = begin(one, 32)
    line = one.open_patch(address, 0, 3)
    line.sendall(b"abcHEAD " + address.encode() + b" HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\n\r\n")
    answers = b""
    while answers.count(b"Upload-Offset: 3\r\n") < 2:
        piece = line.recv(4096)
        assert piece, answers
        answers += piece
    line.close()


def test_a_refused_body_is_heard_of_although_it_is_still_being_sent(one):
    content, address = begin(one, 31, 8 * MIB)
    answer = one.patch(address, 5, content[5:])
    assert answer.status == 409
    assert listed(one)


def test_slow_senders_hold_neither_the_pages_nor_connections_to_the_database(tmp_path):
    with house(tmp_path) as found:
        found.start(threads=48)
        lines = []
        for number in range(20):
            address = found.create(f"slow{number}.mp4", 100_000)
            line = found.open_patch(address, 0, 100_000)
            line.sendall(b"x" * 10)
            lines.append(line)
        # More than the pool of connections has.
        assert len(lines) > 15
        assert [found.ask("GET", "/healthz").status for _ in range(20)] == [200] * 20
        for line in lines:
            line.close()


def test_memory_does_not_grow_with_the_size(one):
    def peak() -> int:
        (pid,) = one.workers()
        with open(f"/proc/{pid}/status") as file:
            return next(int(row.split()[1]) for row in file if row.startswith("VmHWM")) * 1024

    for seed, size in ((40, 20 * MIB), (41, 200 * MIB)):
        content, address = begin(one, seed, size)
        assert one.patch(address, 0, content).status == 204
        if seed == 40:
            before = peak()
    assert peak() - before <= 10 * MIB
