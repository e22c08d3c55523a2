"""What is made of a kept file so that people can look at it, when it is tried again, and what a browser plays by itself."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from reporting.files.rules.formats import FORMATS


class Kind(StrEnum):
    """What may be made of a file."""

    THUMB = "thumb"
    SCREEN = "screen"
    POSTER = "poster"
    PLAYABLE = "playable"
    PREVIEW = "preview"
    TEXT = "text"


class State(StrEnum):
    """Where one of them is on its way."""

    WAITING = "waiting"
    WORKING = "working"
    MADE = "made"
    FAILED = "failed"
    NOT_NEEDED = "not_needed"


# The longest side of a picture, in pixels.
SIDES = {Kind.THUMB: 400, Kind.SCREEN: 1600}
LONGEST_TEXT = 400_000
LEASE = timedelta(minutes=2)
# A worker says so often that it is still alive.
RENEWED_EVERY = timedelta(seconds=30)
MOST_ATTEMPTS = 4
# For what was not the file's fault.
SHORT_PAUSE = timedelta(minutes=1)
_PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))

# Cheap ones first, so that a film which takes an hour keeps no photo waiting.
ORDER = (
    Kind.THUMB,
    Kind.SCREEN,
    Kind.POSTER,
    Kind.PREVIEW,
    Kind.TEXT,
    Kind.PLAYABLE,
)
# Both sizes of a photo come from one decoding.
_TOGETHER = (Kind.THUMB, Kind.SCREEN)

_PHOTOS = ("jpg", "png", "webp", "heic")
_VIDEOS = ("mp4", "mov", "m4v", "webm", "avi", "wmv", "mkv")
_WRITTEN = ("docx", "doc", "wps")
# A PDF is its own preview; an OFD and an old workbook are stored and offered for download.
CODES: dict[Kind, tuple[str, ...]] = {
    Kind.THUMB: _PHOTOS,
    Kind.SCREEN: _PHOTOS,
    Kind.POSTER: _VIDEOS,
    Kind.PLAYABLE: _VIDEOS,
    Kind.PREVIEW: _WRITTEN,
    Kind.TEXT: (*_WRITTEN, "pdf", "xlsx"),
}
_CODE_OF_TYPE = {found.media_type: found.code for found in FORMATS.values()}

_PLAYED_BOXES = frozenset({"mp4", "mov", "m4v"})
_PLAYED_SOUND = frozenset({"aac", None})
_PLAYED_PIXELS = frozenset({"yuv420p", "yuvj420p", None})
_WEB_CODECS = frozenset({"vp8", "vp9", "av1", "libdav1d", "libvpx", "libvpx-vp9"})


def types_for(kind: Kind) -> tuple[str, ...]:
    """The media types of which this rendition is made."""
    return tuple(FORMATS[code].media_type for code in CODES[kind])


def code_of(media_type: str) -> str | None:
    """The format code behind a media type of ours; None for any other."""
    return _CODE_OF_TYPE.get(media_type)


def made_together(kind: Kind) -> tuple[Kind, ...]:
    """This rendition and those which come out of the same work."""
    return _TOGETHER if kind in _TOGETHER else (kind,)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts; None when it is given up."""
    return None if attempts >= MOST_ATTEMPTS else _PAUSES[min(attempts, len(_PAUSES)) - 1]


def fits_within(width: int, height: int, side: int) -> tuple[int, int]:
    """The size of a picture whose longer side is at most `side`; it is never made larger."""
    longest = max(width, height)
    if longest <= side:
        return width, height
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))


def plays_in_browser(code: str, video: str | None, *, audio: str | None = None, pixels: str | None = None) -> bool:
    """Whether browsers play this container with these codecs by themselves; None for a stream that is not there."""
    if code == "webm":
        return video in _WEB_CODECS
    return code in _PLAYED_BOXES and video == "h264" and audio in _PLAYED_SOUND and pixels in _PLAYED_PIXELS


def needs_only_another_box(video: str | None, *, audio: str | None = None, pixels: str | None = None) -> bool:
    """Whether picture and sound may stay as they are, because an MP4 around them is all that a browser lacks."""
    return plays_in_browser("mp4", video, audio=audio, pixels=pixels)


def is_settled(states: Collection[str]) -> bool:
    """Whether nothing of this is still to be made."""
    return not {State.WAITING, State.WORKING} & set(states)


def acts(facts: Mapping[str, Any]) -> bool:
    """Whether something in a PDF can act by itself, or cannot be looked into; a proof that says nothing is none."""
    return bool(facts.get("active", True))
