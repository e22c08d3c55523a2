"""One bureau's report as the organiser reads it, and the decision on it."""

from collections.abc import Sequence
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField

from reporting.bureaus.rules import DESK_ROLES, Role
from reporting.campaigns.rules import END_OF_DAY, moment_of
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound, Reason, Refused
from reporting.reviews import service as reviews
from reporting.reviews.rules import LONGEST_NOTE
from reporting.web.codes import slot_kind_words
from reporting.web.desk import blueprint
from reporting.web.desk.dossier import Dossier
from reporting.web.desk.place import own_report
from reporting.web.fields import Day, Ticks, plain, tell
from reporting.web.guards import person, policy
from reporting.web.scanned import marks

DECIDING = (Role.REVIEWER, Role.COORDINATOR)
PLACES = {
    "note_missing": "note",
    "note_too_long": "note",
    "return_due_in_past": "due_on",
    "return_due_after_cutoff": "due_on",
}


class DecisionForm(FlaskForm):
    """What the reviewer thinks of the round that was read; `submission` is that round."""

    submission = HiddenField()
    note = TextAreaField(
        _l("审阅意见"), filters=[plain], description=_l("退回时必填，写清要改什么；采纳时可不填。会写进给该单位的信件")
    )
    slots = Ticks(_l("涉及的材料（退回时可选）"))
    due_on = Day(_l("请于何日前再次提交（退回时可选）"), description=_l("该日 24:00 前；不影响截止时间和按时记录"))


def _form(dossier: Dossier) -> DecisionForm:
    form = DecisionForm()
    form.slots.choices = [(slot.kind, slot_kind_words(slot.kind)) for slot in dossier.task.slots]
    return form


@blueprint.get("/desk/assignments/<int:assignment_id>")
@policy(*DESK_ROLES)
def report(assignment_id: int) -> ResponseReturnValue:
    """What a bureau handed in, what it owes, what happened, and the decision; `round` shows an earlier round."""
    chosen = request.args.get("round", type=int)
    dossier = Dossier(own_report(assignment_id, *DESK_ROLES), clock.now(), chosen)
    if chosen is not None and chosen not in {one.round for one in dossier.rounds}:
        raise NotFound
    return _show(dossier, _form(dossier))


def _show(dossier: Dossier, form: DecisionForm, *, is_changed: bool = False) -> str:
    """The page; the form always carries the round that the page shows, so that nobody decides on another."""
    if dossier.seen is not None:
        form.submission.data = str(dossier.seen.id)
    organiser_id = dossier.task.campaign.organiser_id
    return render_template(
        "desk/report.html",
        dossier=dossier,
        form=form,
        decides=person().is_at(organiser_id, *DECIDING),
        coordinates=person().is_at(organiser_id, Role.COORDINATOR),
        is_changed=is_changed,
        marks=marks([file.sha256 for file in dossier.seen.files]) if dossier.seen else {},
        longest_note=LONGEST_NOTE,
    )


@blueprint.post("/desk/assignments/<int:assignment_id>/accept")
@policy(*DECIDING)
def accept(assignment_id: int) -> ResponseReturnValue:
    """Accept the round that was read."""
    return _decide(assignment_id, is_return=False)


@blueprint.post("/desk/assignments/<int:assignment_id>/return")
@policy(*DECIDING)
def give_back(assignment_id: int) -> ResponseReturnValue:
    """Return the round that was read, with what is asked and by when."""
    return _decide(assignment_id, is_return=True)


def _decide(assignment_id: int, *, is_return: bool) -> ResponseReturnValue:
    """One decision, once: posting it twice finds it made, and another round or decision meanwhile is told."""
    now = clock.now()
    dossier = Dossier(own_report(assignment_id, *DECIDING), now)
    form = _form(dossier)
    if not form.validate():
        return _show(dossier, form), 422
    try:
        with unit_of_work():
            _carry_out(assignment_id, form, is_return=is_return, now=now)
    except Refused as refused:
        return _refused(assignment_id, form, refused.reasons, now=now)
    flash(_("已退回修改，并已写信通知该单位。") if is_return else _("已采纳，并已写信通知该单位。"), "success")
    return redirect(url_for("desk.report", assignment_id=assignment_id), 303)


def _carry_out(assignment_id: int, form: DecisionForm, *, is_return: bool, now: datetime) -> None:
    assignment = own_report(assignment_id, *DECIDING)
    number = form.submission.data or ""
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        raise NotFound
    if not is_return:
        reviews.accept(assignment, int(number), note=form.note.data, actor=person().actor, now=now)
        return
    due_at = _end_of(form.due_on.data, assignment.task.campaign.zone)
    reviews.give_back(
        assignment,
        int(number),
        note=form.note.data,
        slots=form.slots.data,
        due_at=due_at,
        actor=person().actor,
        now=now,
    )


def _end_of(day: date | None, zone: str) -> datetime | None:
    return None if day is None else moment_of(day, END_OF_DAY, zone)


def _refused(
    assignment_id: int, form: DecisionForm, refused: Sequence[Reason], *, now: datetime
) -> ResponseReturnValue:
    """The page as it is now, with every reason and what was typed; a newer round is what it shows from now on."""
    tell(form, refused, PLACES)
    dossier = Dossier(own_report(assignment_id, *DECIDING), now)
    is_changed = any(reason.code == "round_changed" for reason in refused)
    return _show(dossier, form, is_changed=is_changed), 409 if is_changed else 422
