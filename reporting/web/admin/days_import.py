"""Importing days of the calendar: a dry run first, then the very lines that were shown, whole or not at all."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus.rules import Role
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import Reason, Refused
from reporting.web.admin import blueprint, reach, sheets
from reporting.web.fields import one_line
from reporting.web.formats import number_words
from reporting.web.guards import person, policy
from reporting.web.words import reason_sentence
from reporting.workdays import rules
from reporting.workdays import service as workdays
from reporting.workdays.rules import DayRow


def _page(**told: Any) -> str:
    return render_template("admin/workdays_import.html", **({"plan": None, "reasons": [], "pasted": ""} | told))


@blueprint.get("/admin/workdays/import")
@policy(Role.ADMINISTRATOR)
def workdays_sheet() -> ResponseReturnValue:
    """Choose a file, or paste a table."""
    reach.require_calendar()
    return _page()


@blueprint.post("/admin/workdays/import")
@policy(Role.ADMINISTRATOR)
def examine_workdays() -> ResponseReturnValue:
    """The dry run: what every line would do. Nothing is written, so it may be repeated at will."""
    reach.require_calendar()
    pasted = request.form.get("pasted", "")
    try:
        sheet = sheets.posted_sheet()
        rows, missing = rules.day_rows(sheet.headings, sheet.lines)
        if missing:
            raise Refused(Reason.of("header_missing", fields=tuple(missing)))
        return _shown(rows, encoding=sheet.encoding, pasted=pasted)
    except Refused as refused:
        return _page(reasons=[reason_sentence(reason) for reason in refused.reasons], pasted=pasted)


def _shown(rows: list[DayRow], **told: Any) -> str:
    plan = workdays.examine_days(rows)
    signed = sheets.sign("workdays", 0, rows, plan.mark) if plan.does_something and not plan.problems else ""
    return _page(plan=plan, signed=signed, **told)


@blueprint.post("/admin/workdays/import/confirm")
@policy(Role.ADMINISTRATOR)
def import_workdays() -> ResponseReturnValue:
    """Import exactly what was shown; when the calendar has changed meanwhile, show the new plan instead."""
    reach.require_calendar()
    source = one_line(request.form.get("source", ""))
    try:
        _place, rows, mark = sheets.signed_rows("workdays", DayRow)
        with unit_of_work():
            plan = workdays.examine_days(rows)
            if plan.mark == mark:
                added, changed = workdays.import_days(rows, source=source, actor=person().actor, now=clock.now())
    except Refused as refused:
        return _page(reasons=[reason_sentence(reason) for reason in refused.reasons])
    if plan.mark != mark:
        return _shown(rows, moved=True)
    counts = {"added": number_words(added), "changed": number_words(changed)}
    flash(
        _("工作日历已导入：新增 %(added)s 天，改动 %(changed)s 天。核对全年无误后，请确认该年。", **counts), "success"
    )
    return redirect(url_for("admin.workdays", year=min(plan.days).year))
