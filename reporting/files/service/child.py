"""Decoders of strangers' files run in a child process: bounded, without environment, and gone when it is over.

The child is this very file, started by its path. It makes our packages importable without what their `__init__`
brings along, so that it begins in a twentieth of the time and holds neither database nor keys.
"""

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import types
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[3]
_MIB = 1 << 20
# Nothing else can be run: each is a function that takes its arguments as a mapping and gives one back.
TASKS = frozenset(
    {
        "reporting.files.service.films.make_playable",
        "reporting.files.service.films.make_poster",
        "reporting.files.service.films.probe",
        "reporting.files.service.shrinking.make",
        "reporting.files.service.writings.make_preview",
        "reporting.files.service.writings.make_text",
    }
)


@dataclass(frozen=True, kw_only=True)
class ChildLimits:
    """What a child may use: seconds of processor and of the clock, bytes of memory and of each file it writes."""

    cpu_seconds: int = 10
    wall_seconds: float = 20.0
    memory_bytes: int = 256 * _MIB
    file_bytes: int = 0


def run_in_child(task: str, arguments: Mapping[str, Any], *, limits: ChildLimits | None = None) -> dict[str, Any]:
    """Run one of TASKS and give its answer; KeyError for another.

    Raises Unreadable when the task says so, or the child dies, hangs or grows.
    """
    from reporting.files.service.reading import Unreadable  # the child comes through here before its packages are there

    if task not in TASKS:
        raise KeyError(task)
    given = limits or ChildLimits()
    order = json.dumps({"task": task, "arguments": dict(arguments), "limits": asdict(given)}).encode()
    child = subprocess.Popen(  # noqa: S603 - our own program, with our own Python
        [sys.executable, "-I", "-X", "utf8", "-B", str(Path(__file__).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    with child:
        try:
            told = child.communicate(order, timeout=given.wall_seconds)[0]
        except subprocess.TimeoutExpired:
            raise Unreadable("the decoder hung") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    with suppress(ValueError, KeyError, TypeError):
        answer = json.loads(told)
        if "unreadable" in answer:
            raise Unreadable(str(answer["unreadable"]))
        result: dict[str, Any] = answer["result"]
        return result
    raise Unreadable(f"the decoder gave no answer: code {child.returncode}")


def _obey(order: dict[str, Any]) -> dict[str, Any]:
    for name in ("reporting", "reporting.files", "reporting.files.service"):
        package = types.ModuleType(name)
        package.__path__ = [str(_ROOT.joinpath(*name.split(".")))]
        sys.modules[name] = package
    sys.path.insert(0, str(_ROOT))
    module, _, function = order["task"].rpartition(".")
    task = getattr(importlib.import_module(module), function)
    limits = order["limits"]
    for what, most in (
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_DATA, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, max(limits["file_bytes"], 1)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    try:
        return {"result": task(order["arguments"])}
    except Exception as error:  # noqa: BLE001 - decoders of hostile files raise whatever they stumble over
        return {"unreadable": f"{type(error).__name__} {error}"[:500]}


def _serve() -> None:
    answer = _obey(json.load(sys.stdin))
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
