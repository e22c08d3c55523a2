"""Who owes a task: the bureaus below the organiser, found by filters and ticked."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus import queries as bureaus
from reporting.bureaus.rules import Role
from reporting.campaigns import queries
from reporting.campaigns import service as campaigns
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound, Refused
from reporting.web.desk import blueprint
from reporting.web.desk.tasks import find_task
from reporting.web.formats import number_words
from reporting.web.guards import person, policy
from reporting.web.words import reason_sentence

PER_PAGE = 100
ONLY = ("", "assigned", "free", "unreachable")


@blueprint.get("/desk/tasks/<int:task_id>/assign")
@policy(Role.COORDINATOR)
def task_assign(task_id: int) -> ResponseReturnValue:
    """The bureaus that may be asked, and those that are; who would owe what by when."""
    task = find_task(task_id)
    page = max(request.args.get("page", 1, type=int), 1)
    sieve = _sieve(request.args)
    found, total = queries.candidates(task, sieve, page=page, per_page=PER_PAGE)
    kinds, regions = bureaus.kinds_and_regions()
    return render_template(
        "desk/assign.html",
        task=task,
        campaign=task.campaign,
        found=found,
        total=total,
        page=page,
        pages=max(-(-total // PER_PAGE), 1),
        sieve=sieve,
        filters=_kept(request.args),
        kinds=kinds,
        regions=regions,
        parents=bureaus.by_ids({one.parent_id for one in found if one.parent_id}),
        ready=campaigns.readiness(task),
    )


def _sieve(values: Any) -> queries.Sieve:
    only = values.get("only", "")
    return queries.Sieve(
        text=values.get("text", "")[:100].replace("\x00", ""),
        kind=values.get("kind", "")[:20].replace("\x00", ""),
        region=values.get("region", "")[:20].replace("\x00", ""),
        only=only if only in ONLY else "",
        direct=values.get("direct") == "1",
    )


def _kept(values: Any) -> dict[str, Any]:
    """The filters of the address, for links and for the way back after a POST."""
    names = ("text", "kind", "region", "only", "direct")
    return {name: values.get(name, "")[:100] for name in names if values.get(name)}


@blueprint.post("/desk/tasks/<int:task_id>/assign")
@policy(Role.COORDINATOR)
def change_assignments(task_id: int) -> ResponseReturnValue:
    """Assign the ticked ones or all that the filter finds, or take the ticked ones off; twice is the same as once."""
    step = request.form.get("step", "")
    ticked = [int(value) for value in request.form.getlist("bureau") if value.isdigit() and len(value) < 10]
    try:
        with unit_of_work():
            said = _change(find_task(task_id), step, ticked)
    except Refused as refused:
        for reason in refused.reasons:
            flash(reason_sentence(reason), "danger")
    else:
        flash(*said)
    page = request.form.get("page", "1")
    return redirect(url_for("desk.task_assign", task_id=task_id, page=page, **_kept(request.form)))


def _change(task: Any, step: str, ticked: list[int]) -> tuple[str, str]:
    """Do what the button says; gives what to say about it and how."""
    how: dict[str, Any] = {"actor": person().actor, "now": clock.now()}
    if step == "assign-found":
        sieve = _sieve(request.form)
        found: dict[str, Any] = {"text": sieve.text, "kind": sieve.kind, "region": sieve.region, "only": sieve.only}
        new = campaigns.assign_all(task, **found, direct=sieve.direct, **how)
        return _("已分派 %(count)s 个单位。", count=number_words(new)), "success"
    if step not in {"assign", "unassign"}:
        raise NotFound
    if not ticked:
        return _("还没有勾选单位，没有改动。请先勾选，再按按钮。"), "warning"
    if step == "assign":
        new = campaigns.assign(task, ticked, **how)
        return _("已分派 %(count)s 个单位。", count=number_words(new)), "success"
    gone = campaigns.unassign(task, ticked, **how)
    return _("已取消分派 %(count)s 个单位。", count=number_words(gone)), "success"
