"""Is this file what its name says, and may it come in? Answered from its bytes, before any database."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporting.core.errors import Reason, Refused
from reporting.files import rules
from reporting.files.service import compounds, images, packages, videos
from reporting.files.service.reading import Unreadable, refusing


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
    found = _code_of(path, name)
    codes = rules.problems(name, size, found, allowed, max_bytes)
    if codes:
        raise Refused(*(_reason(code, name, size, found, allowed, max_bytes) for code in codes))
    claimed = rules.format_named(name)
    if claimed is None or found is None:
        raise AssertionError("a file without problems has a format")
    facts = _prove(path, found, claimed, name)
    # Served as what it was found to be; a document of one family keeps the type of its own name.
    proven = rules.FORMATS[found] if claimed.kind != "document" else claimed
    return Inspected(name, size, found, claimed.kind, proven.media_type, facts)


def _code_of(path: Path, name: str) -> str | None:
    """The code of the content; a box is looked into. A broken box that claims to be ours is refused here."""
    with path.open("rb") as file:
        found = rules.sniff(file.read(rules.HEAD_BYTES))
    claimed = rules.format_named(name)
    try:
        if found == "zip":
            return rules.package_code(packages.members(path))
        if found == "ole":
            return rules.compound_code(compounds.entries(path))
    except Unreadable as error:
        if claimed is not None and claimed.kind == "document":
            raise Refused(Reason.of("document_unreadable", name=name)) from error
    return found


def _reason(code: str, name: str, size: int, found: str | None, allowed: Collection[str], limit: int) -> Reason:
    if code == "file_too_large":
        return Reason.of(code, name=name, size=size, limit=limit)
    if code == "type_not_allowed":
        codes = rules.allowed_codes(allowed)
        return Reason.of(code, name=name, allowed=tuple(entry for entry in rules.FORMATS if entry in codes))
    if code == "content_contradicts_name":
        claimed = rules.format_named(name)
        return Reason.of(code, name=name, found=found, expected=claimed.code if claimed else None)
    return Reason.of(code, name=name)


def _prove(path: Path, found: str, claimed: rules.Format, name: str) -> dict[str, Any]:
    if claimed.kind == "photo":
        with refusing("image_unreadable", name):
            return images.prove(path, found, name)
    if claimed.kind == "video":
        with refusing("video_unreadable", name):
            return videos.prove(path, found)
    with refusing("document_unreadable", name):
        _prove_document(path, found)
    return {}


def _prove_document(path: Path, found: str) -> None:
    """A package is inflated where it matters, a PDF must have its end; a compound file was walked before."""
    if found in {"docx", "xlsx", "ofd"}:
        packages.prove(path, found)
    if found == "pdf":
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - rules.TAIL_BYTES))
            if not rules.is_whole_pdf(file.read()):
                raise Unreadable("the end is missing")
