"""The uploads' door with parts of its work left out, to tell what each costs. For a measurement only."""

import os
from typing import Any

from flask import Flask

from app import create_app
from reporting.core import parts
from reporting.web.uploads import hashing


def application() -> Flask:
    """The application; BENCH_WITHOUT names what is left out: `sync`, `hash`."""
    without = os.environ.get("BENCH_WITHOUT", "").split(",")
    if "sync" in without:
        os.fdatasync = os.fsync = _nothing  # type: ignore[assignment]
        parts.WRITEBACK_BYTES = 1 << 60
    if "hash" in without:
        hashing.Hashes.take = lambda _self, _token, _offset: None  # type: ignore[method-assign]
    return create_app()


def _nothing(_descriptor: Any) -> None:
    """What a disk would be asked for."""
