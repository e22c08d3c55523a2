"""At least sixty hostile files in twenty families: each is refused with its reason, or kept and harmless."""

import json
import subprocess
import sys

import pytest

from reporting.core.errors import Refused
from reporting.files import rules
from reporting.files import service as files
from tests.files.hostile import CORPUS, KEPT
from tests.house.source import ROOT

MIB = 1 << 20
# So much memory may the opening of any of them take, with the interpreter and the libraries.
MOST_MEMORY = 300 * MIB


def fate(path, name: str) -> str:
    """What becomes of a file that is handed in."""
    try:
        files.inspect(path, name, allowed=tuple(rules.FORMATS), max_bytes=500 * MIB)
    except Refused as refused:
        return ",".join(reason.code for reason in refused.reasons)
    return KEPT


def test_the_corpus_is_large_enough_and_without_doubles():
    assert len(CORPUS) >= 60
    assert len({one.family for one in CORPUS}) >= 20
    names = [(one.family, one.name) for one in CORPUS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("one", CORPUS, ids=lambda one: f"{one.family}-{one.name}")
def test_a_hostile_file_is_refused_or_kept(one, tmp_path):
    path = tmp_path / "content"
    path.write_bytes(one.make())
    assert fate(path, one.name) == one.fate


@pytest.mark.timeout(240)
def test_none_of_them_takes_much_memory(tmp_path):
    """Weighed in a process of its own, whose children are only those that open files."""
    listed = []
    for number, one in enumerate(CORPUS):
        path = tmp_path / str(number)
        path.write_bytes(one.make())
        listed.append((str(path), one.name))
    program = (
        "import json, resource, sys\n"
        "from tests.files.test_hostile import fate\n"
        "from pathlib import Path\n"
        "for path, name in json.load(sys.stdin): fate(Path(path), name)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(listed), capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert 0 < int(done.stdout.splitlines()[-1]) <= MOST_MEMORY
