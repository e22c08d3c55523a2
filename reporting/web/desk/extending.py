"""An extension for one bureau: later, for a reason, by a document."""

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from reporting.bureaus.rules import Role
from reporting.campaigns import service as campaigns
from reporting.campaigns.rules import END_OF_DAY, moment_of
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import Refused
from reporting.web.desk import blueprint
from reporting.web.desk.dossier import Dossier
from reporting.web.desk.place import own_report
from reporting.web.fields import Day, one_line, plain, tell
from reporting.web.formats import deadline_words
from reporting.web.guards import person, policy

PLACES = {
    "extension_not_later": "due_on",
    "due_in_past": "due_on",
    "reason_missing": "reason",
    "reason_too_long": "reason",
    "document_number_missing": "document_number",
    "document_number": "document_number",
}


class ExtensionForm(FlaskForm):
    """The new last day, why, and by which document."""

    due_on = Day(_l("新的截止日期"), [InputRequired(_l("请填写新的截止日期。"))], description=_l("截止到该日 24:00"))
    reason = TextAreaField(_l("延期原因"), filters=[plain], description=_l("会写进给该单位的信件，并留存备查"))
    document_number = StringField(_l("批准文号"), filters=[one_line], description=_l("例如 国质检函〔2014〕88号"))


@blueprint.route("/desk/assignments/<int:assignment_id>/extend", methods=["GET", "POST"])
@policy(Role.COORDINATOR)
def extend(assignment_id: int) -> ResponseReturnValue:
    """Extend one bureau's due, after reading what follows from it; asking twice for the same day extends once."""
    now, form = clock.now(), ExtensionForm()
    assignment = own_report(assignment_id, Role.COORDINATOR)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                due_at = _carry_out(assignment_id, form, now=now)
        except Refused as refused:
            tell(form, refused.reasons, PLACES)
            assignment = own_report(assignment_id, Role.COORDINATOR)
        else:
            words = deadline_words(due_at, assignment.task.campaign.zone)
            flash(_("已延期到 %(moment)s，并已写信通知该单位。", moment=words), "success")
            return redirect(url_for("desk.report", assignment_id=assignment_id), 303)
    status = 422 if form.errors or form.form_errors else 200
    return render_template("desk/extension.html", dossier=Dossier(assignment, now), form=form), status


def _carry_out(assignment_id: int, form: ExtensionForm, *, now: datetime) -> datetime:
    assignment = own_report(assignment_id, Role.COORDINATOR, lock=True)
    assert form.due_on.data is not None  # noqa: S101 - the form has been validated, and the day is required
    due_at = moment_of(form.due_on.data, END_OF_DAY, assignment.task.campaign.zone)
    campaigns.extend(
        assignment,
        due_at=due_at,
        reason=form.reason.data,
        document_number=form.document_number.data,
        actor=person().actor,
        now=now,
    )
    return due_at
