"""How each file can be looked at: as a picture, a film or a paper, now, soon, or only after downloading it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reporting.files import queries as files
from reporting.files.rules import SHOWN_INLINE, codes_of
from reporting.files.rules.renditions import Kind, State, acts, code_of, plays_in_browser
from reporting.web.scanned import not_shown

# While its small copies are made a light picture is shown as it is; a heavy one would hold up a slow line.
HEAVIEST_SHOWN_AS_IT_IS = 2 << 20


@dataclass(frozen=True)
class View:
    """How one file can be looked at. Kinds name what the pages ask for; "original" is the file itself.

    `state`: ready, waiting (it is being prepared), none (it can only be downloaded), promised (it has not come), or
    shut (its virus check does not let it be shown; `mark` is what it says).
    """

    sort: str
    state: str
    small: str = ""
    large: str = ""
    width: int = 0
    height: int = 0
    facts: Mapping[str, Any] | None = None
    mark: str = ""

    @property
    def seconds(self) -> int | None:
        """How long a film runs, in whole seconds."""
        found = (self.facts or {}).get("seconds")
        return None if found is None else round(found)


class Shelf:
    """The files of one page, with what was made of them; two queries for all of them."""

    def __init__(
        self,
        kept: Mapping[int, Any],
        renditions: Mapping[int, Mapping[str, Any]],
        shut: Mapping[str, str],
    ) -> None:
        self._kept, self._renditions, self._shut = kept, renditions, shut

    @classmethod
    def of(cls, attached: Iterable[Any], *, own: bool) -> "Shelf":
        """The shelf of attachments, for their own bureau or for another reader."""
        kept = files.by_ids({one.file_id for one in attached if one.file_id is not None})
        return cls(kept, files.renditions(kept), not_shown(kept.values(), own=own))

    def view(self, attached: Any) -> View:
        """How an attachment can be looked at; None is one that has not come."""
        if attached is None or attached.is_promised:
            return View("", "promised")
        if attached.sha256 in self._shut:
            return View("", "shut", mark=self._shut[attached.sha256])
        code = code_of(attached.media_type)
        made = self._renditions.get(attached.file_id, {})
        if code in codes_of("photo"):
            return _photo(attached, made)
        if code in codes_of("video"):
            kept = self._kept.get(attached.file_id)
            return _film(code or "", made, kept.facts if kept is not None else {})
        return _paper(code, made, self._kept.get(attached.file_id))

    def taken_on(self, attached: Any) -> date | None:
        """The day on which a photo says it was taken."""
        row = self._renditions.get(attached.file_id, {}).get(Kind.THUMB)
        told = None if row is None else row.facts.get("taken_at")
        return None if not told else datetime.fromisoformat(told).date()


def _is_coming(made: Mapping[str, Any], *kinds: str) -> bool:
    """Whether one of these is still to be made; what has no row yet will get one."""
    states = [made[kind].state if kind in made else State.WAITING for kind in kinds]
    return any(state in {State.WAITING, State.WORKING} for state in states)


def _has(made: Mapping[str, Any], kind: str) -> bool:
    return kind in made and made[kind].state == State.MADE


def _photo(attached: Any, made: Mapping[str, Any]) -> View:
    if _has(made, Kind.THUMB) and _has(made, Kind.SCREEN):
        facts = made[Kind.SCREEN].facts
        return View("photo", "ready", "thumb", "screen", facts["width"], facts["height"], facts)
    coming = _is_coming(made, Kind.THUMB, Kind.SCREEN)
    if attached.media_type in SHOWN_INLINE:
        small = "original" if attached.size <= HEAVIEST_SHOWN_AS_IT_IS else ""
        return View("photo", "waiting" if coming else "ready", small, "original")
    return View("photo", "waiting" if coming else "none")


def _film(code: str, made: Mapping[str, Any], proven: Mapping[str, Any]) -> View:
    poster = "poster" if _has(made, Kind.POSTER) else ""
    facts = {**proven, **(made[Kind.POSTER].facts if poster else {})}
    if _has(made, Kind.PLAYABLE):
        return View("film", "ready", poster, "playable", facts=facts)
    settled = made[Kind.PLAYABLE].state == State.NOT_NEEDED if Kind.PLAYABLE in made else False
    if settled or plays_in_browser(code, proven.get("codec")):
        return View("film", "ready", poster, "original", facts=facts)
    return View("film", "waiting" if _is_coming(made, Kind.PLAYABLE) else "none", poster, facts=facts)


def _paper(code: str | None, made: Mapping[str, Any], kept: Any) -> View:
    if code == "pdf":
        is_shown = kept is not None and not acts(kept.facts)
        return View("paper", "ready", large="pdf") if is_shown else View("paper", "none")
    if _has(made, Kind.PREVIEW):
        is_pdf = made[Kind.PREVIEW].media_type == "application/pdf"
        return View("paper", "ready", large="pdf" if is_pdf else "page")
    coming = code in {"doc", "docx", "wps"} and _is_coming(made, Kind.PREVIEW)
    return View("paper", "waiting" if coming else "none")
