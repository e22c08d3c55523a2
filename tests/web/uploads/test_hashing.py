"""The hash beside the receiving: right whatever the line, and with few buffers however many lines there are."""

import hashlib

import pytest

from reporting.web.uploads import hashing
from reporting.web.uploads.hashing import BUFFER_BYTES, RING_BYTES, Buffers, Ring


@pytest.fixture
def few(monkeypatch):
    """Two buffers more than one for each."""
    made = Buffers(BUFFER_BYTES, extra=2)
    monkeypatch.setattr(hashing, "buffers", made)
    return made


def pour(ring: Ring, piece: int, total: int) -> bytes:
    """Bring so many bytes in pieces, each different from the one before; gives them."""
    content = b""
    while len(content) < total:
        buffer = ring.next()
        buffer[:piece] = bytes([len(content) // piece % 251]) * piece
        content += bytes(buffer[:piece])
        ring.hash(buffer, piece)
    return content


@pytest.mark.parametrize(("piece", "others"), [(BUFFER_BYTES, 0), (BUFFER_BYTES, 2), (BUFFER_BYTES, 1), (4096, 0)])
def test_the_hash_is_right(few, piece, others):
    taken = few.more(others)
    assert len(taken) == others
    digest = hashlib.sha256()
    with Ring(digest) as ring:
        content = pour(ring, piece, 4 * RING_BYTES)
    assert digest.digest() == hashlib.sha256(content).digest()


def test_only_a_fast_line_has_more_than_one_buffer(few):
    with Ring(hashlib.sha256()) as slow, Ring(hashlib.sha256()) as fast:
        pour(slow, 4096, 2 * RING_BYTES)
        assert len(both := few.more(5)) == 2, "the slow one took none"
        few.give_back([few.first(), *both])
        pour(fast, BUFFER_BYTES, 2 * RING_BYTES)
        assert few.more(5) == [], "the fast one has both"
    assert len(few.more(5)) == 2, "and gave them back"


def test_a_buffer_goes_from_one_request_to_the_next(few):
    with Ring(None) as ring:
        first = ring.next()
    with Ring(None) as ring:
        assert ring.next() is first


def test_what_is_kept_for_later_is_bounded(few):
    given = [few.first() for _ in range(9)]
    for buffer in given:
        few.give_back([buffer])
    again = [few.first() for _ in range(9)]
    assert sum(any(one is old for old in given) for one in again) == 4
