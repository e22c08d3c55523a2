"""Importing a roster: a dry run first, then the very thing that was shown, whole or not at all."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus import queries
from reporting.bureaus import service as bureaus
from reporting.bureaus.rules import Role, RosterRow
from reporting.bureaus.rules.headings import ROSTER
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import Refused
from reporting.web.admin import blueprint, reach, sheets
from reporting.web.formats import number_words
from reporting.web.guards import person, policy
from reporting.web.reasons.bureaus import field_word
from reporting.web.words import reason_sentence


def _places() -> Any:
    """The bureaus below which the reader may import."""
    return queries.by_ids(person().bureaus_as(Role.ADMINISTRATOR))


def _page(**told: Any) -> str:
    shown: dict[str, Any] = {
        "places": _places(),
        "place": None,
        "plan": None,
        "reasons": [],
        "pasted": "",
        "field_word": field_word,
    }
    return render_template("admin/roster.html", **(shown | told))


@blueprint.get("/admin/bureaus/import")
@policy(Role.ADMINISTRATOR)
def roster() -> ResponseReturnValue:
    """Choose a file, or paste a table."""
    return _page()


@blueprint.post("/admin/bureaus/import")
@policy(Role.ADMINISTRATOR)
def examine_roster() -> ResponseReturnValue:
    """The dry run: what every line would do. Nothing is written, so it may be repeated at will."""
    place = reach.find_administered(request.form.get("place", 0, type=int))
    pasted = request.form.get("pasted", "")
    try:
        sheet = sheets.posted_sheet()
        rows = bureaus.roster_rows(sheet)
        return _shown(rows, place, encoding=sheet.encoding, unknown=sheet.unknown(ROSTER), pasted=pasted)
    except Refused as refused:
        return _page(place=place, reasons=[reason_sentence(reason) for reason in refused.reasons], pasted=pasted)


def _shown(rows: list[RosterRow], place: Any, **told: Any) -> str:
    plan = bureaus.examine_roster(rows, below=place)
    signed = sheets.sign("roster", place.id, rows, plan.mark) if plan.does_something and not plan.problems else ""
    return _page(place=place, plan=plan, signed=signed, **told)


@blueprint.post("/admin/bureaus/import/confirm")
@policy(Role.ADMINISTRATOR)
def import_roster() -> ResponseReturnValue:
    """Import exactly what was shown; when the register has changed meanwhile, show the new plan instead."""
    now = clock.now()
    try:
        place_id, rows, mark = sheets.signed_rows("roster", RosterRow)
        with unit_of_work():
            place = reach.find_administered(place_id)
            unchanged = bureaus.examine_roster(rows, below=place).mark == mark
            added = changed = 0
            if unchanged:
                today = reach.today(now)
                added, changed = bureaus.import_roster(rows, actor=person().actor, now=now, today=today, below=place)
    except Refused as refused:
        return _page(reasons=[reason_sentence(reason) for reason in refused.reasons])
    if not unchanged:
        return _shown(rows, reach.find_administered(place_id), moved=True)
    sentence = _(
        "名册已导入：新增 %(added)s 个单位，改动 %(changed)s 个。",
        added=number_words(added),
        changed=number_words(changed),
    )
    flash(sentence, "success")
    return redirect(url_for("admin.bureaus"))
