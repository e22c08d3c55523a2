"""Is this file what its name says, and may it come in? Answered from its bytes, before any database.

Only the first 4 KB are looked at in this process; whatever has to be parsed is parsed in a child.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporting.core.errors import Reason, Refused
from reporting.files import rules
from reporting.files.service.child import ChildLimits, run_in_child
from reporting.files.service.reading import Unfit, Unreadable, refusing

_HERE = "reporting.files.service"
# A picture of 8K and those it was predicted from.
_VIDEO_LIMITS = ChildLimits(memory_bytes=512 << 20)
_BOXES = {"zip": f"{_HERE}.packages.look", "ole": f"{_HERE}.compounds.look"}
# What a document may turn out to be inside, and the reason that tells its owner how to mend it.
_SPOKEN = {"macro": "document_has_macros", "encrypted": "document_encrypted"}


@dataclass(frozen=True)
class Inspected:
    """What a file proved to be; `size` in bytes, `facts` small enough for a row."""

    name: str
    size: int
    code: str
    kind: rules.Kind
    media_type: str
    facts: dict[str, Any]


def inspect(path: Path, name: str, *, allowed: Collection[str], max_bytes: int) -> Inspected:
    """Prove a file by opening it; `allowed` are format codes or endings, `max_bytes` is still allowed.

    Raises Refused with everything that its name, size and first bytes tell, or with what opening it told.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        found = rules.sniff(file.read(rules.HEAD_BYTES))
    # What the outside tells is told before anything is opened.
    outside = [code for code in rules.problems(name, size, found, allowed, max_bytes) if code != _CONTRADICTS]
    _refuse(outside, name, size, found, allowed, max_bytes)
    found = _code_inside(path, name, found)
    _refuse(rules.problems(name, size, found, allowed, max_bytes), name, size, found, allowed, max_bytes)
    claimed = rules.format_named(name)
    if claimed is None or found is None:
        raise AssertionError("a file without problems has a format")
    facts = _prove(path, found, claimed, name)
    # Served as what it was found to be; a document of one family keeps the type of its own name.
    proven = rules.FORMATS[found] if claimed.kind != "document" else claimed
    return Inspected(name, size, found, claimed.kind, proven.media_type, facts)


_CONTRADICTS = "content_contradicts_name"


def _refuse(
    codes: Collection[str], name: str, size: int, found: str | None, allowed: Collection[str], limit: int
) -> None:
    if codes:
        raise Refused(*(_reason(code, name, size, found, allowed, limit) for code in codes))


def _code_inside(path: Path, name: str, found: str | None) -> str | None:
    """What is in a box; anything else is what it was. A broken or acting box that claims to be ours is refused."""
    if found not in _BOXES:
        return found
    claimed = rules.format_named(name)
    is_document = claimed is not None and claimed.kind == "document"
    try:
        code: str = _look(path, _BOXES[found], found)["code"]
    except (Unreadable, Unfit):
        if not is_document:
            return found
        with refusing("document_unreadable", name):
            raise
    if is_document and code in _SPOKEN:
        raise Refused(Reason.of(_SPOKEN[code], name=name))
    return code


def _look(path: Path, task: str, code: str, limits: ChildLimits | None = None) -> dict[str, Any]:
    """Have a child look at the file, which it gets as an open descriptor and not by its path."""
    with path.open("rb") as file:
        return run_in_child(task, {"code": code}, limits=limits, files={"content": file.fileno()})


def _reason(code: str, name: str, size: int, found: str | None, allowed: Collection[str], limit: int) -> Reason:
    if code == "file_too_large":
        return Reason.of(code, name=name, size=size, limit=limit)
    if code == "type_not_allowed":
        codes = rules.allowed_codes(allowed)
        return Reason.of(code, name=name, allowed=tuple(entry for entry in rules.FORMATS if entry in codes))
    if code == _CONTRADICTS:
        claimed = rules.format_named(name)
        return Reason.of(code, name=name, found=found, expected=claimed.code if claimed else None)
    return Reason.of(code, name=name)


def _prove(path: Path, found: str, claimed: rules.Format, name: str) -> dict[str, Any]:
    if claimed.kind == "photo":
        with refusing("image_unreadable", name):
            return _look(path, f"{_HERE}.images.look", found)
    if claimed.kind == "video":
        with refusing("video_unreadable", name):
            return _look(path, f"{_HERE}.videos.look", found, _VIDEO_LIMITS)
    if found == "pdf":
        with refusing("document_unreadable", name):
            return _look(path, f"{_HERE}.papers.look", found)
    # A package or compound file was looked through to learn what it is.
    return {}
