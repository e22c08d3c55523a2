"""Title and text: saved by the button, saved by the page itself while one types, and merged when two have typed."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import Refused, Stale
from reporting.reports import service as report_service
from reporting.web import words
from reporting.web.bureau.forms import TextForm, work_form
from reporting.web.bureau.place import blueprint, own_assignment
from reporting.web.bureau.report import SETTLED, show_report
from reporting.web.bureau.sheet import read_sheet
from reporting.web.bureau.work import Outcome, show_merge, work
from reporting.web.failures import wants_json
from reporting.web.formats import clock_words
from reporting.web.guards import person, policy
from reporting.web.streaming import accepts_files


@blueprint.post("/assignments/<int:assignment_id>/text")
@policy("reporter", "certifier")
@accepts_files
def save_text(assignment_id: int) -> ResponseReturnValue:
    """Save what was typed. Saving the same twice is saving it once; a script gets facts instead of a page."""
    if wants_json():
        return _autosave(assignment_id)
    if request.form.get("then") == "check":
        check = url_for("bureau.check", assignment_id=assignment_id)
        return work(
            assignment_id, section="text", said=lambda done: _saved(done) if done.attached else "", onward=check
        )
    return work(assignment_id, section="text", said=_saved)


def _saved(outcome: Outcome) -> str:
    if outcome.attached:
        return _("已保存，并上传了 %(count)s 个文件。", count=outcome.attached)
    return _("已保存。")


def _autosave(assignment_id: int) -> ResponseReturnValue:
    """The same for the page's own script: 200 saved, 409 changed elsewhere, 422 refused with every sentence."""
    now = clock.now()
    form = TextForm()
    try:
        report = _save(assignment_id, form, now=now)
    except Refused as refused:
        return {"reasons": [words.reason_sentence(reason) for reason in refused.reasons]}, 422
    except Stale as stale:
        theirs = {key: stale.theirs[key] for key in ("title", "body", "version")}
        merge = url_for("bureau.merge", assignment_id=assignment_id)
        return {"by": stale.by, "theirs": theirs, "merge_url": merge}, 409
    zone = own_assignment(assignment_id).task.campaign.zone
    return {"version": report.text_version, "saved_at": clock_words(now, zone)}


def _save(assignment_id: int, form: Any, *, now: datetime) -> Any:
    title, body = form.typed
    with unit_of_work():
        assignment = own_assignment(assignment_id)
        return report_service.save_text(
            assignment, title=title, body=body, version=form.read_version, actor=person().actor, now=now
        )


@blueprint.post("/assignments/<int:assignment_id>/merge")
@policy("reporter", "certifier")
def merge(assignment_id: int) -> ResponseReturnValue:
    """Save what was put together from both texts, over the version that was shown; a third writer is told of again."""
    now = clock.now()
    form = TextForm()
    try:
        _save(assignment_id, form, now=now)
    except Stale as stale:
        return show_merge(read_sheet(assignment_id, now=now), *form.typed, stale=stale)
    except Refused as refused:
        sheet = read_sheet(assignment_id, now=now)
        reasons = [("text", reason) for reason in refused.reasons]
        return show_report(sheet, work_form(sheet), reasons=reasons, typed=form.typed), 422
    session[SETTLED] = assignment_id
    flash(_("已保存。"), "success")
    return redirect(url_for("bureau.report", assignment_id=assignment_id) + "#text", 303)
