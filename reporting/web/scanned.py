"""The door in front of a kept file: what is infected stays shut, what is not checked yet opens on the reader's word."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from reporting.core.kit import kit
from reporting.files import queries as files
from reporting.files.rules import Mark, scan_mark


def marks(sha256s: list[str]) -> dict[str, Mark]:
    """What is said of each content's virus check, by hash; one query."""
    scanning = kit().scanner is not None
    return {sha256: scan_mark(state, scanning=scanning) for sha256, state in files.scan_states(sha256s).items()}


def held_back(sha256: str, name: str, *, own: bool) -> ResponseReturnValue | None:
    """The page that answers in the file's place, or None when it may be sent.

    Its own bureau may look at what is not checked yet; any other reader confirms it, each time.
    """
    mark = marks([sha256]).get(sha256, "unchecked")
    if mark == "infected":
        return render_template("errors/infected.html", name=name), 403
    if mark == "unchecked" and not own and "confirmed" not in request.args:
        query = {**request.args.to_dict(), "download": "1", "confirmed": "1"}
        return render_template("desk/unchecked.html", name=name, query=query)
    return None
