"""A manifest from the browser, which has hashed the files: what will come takes its places in the slot."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound, Reason, Refused
from reporting.reports import service as report_service
from reporting.reports.rules import Entry
from reporting.web import words
from reporting.web.bureau.place import blueprint, own_assignment
from reporting.web.guards import person, policy

MOST_ENTRIES = 500


@blueprint.post("/assignments/<int:assignment_id>/slots/<kind>/manifest")
@policy("reporter", "certifier")
def manifest(assignment_id: int, kind: str) -> ResponseReturnValue:
    """Promise files by name, size and SHA-256; whatever stands is answered with its attachment, the rest with reasons."""
    now = clock.now()
    if kind not in {slot.kind for slot in own_assignment(assignment_id).task.slots}:
        raise NotFound
    entries = _entries(request.get_json(silent=True))
    if entries is None:
        return {"files": [], "reasons": [words.reason_sentence(Reason.of("manifest_malformed"))]}, 400
    try:
        with unit_of_work():
            standing, reasons = report_service.promise(
                own_assignment(assignment_id), kind, entries, actor=person().actor, now=now
            )
            files = [{"sha256": one.sha256, "attachment": one.id} for one in standing]
    except Refused as refused:
        return {"files": [], "reasons": [words.reason_sentence(reason) for reason in refused.reasons]}, 422
    return {"files": files, "reasons": [words.reason_sentence(reason) for reason in reasons]}


def _entries(sent: Any) -> list[Entry] | None:
    """The lines of a manifest; None for anything that is none."""
    lines = sent.get("files") if isinstance(sent, dict) else None
    if not isinstance(lines, list) or not 0 < len(lines) <= MOST_ENTRIES:
        return None
    entries = [_entry(line) for line in lines]
    return None if None in entries else [entry for entry in entries if entry is not None]


def _entry(line: Any) -> Entry | None:
    if not isinstance(line, dict):
        return None
    name, size, sha256 = line.get("name"), line.get("size"), line.get("sha256")
    caption = line.get("caption") or ""
    if not (isinstance(name, str) and isinstance(sha256, str) and isinstance(caption, str)):
        return None
    return Entry(name, size, sha256, caption) if type(size) is int and abs(size) < 2**62 else None
