"""What is made of a file, kind by kind: the original is read, the results lie in a folder of their own."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reporting.files.rules import renditions as rules
from reporting.files.rules.renditions import Kind
from reporting.files.service import office
from reporting.files.service.child import ChildLimits, run_in_child
from reporting.files.service.reading import Unreadable

_MIB = 1 << 20
# A photo of a hundred million pixels takes three bytes for each, and a copy on its way to sRGB.
PHOTO_LIMITS = ChildLimits(cpu_seconds=90, wall_seconds=180, memory_bytes=1024 * _MIB, file_bytes=64 * _MIB)
FRAME_LIMITS = ChildLimits(cpu_seconds=90, wall_seconds=180, memory_bytes=1024 * _MIB, file_bytes=64 * _MIB)
PAPER_LIMITS = ChildLimits(cpu_seconds=90, wall_seconds=180, memory_bytes=768 * _MIB, file_bytes=64 * _MIB)
# A film of an hour takes about an hour of one processor.
FILM_LIMITS = ChildLimits(cpu_seconds=8 * 3600, wall_seconds=4 * 3600, memory_bytes=2048 * _MIB, file_bytes=4096 * _MIB)
_TASKS = "reporting.files.service"


class CannotRender(Exception):
    """Nothing came of it this time; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A result: the file that was made, or none when the original serves as it is or nothing can be made here."""

    path: Path | None = None
    media_type: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def render(source: Path, code: str, kinds: tuple[str, ...], folder: Path) -> dict[str, Rendered]:
    """Make these kinds of a file of the format `code`, into `folder`; raises CannotRender.

    It takes from a tenth of a second to hours, and touches neither database nor vault.
    """
    try:
        return _MAKERS[Kind(kinds[0])](source, code, kinds, folder)
    except (Unreadable, office.NotConverted) as error:
        raise CannotRender(str(error)) from error


def _in_child(task: str, folder: Path, limits: ChildLimits, **arguments: Any) -> dict[str, Rendered]:
    told = run_in_child(f"{_TASKS}.{task}", {"folder": str(folder), **arguments}, limits=limits)
    made = {}
    for kind, one in told.items():
        path = folder / Path(one["file"]).name
        if not path.is_file():
            raise Unreadable("it said that it made a file, and there is none")
        made[kind] = Rendered(path, one["media_type"], one["facts"])
    return made


def _photo(source: Path, code: str, kinds: tuple[str, ...], folder: Path) -> dict[str, Rendered]:
    sides = {kind: rules.SIDES[Kind(kind)] for kind in kinds}
    return _in_child("shrinking.make", folder, PHOTO_LIMITS, source=str(source), code=code, sides=sides)


def _poster(source: Path, code: str, _kinds: tuple[str, ...], folder: Path) -> dict[str, Rendered]:
    return _in_child("films.make_poster", folder, FRAME_LIMITS, source=str(source), code=code)


def _playable(source: Path, code: str, _kinds: tuple[str, ...], folder: Path) -> dict[str, Rendered]:
    facts = run_in_child(f"{_TASKS}.films.probe", {"source": str(source), "code": code}, limits=FRAME_LIMITS)
    coding = {"video": facts["video_codec"], "audio": facts["audio_codec"], "pixels": facts["pixels"]}
    if rules.plays_in_browser(code, **coding):
        return {Kind.PLAYABLE.value: Rendered(facts=facts)}
    repack = rules.needs_only_another_box(**coding)
    return _in_child("films.make_playable", folder, FILM_LIMITS, source=str(source), code=code, repack=repack)


def _preview(source: Path, code: str, _kinds: tuple[str, ...], folder: Path) -> dict[str, Rendered]:
    if office.program() is not None:
        made = office.convert(_named(source, code, folder), "pdf", folder)
        return {Kind.PREVIEW.value: Rendered(made, "application/pdf")}
    if code != "docx":
        return {Kind.PREVIEW.value: Rendered(note="LibreOffice is not installed")}
    return _in_child("writings.make_preview", folder, PAPER_LIMITS, source=str(source))


def _text(source: Path, code: str, _kinds: tuple[str, ...], folder: Path) -> dict[str, Rendered]:
    if code in {"doc", "wps"}:
        if office.program() is None:
            return {Kind.TEXT.value: Rendered(note="LibreOffice is not installed")}
        source, code = office.convert(_named(source, code, folder), "txt", folder), "txt"
    longest = rules.LONGEST_TEXT
    return _in_child("writings.make_text", folder, PAPER_LIMITS, source=str(source), code=code, longest=longest)


def _named(source: Path, code: str, folder: Path) -> Path:
    """A copy that bears its ending; the vault's names bear none."""
    copy = folder / f"original.{code}"
    shutil.copyfile(source, copy)
    return copy


_MAKERS: dict[Kind, Callable[[Path, str, tuple[str, ...], Path], dict[str, Rendered]]] = {
    Kind.THUMB: _photo,
    Kind.SCREEN: _photo,
    Kind.POSTER: _poster,
    Kind.PLAYABLE: _playable,
    Kind.PREVIEW: _preview,
    Kind.TEXT: _text,
}
