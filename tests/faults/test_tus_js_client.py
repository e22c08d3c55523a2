"""The client that the page uses, in Node: after a kill -9 of the whole server it goes on from where it was."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.front import find_node
from scripts.steps import ROOT
from tests.uploading import MIB, eventually, film, house, sha256_of

SIZE = 48 * MIB

pytestmark = pytest.mark.skipif(
    not (ROOT / "node_modules" / "tus-js-client").is_dir(), reason="tus-js-client is not installed: make front"
)


@pytest.fixture
def sender(tmp_path):
    """Starts the client with a film; its lines are read from the file that it gives."""
    begun = []

    def start(served, content: bytes) -> Path:
        source, said = tmp_path / "film.mp4", tmp_path / "said"
        source.write_bytes(content)
        endpoint = f"http://127.0.0.1:{served.port}/assignments/{served.assignment_id}/slots/videos/uploads"
        script = str(Path(__file__).with_name("sender.mjs"))
        line = [*find_node(Path(sys.executable)).node, script, str(source), endpoint, json.dumps(served.headers)]
        with said.open("wb") as out:
            begun.append(subprocess.Popen(line, stdout=out, stderr=out))
        return said

    yield start
    for child in begun:
        child.kill()
        child.wait(10)


def lines(said: Path, *beginnings: str) -> list[list[str]]:
    """What the client printed that begins with one of these words."""
    return [words for words in map(str.split, said.read_text().splitlines()) if words[0] in beginnings]


@pytest.mark.timeout(120)
def test_it_goes_on_from_where_it_was_after_a_kill_and_a_restart(tmp_path, sender):
    with house(tmp_path) as served:
        served.start()
        content = film(SIZE, 3)
        said = sender(served, content)
        assert eventually(lambda: lines(said, "PATCH"), 30), said.read_text()
        address = lines(said, "PATCH")[0][2]
        assert eventually(lambda: served.held(address) > MIB)
        served.kill_all()
        assert eventually(lambda: len(lines(said, "HEAD")) >= 2), "the client asks a server that is not there"
        there = served.held(address)
        assert MIB < there < SIZE, "it died with a part of the film"
        served.start()
        assert eventually(lambda: lines(said, "success", "error"), 60), said.read_text()
        assert lines(said, "success"), said.read_text()
        assert len(lines(said, "POST")) == 1, "it never began anew"
        assert [words[1] for words in lines(said, "PATCH")] == ["0", str(there)], "each byte that had come counts"
        assert served.kept(sha256_of(content)) == content
        served.fsck()
