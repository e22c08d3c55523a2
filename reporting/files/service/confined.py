"""The program of the child: takes one order, closes itself in, and only then touches the file.

It is run by its path, not imported, because the packages above it would bring the whole application along.
"""

import importlib
import json
import sys
import types
from pathlib import Path
from typing import Any


def bare_packages(root: Path) -> None:
    """Make our own packages importable without what their `__init__` brings: a decoder needs a few files of them."""
    for name in ("reporting", "reporting.core", "reporting.files", "reporting.files.service"):
        package = types.ModuleType(name)
        package.__path__ = [str(root.joinpath(*name.split(".")))]
        sys.modules[name] = package
    sys.path.insert(0, str(root))


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Load the task with all that it imports, put up the walls, run it, and give what is to be answered."""
    bare_packages(Path(order["root"]))
    reading = importlib.import_module("reporting.files.service.reading")
    walls = importlib.import_module("reporting.files.service.walls")
    module, _, function = order["task"].rpartition(".")
    task = getattr(importlib.import_module(module), function)
    walls.put_up(order["limits"])
    try:
        return {"result": task(order["arguments"])}
    except reading.Unfit as error:
        return {"unfit": error.code, "facts": error.facts}
    except (reading.Unreadable, MemoryError, RecursionError) as error:
        return {"unreadable": f"{type(error).__name__} {error}"[:500]}
    except Exception as error:  # noqa: BLE001 - decoders of hostile files raise whatever they stumble over
        return {"unreadable": f"{type(error).__name__} {error}"[:500]}


def main() -> None:
    """Read the order from stdin and write the answer to stdout."""
    answer = obey(json.load(sys.stdin))
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
