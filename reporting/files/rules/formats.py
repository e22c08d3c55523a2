"""The formats a bureau may hand in: which ending names them, what kind they are, how they are served."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["document", "photo", "video"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its code is also its usual file ending."""

    code: str
    kind: Kind
    media_type: str
    endings: tuple[str, ...]


FORMATS: dict[str, Format] = {
    found.code: found
    for found in (
        Format("doc", "document", "application/msword", ("doc",)),
        Format(
            "docx", "document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)
        ),
        Format("wps", "document", "application/vnd.ms-works", ("wps",)),
        Format("pdf", "document", "application/pdf", ("pdf",)),
        Format("ofd", "document", "application/ofd", ("ofd",)),
        Format("xls", "document", "application/vnd.ms-excel", ("xls",)),
        Format("xlsx", "document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
        Format("jpg", "photo", "image/jpeg", ("jpg", "jpeg")),
        Format("png", "photo", "image/png", ("png",)),
        Format("webp", "photo", "image/webp", ("webp",)),
        Format("heic", "photo", "image/heic", ("heic", "heif")),
        Format("mp4", "video", "video/mp4", ("mp4",)),
        Format("mov", "video", "video/quicktime", ("mov",)),
        Format("m4v", "video", "video/x-m4v", ("m4v",)),
        Format("webm", "video", "video/webm", ("webm",)),
        Format("avi", "video", "video/x-msvideo", ("avi",)),
        Format("wmv", "video", "video/x-ms-wmv", ("wmv",)),
        Format("mkv", "video", "video/x-matroska", ("mkv",)),
    )
}
BY_ENDING: dict[str, Format] = {ending: found for found in FORMATS.values() for ending in found.endings}
MEDIA_TYPES: frozenset[str] = frozenset(found.media_type for found in FORMATS.values())

# What a browser shows by itself without running anything that came with it. PDF is not here: it would
# run in the browser's own viewer, which a sandboxed page may not start.
SHOWN_INLINE: frozenset[str] = frozenset(
    {"image/jpeg", "image/png", "image/webp", "video/mp4", "video/quicktime", "video/x-m4v", "video/webm"}
)

# Containers that phones and desktops name either way; what is inside is proven by opening it.
_SAME_FAMILY: dict[str, frozenset[str]] = {
    "wps": frozenset({"doc"}),
    "mp4": frozenset({"mov", "m4v"}),
    "mov": frozenset({"mp4", "m4v"}),
    "m4v": frozenset({"mp4", "mov"}),
    "mkv": frozenset({"webm"}),
}


def codes_of(kind: Kind) -> tuple[str, ...]:
    """The codes of all formats of a kind, in the order in which people are told them."""
    return tuple(found.code for found in FORMATS.values() if found.kind == kind)


def ending_of(name: str) -> str:
    """The ending of a name in lower case without its dot; empty when it has none."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def format_named(name: str) -> Format | None:
    """The format which a name claims, or None when its ending is not one of ours."""
    return BY_ENDING.get(ending_of(name))


def allowed_codes(allowed: Iterable[str]) -> frozenset[str]:
    """The format codes behind a list of codes or endings: `jpeg` allows what `jpg` allows."""
    return frozenset(BY_ENDING[entry.lower()].code for entry in allowed if entry.lower() in BY_ENDING)


def fits(claimed: Format, found: str | None) -> bool:
    """Whether content of the code `found` may bear a name of the format `claimed`."""
    return found == claimed.code or found in _SAME_FAMILY.get(claimed.code, ())


def problems(name: str, size: int, found: str | None, allowed: Collection[str], limit: int) -> list[str]:
    """Why a file may not come in, as codes; empty when nothing speaks against it.

    `size` and `limit` in bytes, the limit still allowed; `found` is the sniffed code, None when unknown.
    An empty file has no content that could contradict its name.
    """
    claimed = format_named(name)
    told = []
    if claimed is None or claimed.code not in allowed_codes(allowed):
        told.append("type_not_allowed")
    if size == 0:
        told.append("file_empty")
    elif size > limit:
        told.append("file_too_large")
    if not told and claimed is not None and not fits(claimed, found):
        told.append("content_contradicts_name")
    return told
