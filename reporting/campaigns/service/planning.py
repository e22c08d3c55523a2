"""Writing down campaigns and tasks."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert

from reporting.audit import service as audit
from reporting.audit.rules import changes
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules import Role
from reporting.campaigns import queries, rules
from reporting.campaigns.models import Campaign, FocusArea, Slogan, Slot, Task
from reporting.campaigns.service.dues import move_dues
from reporting.campaigns.service.refusing import refuse, refuse_without, take_version
from reporting.core.actor import Actor
from reporting.core.db import db

PLAIN_CAMPAIGN_FIELDS = (
    "year", "title", "title_en", "document_number", "theme", "theme_en", "starts_on", "ends_on", "zone", "contact_name", "contact_phone",
)  # fmt: skip
SLOT_FIELDS = ("required", "least", "most", "formats", "max_bytes", "takes_text", "may_declare_none", "position")
PLAIN_TASK_FIELDS = (
    "title",
    "title_en",
    "guidance",
    "opens_at",
    "due_at",
    "cutoff_at",
    "media_window_hours",
    "sign_off",
)


def create_campaign(organiser: Bureau, plan: rules.CampaignPlan, *, actor: Actor, now: datetime) -> Campaign:
    """Write down a campaign as a draft; raises Refused with every reason."""
    refuse(rules.campaign_problems(plan), plan)
    campaign = Campaign(
        organiser_id=organiser.id, created_at=now, **{name: getattr(plan, name) for name in PLAIN_CAMPAIGN_FIELDS}
    )
    db.session.add(campaign)
    db.session.flush()
    _write_lists(campaign, plan)
    audit.record("campaign.created", "campaign", campaign.id, actor=actor, now=now, title=campaign.title)
    return campaign


def edit_campaign(campaign: Campaign, plan: rules.CampaignPlan, *, version: int, actor: Actor, now: datetime) -> None:
    """Change what a campaign says. Raises Refused, or Stale when somebody else saved it since `version`.

    Once it has begun, focus areas may be reworded and added but not taken away, because reports name them.
    """
    problems = rules.campaign_problems(plan)
    if campaign.state != rules.State.DRAFT and len(plan.focus_areas) < len(campaign.focus_areas):
        problems.append("focus_areas_fixed")
    refuse(problems, plan)
    take_version(Campaign, campaign.id, version)
    before = _said(campaign)
    for name in PLAIN_CAMPAIGN_FIELDS:
        setattr(campaign, name, getattr(plan, name))
    _write_lists(campaign, plan)
    audit.record("campaign.edited", "campaign", campaign.id, actor=actor, now=now, **changes(before, _said(campaign)))


def _said(campaign: Campaign) -> dict[str, object]:
    """A campaign as the record tells it: its own fields and its lists."""
    return {
        **{name: getattr(campaign, name) for name in PLAIN_CAMPAIGN_FIELDS},
        "focus_areas": [[area.title, area.body] for area in campaign.focus_areas],
        "slogans": [[slogan.list_title, slogan.text] for slogan in campaign.slogans],
    }


def _write_lists(campaign: Campaign, plan: rules.CampaignPlan) -> None:
    """Replace focus areas by position, so that those which attachments name keep their ids, and the slogans."""
    have = {area.position: area for area in campaign.focus_areas}
    for position, (title, body) in enumerate(plan.focus_areas, start=1):
        area = have.pop(position, None)
        if area is None:
            db.session.add(FocusArea(campaign_id=campaign.id, position=position, title=title, body=body))
        else:
            area.title, area.body = title, body
    for area in have.values():
        db.session.delete(area)
    db.session.execute(delete(Slogan).where(Slogan.campaign_id == campaign.id))
    lines = [
        {"campaign_id": campaign.id, "list_position": at, "list_title": title, "position": number, "text": text}
        for at, (title, texts) in enumerate(plan.slogan_lists, start=1)
        for number, text in enumerate(texts, start=1)
    ]
    if lines:
        db.session.execute(insert(Slogan), lines)
    db.session.flush()
    db.session.expire(campaign, ["focus_areas", "slogans"])


def create_task(campaign: Campaign, plan: rules.TaskPlan, *, actor: Actor, now: datetime) -> Task:
    """Write down a task as a draft; raises Refused with every reason."""
    refuse(rules.task_problems(plan), plan)
    task = Task(campaign_id=campaign.id, **{name: getattr(plan, name) for name in PLAIN_TASK_FIELDS})
    db.session.add(task)
    db.session.flush()
    _write_slots(task, plan)
    audit.record("task.created", "task", task.id, actor=actor, now=now, title=task.title)
    return task


def edit_task(task: Task, plan: rules.TaskPlan, *, version: int, actor: Actor, now: datetime) -> None:
    """Change a task. Once it is open its slots keep their kinds, and a moved due makes a new revision everywhere.

    Raises Refused with every reason, or Stale when somebody else saved it since `version`.
    """
    problems = rules.task_problems(plan)
    if task.state == rules.State.CLOSED:
        problems.append("task_closed")
    kinds = [slot.kind for slot in plan.slots]
    if task.state != rules.State.DRAFT and kinds != [slot.kind for slot in task.slots]:
        problems.append("slots_fixed")
    if task.state == rules.State.OPEN and plan.due_at != task.due_at and plan.due_at <= now:
        problems.append("due_in_past")
    if task.state == rules.State.OPEN and not any(slot.required for slot in plan.slots):
        problems.append("nothing_required")
    if task.state == rules.State.OPEN and plan.media_window_hours < task.media_window_hours:
        problems.append("window_shortened")
    refuse(problems, plan)
    if task.state == rules.State.OPEN and plan.sign_off:
        refuse_without(queries.assigned_without(task.id, Role.CERTIFIER), "bureau_without_certifier")
    take_version(Task, task.id, version)
    before = _told(task)
    moved = any(getattr(plan, name) != getattr(task, name) for name in ("due_at", "cutoff_at", "media_window_hours"))
    for name in PLAIN_TASK_FIELDS:
        setattr(task, name, getattr(plan, name))
    _write_slots(task, plan)
    if moved:
        move_dues(task, actor=actor, now=now)
    audit.record("task.edited", "task", task.id, actor=actor, now=now, **changes(before, _told(task)))


def _told(task: Task) -> dict[str, object]:
    """A task as the record tells it: its own fields, and each slot by its kind."""
    slots = {f"slot_{slot.kind}": {name: getattr(slot, name) for name in SLOT_FIELDS} for slot in task.slots}
    return {**{name: getattr(task, name) for name in PLAIN_TASK_FIELDS}, **slots}


def _write_slots(task: Task, plan: rules.TaskPlan) -> None:
    """Bring the slots to the plan; a slot keeps its id while its kind stays at its position."""
    have = {slot.kind: slot for slot in task.slots}
    for kind, slot in have.items():
        if kind not in {wanted.kind for wanted in plan.slots}:
            db.session.delete(slot)
    db.session.flush()
    for slot in have.values():
        slot.position += rules.MOST_SLOTS
    db.session.flush()
    for position, wanted in enumerate(plan.slots):
        values = {**asdict(wanted), "formats": " ".join(wanted.formats), "position": position}
        slot = have.get(wanted.kind) or Slot(task_id=task.id)
        for name, value in values.items():
            setattr(slot, name, value)
        db.session.add(slot)
    db.session.flush()
    db.session.expire(task, ["slots"])
