"""Writing a campaign down, and changing what it says."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus import queries as bureaus
from reporting.bureaus.rules import Role
from reporting.campaigns import service as campaigns
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound, Refused, Stale
from reporting.core.kit import kit
from reporting.web.desk import blueprint
from reporting.web.desk.campaigns import find_campaign
from reporting.web.desk.forms import campaign as forms
from reporting.web.fields import differences, tell
from reporting.web.guards import person, policy


@blueprint.route("/desk/campaigns/new", methods=["GET", "POST"])
@policy(Role.COORDINATOR)
def campaign_new() -> ResponseReturnValue:
    """Write down a campaign as a draft."""
    form = _form(data=_beginning() if request.method == "GET" else None)
    if _wants_saving():
        made = _create(form)
        if made is not None:
            flash(_("活动已建立，现在是草稿，各单位还看不到。下一步：添加报送事项。"), "success")
            return redirect(url_for("desk.campaign", campaign_id=made))
    return _page(form)


def _beginning() -> dict[str, Any]:
    """What a new campaign most probably says: this year, and whoever writes it down as the contact."""
    return {"year": clock.now().year, "zone": kit().settings.default_zone, "contact_name": person().name}


def _form(*, data: dict[str, Any] | None = None, fixed: Any = None) -> Any:
    """The form from the request or from values; `fixed` is the campaign whose organiser cannot be changed."""
    places = [fixed.organiser_id] if fixed is not None else person().bureaus_as(Role.COORDINATOR)
    known = bureaus.by_ids(places)
    english = person().language == "en"
    organisers = [(one.id, (english and one.name_en) or one.name_zh) for one in known.values()]
    asked = request.form.get("lists", "2", type=str)
    lists = int(asked) if asked.isdigit() else 2
    if request.form.get("step") == "add-list":
        lists += 1
    return forms.campaign_form(organisers, lists=max(lists, forms.list_count(data or {})), data=data)


def _wants_saving() -> bool:
    """Whether the form came to be saved, not to get room for one more list of slogans."""
    return request.method == "POST" and request.form.get("step") != "add-list"


def _page(form: Any, *, campaign: Any = None, theirs: Any = None) -> ResponseReturnValue:
    form.lists.data = str(len(forms.lists_in(form)))
    return render_template(
        "desk/campaign_form.html",
        form=form,
        lists=forms.lists_in(form),
        most_lists=forms.MOST_LISTS,
        campaign=campaign,
        by=theirs[0] if theirs else "",
        differences=theirs[1] if theirs else None,
    )


def _create(form: Any) -> int | None:
    """Save the form as a new campaign and give its id; None, with errors beside the fields, when it cannot be."""
    valid, plan = form.validate(), forms.plan_of(form)
    if plan is None:
        return None
    try:
        with unit_of_work():
            organiser = bureaus.find(form.organiser.data or 0)
            if organiser is None or not person().is_at(organiser.id, Role.COORDINATOR):
                raise NotFound
            made = campaigns.create_campaign(organiser, plan, actor=person().actor, now=clock.now())
            if not valid:
                raise Refused
    except Refused as refused:
        tell(form, refused.reasons, forms.PLACES)
        return None
    return int(made.id)


@blueprint.route("/desk/campaigns/<int:campaign_id>/edit", methods=["GET", "POST"])
@policy(Role.COORDINATOR)
def campaign_edit(campaign_id: int) -> ResponseReturnValue:
    """Change what a campaign says."""
    found = find_campaign(campaign_id, Role.COORDINATOR)
    form = _form(data=forms.values_of(found) if request.method == "GET" else None, fixed=found)
    theirs = None
    if _wants_saving():
        theirs, saved = _save(form, campaign_id)
        if saved:
            flash(_("活动已保存。"), "success")
            return redirect(url_for("desk.campaign", campaign_id=campaign_id))
        found = find_campaign(campaign_id, Role.COORDINATOR)
    return _page(form, campaign=found, theirs=theirs)


def _save(form: Any, campaign_id: int) -> tuple[tuple[str, Any] | None, bool]:
    """Save the form; else the other person's name and words when somebody else saved meanwhile, and False."""
    valid, plan = form.validate(), forms.plan_of(form)
    if plan is None:
        return None, False
    version = int(form.version.data) if str(form.version.data).isdigit() else 0
    try:
        with unit_of_work():
            found = find_campaign(campaign_id, Role.COORDINATOR)
            campaigns.edit_campaign(found, plan, version=version, actor=person().actor, now=clock.now())
            if not valid:
                raise Refused
    except Refused as refused:
        tell(form, refused.reasons, forms.PLACES)
        return None, False
    except Stale as stale:
        return (stale.by, _others(form, campaign_id)), False
    return None, True


def _others(form: Any, campaign_id: int) -> Any:
    """What the other person saved, beside mine; saving once more then replaces theirs knowingly."""
    found = find_campaign(campaign_id, Role.COORDINATOR)
    values = forms.values_of(found)
    choices = [(choice.value, choice.label) for choice in form.organiser.choices]
    theirs = forms.campaign_form(choices, lists=len(forms.lists_in(form)), data=values)
    # Filled from the row alone: the request's own values belong to the form of mine.
    theirs.process(formdata=None, data=values)
    form.version.data = str(values["version"])
    return differences(form, theirs)
