"""Opening and closing campaigns and tasks."""

from datetime import datetime

from reporting.audit import service as audit
from reporting.bureaus.rules import Role
from reporting.campaigns import queries, rules
from reporting.campaigns.models import Campaign, Task
from reporting.core.actor import Actor
from reporting.core.errors import Reason, Refused


def set_campaign_state(campaign: Campaign, state: rules.State, *, actor: Actor, now: datetime) -> None:
    """Open or close a campaign; closing closes every open task. Doing it twice is doing it once."""
    if campaign.state == state:
        return
    campaign.state = state
    if state == rules.State.CLOSED:
        for task in queries.tasks_of([campaign.id]):
            close_task(task, actor=actor, now=now)
    audit.record(f"campaign.{state}", "campaign", campaign.id, actor=actor, now=now)


def readiness(task: Task) -> rules.Readiness:
    """What opening a task would be decided on, for the page that shows it before."""
    return rules.Readiness(
        slots=len(task.slots),
        required_slots=sum(slot.required for slot in task.slots),
        assignments=len(queries.assigned_bureau_ids(task.id)),
        opens_at=task.opens_at,
        due_at=task.due_at,
        cutoff_at=task.cutoff_at,
        without_reporter=queries.assigned_without(task.id, Role.REPORTER),
        without_certifier=queries.assigned_without(task.id, Role.CERTIFIER) if task.sign_off else (),
        sign_off=task.sign_off,
        state=task.state,
    )


def opening_reasons(ready: rules.Readiness, *, now: datetime) -> list[Reason]:
    """Every reason against opening, with the names that its sentence needs."""
    named = {"bureau_without_reporter": ready.without_reporter, "bureau_without_certifier": ready.without_certifier}
    return [
        Reason.of(code, names=list(named[code][: rules.LONGEST_NAMES_SHOWN]), total=len(named[code]))
        if code in named
        else Reason.of(code)
        for code in rules.opening_problems(ready, now=now)
    ]


def open_task(task: Task, *, actor: Actor, now: datetime) -> None:
    """Open a task to the bureaus that owe it; raises Refused with every reason while something is missing."""
    if task.state == rules.State.OPEN:
        return
    reasons = opening_reasons(readiness(task), now=now)
    if reasons:
        raise Refused(*reasons)
    task.state, task.opened_at = rules.State.OPEN, now
    if task.campaign.state == rules.State.DRAFT:
        set_campaign_state(task.campaign, rules.State.OPEN, actor=actor, now=now)
    audit.record("task.opened", "task", task.id, actor=actor, now=now)


def reopen_task(task: Task, *, actor: Actor, now: datetime) -> None:
    """Take back that a task was closed, and with it that its campaign was: its dates are what they were."""
    if task.state == rules.State.CLOSED:
        task.state, task.closed_at = rules.State.OPEN, None
        set_campaign_state(task.campaign, rules.State.OPEN, actor=actor, now=now)
        audit.record("task.reopened", "task", task.id, actor=actor, now=now)


def close_task(task: Task, *, actor: Actor, now: datetime) -> None:
    """Close an open task: nothing more is accepted or reminded of; what came in stays."""
    if task.state == rules.State.OPEN:
        task.state, task.closed_at = rules.State.CLOSED, now
        audit.record("task.closed", "task", task.id, actor=actor, now=now)
