"""What an upload is while it travels, and whether another may begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from reporting.files import rules as files

MOST_OPEN = 20
LONGEST_CAPTION = 200


class State(StrEnum):
    """Where an upload stands: its bytes still come, or it has become a file, or it never will."""

    OPEN = "open"
    TAKEN = "taken"
    REFUSED = "refused"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a sender says of a file before its first byte. `head` is the SHA-256 of the first MiB, `sha256` of it all."""

    name: str
    length: int
    media_type: str = ""
    sha256: str | None = None
    head: str | None = None
    caption: str = ""
    focus_area_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left for one more upload, in files and bytes; None where nothing is limited."""

    open_uploads: int
    files_left: int
    bureau_bytes: int
    vault_bytes: int | None
    disk_bytes: int
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class Takes:
    """What a slot takes: format codes or endings, the most bytes a file may have, the most files."""

    allowed: tuple[str, ...]
    max_bytes: int
    most: int


def creation_problems(wanted: Wanted, takes: Takes, left: Allowance) -> list[str]:
    """Everything that speaks against beginning, as codes. A file without a name is judged when it is whole."""
    claimed = files.format_named(wanted.name)
    named = files.problems(
        wanted.name, wanted.length, claimed.code if claimed else None, takes.allowed, takes.max_bytes
    )
    checks = [
        *((code, True) for code in named if code != "type_not_allowed" or wanted.name),
        ("too_many_files", left.files_left < 1),
        ("too_many_uploads", left.open_uploads >= MOST_OPEN),
        ("bureau_full", wanted.length > left.bureau_bytes),
        ("vault_full", left.vault_bytes is not None and wanted.length > left.vault_bytes),
        ("no_room", wanted.length > left.disk_bytes),
    ]
    return [code for code, wrong in checks if wrong]


def name_for(name: str, media_type: str, found: str | None) -> str:
    """The name of a file that is whole: its own, or one made from what it says or shows that it is."""
    if name:
        return files.display_name(name)
    code = next((one.code for one in files.FORMATS.values() if one.media_type == media_type), None)
    code = code or {"zip": "docx", "ole": "doc"}.get(found or "", found)
    return files.display_name(f"{files.FALLBACK}.{code}" if code else files.FALLBACK)


@dataclass(frozen=True, slots=True)
class Gain:
    """Bytes that lie on the disk behind the recorded offset: `known` of the part's bytes were recorded before."""

    name: str
    start: int
    known: int
    length: int


def best_gain(
    offset: int, total: int, last: tuple[str, int, int] | None, growing: Mapping[str, int]
) -> Gain | None:
    """The part without a writer's word that carries the offset furthest, or None when there is none.

    `last` is name, start and recorded length of the last recorded part; `growing` the bytes of each part that nobody
    has closed. A part's name begins with the place of its first byte.
    """
    found = []
    if last is not None and growing.get(last[0], 0) > last[2]:
        found.append(Gain(last[0], last[1], last[2], min(growing[last[0]], total - last[1])))
    found += [
        Gain(name, offset, 0, min(size, total - offset))
        for name, size in growing.items()
        if size and int(name.partition("-")[0]) == offset and (last is None or name != last[0])
    ]
    best = max(found, key=lambda gain: gain.start + gain.length, default=None)
    return best if best is not None and best.start + best.length > offset else None
