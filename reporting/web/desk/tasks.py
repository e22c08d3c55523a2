"""Writing down what is asked, changing it, opening and closing it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus.rules import Role
from reporting.campaigns import queries
from reporting.campaigns import service as campaigns
from reporting.campaigns.rules import SlotKind, State
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound, Refused, Stale
from reporting.web.desk import blueprint
from reporting.web.desk.campaigns import find_campaign
from reporting.web.desk.forms import task as forms
from reporting.web.fields import differences, tell
from reporting.web.formats import deadline_words
from reporting.web.guards import person, policy


def find_task(task_id: int) -> Any:
    """A task of a campaign that I coordinate; raises NotFound for any other."""
    found = queries.find_task(task_id, organiser_ids=person().bureaus_as(Role.COORDINATOR))
    if found is None:
        raise NotFound
    return found


@blueprint.route("/desk/campaigns/<int:campaign_id>/tasks/new", methods=["GET", "POST"])
@policy(Role.COORDINATOR)
def task_new(campaign_id: int) -> ResponseReturnValue:
    """Write down what is asked of everybody, as a draft."""
    campaign = find_campaign(campaign_id, Role.COORDINATOR)
    form = forms.task_form(data={"opens_on": campaign.starts_on} if request.method == "GET" else None)
    if request.method == "POST":
        made = _create(form, campaign_id)
        if made is not None:
            flash(_("报送事项已建立，现在是草稿。下一步：选择要报送的单位。"), "success")
            return redirect(url_for("desk.task_assign", task_id=made))
        campaign = find_campaign(campaign_id, Role.COORDINATOR)
    return _page(form, campaign)


def _page(form: Any, campaign: Any, *, task: Any = None, theirs: Any = None) -> ResponseReturnValue:
    return render_template(
        "desk/task_form.html",
        form=form,
        kinds=list(SlotKind),
        campaign=campaign,
        task=task,
        by=theirs[0] if theirs else "",
        differences=theirs[1] if theirs else None,
    )


def _create(form: Any, campaign_id: int) -> int | None:
    """Save the form as a new task and give its id; None, with errors beside the fields, when it cannot be."""
    campaign = find_campaign(campaign_id, Role.COORDINATOR)
    valid = bool(form.validate()) & forms.complete(form)
    plan = forms.plan_of(form, campaign.zone)
    if plan is None:
        return None
    try:
        with unit_of_work():
            campaign = find_campaign(campaign_id, Role.COORDINATOR)
            made = campaigns.create_task(campaign, plan, actor=person().actor, now=clock.now())
            if not valid:
                raise Refused
    except Refused as refused:
        tell(form, refused.reasons, forms.places_of(plan))
        return None
    return int(made.id)


@blueprint.route("/desk/tasks/<int:task_id>/edit", methods=["GET", "POST"])
@policy(Role.COORDINATOR)
def task_edit(task_id: int) -> ResponseReturnValue:
    """Change what is asked, or by when."""
    found = find_task(task_id)
    zone = found.campaign.zone
    form = forms.task_form(data=forms.values_of(found, zone) if request.method == "GET" else None)
    theirs = None
    if request.method == "POST":
        theirs, saved = _save(form, task_id)
        if saved:
            return redirect(url_for("desk.campaign", campaign_id=found.campaign_id))
        found = find_task(task_id)
    return _page(form, found.campaign, task=found, theirs=theirs)


def _save(form: Any, task_id: int) -> tuple[tuple[str, Any] | None, bool]:
    """Save the form; else the other person's name and words when somebody else saved meanwhile, and False."""
    before = find_task(task_id)
    old_due_at, zone = before.due_at, before.campaign.zone
    valid = bool(form.validate()) & forms.complete(form)
    plan = forms.plan_of(form, zone)
    if plan is None:
        return None, False
    version = int(form.version.data) if str(form.version.data).isdigit() else 0
    try:
        with unit_of_work():
            found = find_task(task_id)
            campaigns.edit_task(found, plan, version=version, actor=person().actor, now=clock.now())
            if not valid:
                raise Refused
    except Refused as refused:
        tell(form, refused.reasons, forms.places_of(plan))
        return None, False
    except Stale as stale:
        return (stale.by, _others(form, task_id)), False
    _say_saved(plan.due_at, old_due_at, zone, is_open=found.state == State.OPEN)
    return None, True


def _say_saved(due_at: Any, old_due_at: Any, zone: str, *, is_open: bool) -> None:
    moment = deadline_words(due_at, zone)
    if is_open and due_at != old_due_at:
        sentence = _(
            "已保存。截止时间改为 %(moment)s，已通行到各单位；单独延期的单位不变。此前的截止记录仍保留。", moment=moment
        )
    else:
        sentence = _("报送事项已保存。截止 %(moment)s。", moment=moment)
    flash(sentence, "success")


def _others(form: Any, task_id: int) -> Any:
    """What the other person saved, beside mine; saving once more then replaces theirs knowingly."""
    found = find_task(task_id)
    values = forms.values_of(found, found.campaign.zone)
    theirs = forms.task_form(data=values)
    # Filled from the row alone: the request's own values belong to the form of mine.
    theirs.process(formdata=None, data=values)
    form.version.data = str(values["version"])
    return differences(form, theirs)
