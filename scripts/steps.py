"""What every step of the set-up shares: saying what happens, running a program, remembering what was done."""

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"


class Stop(Exception):
    """The set-up cannot go on; the text says why and how to mend it."""


def say(sentence: str) -> None:
    """Tell in one line what happens now."""
    print(f"· {sentence}", flush=True)


def run(line: list[str], *, mend: str, environment: dict[str, str] | None = None) -> None:
    """Run a program here; on failure show what it said, and `mend`."""
    try:
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Stop(f"{line[0]} could not be started: {error}.\n{mend}") from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-25:]
        raise Stop("\n".join([*said, "", mend]))


@contextmanager
def stamp(name: str, inputs: Iterable[Path], made: Iterable[Path] = ()) -> Iterator[bool]:
    """Whether a step must be done: its inputs changed since it last ended well, or something it made is gone."""
    file = VENV / f"stamp-{name}"
    fingerprint = digest(inputs)
    known = file.read_text(encoding="ascii") if file.exists() else ""
    changed = known != fingerprint or not all(one.exists() for one in made)
    yield changed
    if changed:
        file.write_text(fingerprint, encoding="ascii")


def digest(inputs: Iterable[Path]) -> str:
    """One hash of this Python and of all the files, by name and content."""
    total = hashlib.sha256(sys.version.encode())
    for file in sorted(inputs):
        total.update(str(file.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
