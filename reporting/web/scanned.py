"""The door in front of a kept file: what is infected stays shut, what is not checked yet opens on the reader's word."""

from collections.abc import Iterable
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from reporting.core.kit import kit
from reporting.files import queries as files
from reporting.files.rules import Mark, scan_mark


def marks(sha256s: list[str]) -> dict[str, Mark]:
    """What is said of each content's virus check, by hash; one query."""
    scanning = kit().scanner is not None
    return {sha256: scan_mark(state, scanning=scanning) for sha256, state in files.scan_states(sha256s).items()}


def not_shown(kept: Iterable[Any], *, own: bool) -> dict[str, Mark]:
    """Of which contents among these rows a page shows no picture, film or paper: by hash, what their check says."""
    scanning = kit().scanner is not None
    hidden = {"infected"} if own else {"infected", "unchecked"}
    said = {one.sha256: scan_mark(one.scan_state, scanning=scanning) for one in kept}
    return {sha256: mark for sha256, mark in said.items() if mark in hidden}


def held_back(sha256: str, name: str, *, own: bool) -> ResponseReturnValue | None:
    """The page that answers in the file's place, or None when it may be sent.

    Its own bureau may look at what is not checked yet; any other reader confirms it, each time.
    """
    mark = marks([sha256]).get(sha256, "unchecked")
    if mark == "infected":
        return render_template("errors/infected.html", name=name), 403
    return _to_confirm(name) if mark == "unchecked" and not own else None


def archive_held_back(name: str, said: Iterable[Mark], *, own: bool) -> ResponseReturnValue | None:
    """The same for an archive, of whose files this is said; what is infected does not come into one at all."""
    return _to_confirm(name) if "unchecked" in said and not own else None


def _to_confirm(name: str) -> ResponseReturnValue | None:
    if "confirmed" in request.args:
        return None
    query = {**request.args.to_dict(), "download": "1", "confirmed": "1"}
    return render_template("desk/unchecked.html", name=name, query=query)
