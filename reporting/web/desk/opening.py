"""Opening a task, once nothing stands against it; closing it, and taking that back."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus.rules import Role
from reporting.campaigns import service as campaigns
from reporting.campaigns.rules import State
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import Reason, Refused
from reporting.web.desk import blueprint
from reporting.web.desk.tasks import find_task
from reporting.web.guards import person, policy
from reporting.web.words import reason_sentence
from reporting.web.workdays import estimate_sentence, guessed_years


@blueprint.get("/desk/tasks/<int:task_id>/open")
@policy(Role.COORDINATOR)
def task_open(task_id: int) -> ResponseReturnValue:
    """Everything that stands against opening, each with the way to mend it; else what opening will do."""
    task = find_task(task_id)
    ready = campaigns.readiness(task)
    reasons = campaigns.opening_reasons(ready, now=clock.now()) if task.state == State.DRAFT else []
    mends = [(reason_sentence(reason), *_mend(reason, task_id)) for reason in reasons]
    guessed = _guessed(task)
    return render_template(
        "desk/open_task.html", task=task, campaign=task.campaign, ready=ready, mends=mends, guessed=guessed
    )


def _guessed(task: Any) -> list[int]:
    """The years between opening and cut-off whose working days nobody has confirmed."""
    return guessed_years(task.opens_at, task.cutoff_at, task.campaign.zone)


def _mend(reason: Reason, task_id: int) -> tuple[str, str]:
    """The page on which a reason can be mended, and what to call it."""
    if reason.code == "no_assignments":
        return url_for("desk.task_assign", task_id=task_id), _("选择单位")
    if reason.code == "bureau_without_reporter":
        return url_for("desk.task_assign", task_id=task_id, only="unreachable"), _("查看这些单位")
    if reason.code == "bureau_without_certifier":
        return url_for("admin.people"), _("设置签发人")
    return url_for("desk.task_edit", task_id=task_id), _("修改报送事项")


@blueprint.post("/desk/tasks/<int:task_id>/open")
@policy(Role.COORDINATOR)
def open_task(task_id: int) -> ResponseReturnValue:
    """Open the task to its bureaus; doing it twice is the same as once. A refusal leads back to its reasons."""
    try:
        with unit_of_work():
            task = find_task(task_id)
            campaigns.open_task(task, actor=person().actor, now=clock.now())
            guessed = _guessed(task)
    except Refused:
        return redirect(url_for("desk.task_open", task_id=task_id))
    flash(_("报送已开放。各单位现在可以看到这项任务。"), "success")
    if guessed:
        flash(estimate_sentence(guessed), "warning")
    return redirect(url_for("desk.board", task_id=task_id))


@blueprint.get("/desk/tasks/<int:task_id>/<any(close, reopen):step>")
@policy(Role.COORDINATOR)
def task_step(task_id: int, step: str) -> ResponseReturnValue:
    """Ask before a task is closed or opened again, with what follows from it."""
    task = find_task(task_id)
    ready = campaigns.readiness(task)
    return render_template("desk/task_step.html", task=task, campaign=task.campaign, step=step, ready=ready)


@blueprint.post("/desk/tasks/<int:task_id>/<any(close, reopen):step>")
@policy(Role.COORDINATOR)
def change_task_state(task_id: int, step: str) -> ResponseReturnValue:
    """Close the task or open it again; doing it twice is the same as once."""
    verb = campaigns.close_task if step == "close" else campaigns.reopen_task
    with unit_of_work():
        task = find_task(task_id)
        verb(task, actor=person().actor, now=clock.now())
    flash(_("报送事项已关闭。") if step == "close" else _("报送事项已重新开放。"), "success")
    return redirect(url_for("desk.campaign", campaign_id=task.campaign_id))
