"""Campaigns: the list, the page of one, opening and closing it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus import queries as bureaus
from reporting.bureaus.rules import DESK_ROLES, Role
from reporting.campaigns import queries
from reporting.campaigns import service as campaigns
from reporting.campaigns.rules import State
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound
from reporting.web.desk import blueprint
from reporting.web.guards import person, policy

PER_PAGE = 20


@blueprint.get("/desk/campaigns", endpoint="campaigns")
@policy(*DESK_ROLES)
def campaigns_list() -> ResponseReturnValue:
    """Every campaign that I organise, with its tasks."""
    mine = person().bureaus_as(*DESK_ROLES)
    total = queries.count_campaigns_of(mine)
    pages = max(-(-total // PER_PAGE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    found = queries.campaigns_of(mine, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    tasks = queries.tasks_of([campaign.id for campaign in found])
    return render_template(
        "desk/campaigns.html",
        campaigns=found,
        tasks={campaign.id: [task for task in tasks if task.campaign_id == campaign.id] for campaign in found},
        counts=queries.assignment_counts([task.id for task in tasks]),
        organisers=bureaus.by_ids({campaign.organiser_id for campaign in found}),
        coordinates=person().bureaus_as(Role.COORDINATOR),
        page=page,
        pages=pages,
        total=total,
    )


@blueprint.get("/desk/campaigns/<int:campaign_id>")
@policy(*DESK_ROLES)
def campaign(campaign_id: int) -> ResponseReturnValue:
    """One campaign: what it says, and what is asked in it."""
    found = find_campaign(campaign_id, *DESK_ROLES)
    tasks = queries.tasks_of([found.id])
    return render_template(
        "desk/campaign.html",
        campaign=found,
        tasks=tasks,
        counts=queries.assignment_counts([task.id for task in tasks]),
        organiser=bureaus.find(found.organiser_id),
        slogans=_slogan_lists(found),
        may_change=person().is_at(found.organiser_id, Role.COORDINATOR),
    )


def find_campaign(campaign_id: int, *roles: str) -> Any:
    """A campaign which I organise in one of these roles; raises NotFound for any other."""
    found = queries.find_campaign(campaign_id, organiser_ids=person().bureaus_as(*roles))
    if found is None:
        raise NotFound
    return found


def _slogan_lists(found: Any) -> list[tuple[str, list[str]]]:
    lists: dict[int, tuple[str, list[str]]] = {}
    for slogan in found.slogans:
        lists.setdefault(slogan.list_position, (slogan.list_title, []))[1].append(slogan.text)
    return list(lists.values())


@blueprint.get("/desk/campaigns/<int:campaign_id>/<any(open, close):step>")
@policy(Role.COORDINATOR)
def campaign_step(campaign_id: int, step: str) -> ResponseReturnValue:
    """Ask before a campaign is opened or closed, with what follows from it."""
    found = find_campaign(campaign_id, Role.COORDINATOR)
    tasks = [task for task in queries.tasks_of([found.id]) if task.state == State.OPEN]
    owed = sum(queries.assignment_counts([task.id for task in tasks]).values())
    return render_template("desk/campaign_step.html", campaign=found, step=step, open_tasks=tasks, owed=owed)


@blueprint.post("/desk/campaigns/<int:campaign_id>/<any(open, close):step>")
@policy(Role.COORDINATOR)
def change_campaign_state(campaign_id: int, step: str) -> ResponseReturnValue:
    """Open or close a campaign; doing it twice is the same as once."""
    state = State.OPEN if step == "open" else State.CLOSED
    with unit_of_work():
        found = find_campaign(campaign_id, Role.COORDINATOR)
        campaigns.set_campaign_state(found, state, actor=person().actor, now=clock.now())
    flash(_("活动已开放。") if step == "open" else _("活动已关闭，其中的报送事项也已关闭。"), "success")
    return redirect(url_for("desk.campaign", campaign_id=campaign_id))
