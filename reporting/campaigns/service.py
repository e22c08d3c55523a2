"""Making campaigns and tasks, assigning bureaus, opening, closing and extending."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from reporting.audit import service as audit
from reporting.bureaus import queries as bureaus
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules import Role
from reporting.campaigns import queries, rules
from reporting.campaigns.models import Assignment, Campaign, DueChange, FocusArea, Slogan, Slot, Task
from reporting.core.actor import Actor
from reporting.core.db import changed_rows, db
from reporting.core.errors import Reason, Refused, Stale

PLAIN_CAMPAIGN_FIELDS = (
    "year", "title", "title_en", "document_number", "theme", "theme_en", "starts_on", "ends_on", "zone", "contact_name", "contact_phone",
)  # fmt: skip
PLAIN_TASK_FIELDS = ("title", "title_en", "guidance", "opens_at", "due_at", "cutoff_at", "sign_off")


def create_campaign(organiser: Bureau, plan: rules.CampaignPlan, *, actor: Actor, now: datetime) -> Campaign:
    """Write down a campaign as a draft; raises Refused with every reason."""
    _refuse(rules.campaign_problems(plan))
    campaign = Campaign(organiser_id=organiser.id, created_at=now, **{name: getattr(plan, name) for name in PLAIN_CAMPAIGN_FIELDS})
    db.session.add(campaign)
    db.session.flush()
    _write_lists(campaign, plan)
    audit.record("campaign.created", "campaign", campaign.id, actor=actor, now=now, title=campaign.title)
    return campaign


def edit_campaign(campaign: Campaign, plan: rules.CampaignPlan, *, version: int, actor: Actor, now: datetime) -> None:
    """Change what a campaign says. Raises Refused, or Stale when somebody else saved it since `version`."""
    _refuse(rules.campaign_problems(plan))
    _take_version(Campaign, campaign.id, version)
    for name in PLAIN_CAMPAIGN_FIELDS:
        setattr(campaign, name, getattr(plan, name))
    _write_lists(campaign, plan)
    audit.record("campaign.edited", "campaign", campaign.id, actor=actor, now=now, title=campaign.title)


def _take_version(table: type[Campaign] | type[Task], row_id: int, version: int) -> None:
    """Move the row's version on by compare-and-set; raises Stale for the one who comes second."""
    taken = update(table).where(table.id == row_id, table.version == version).values(version=version + 1)
    if changed_rows(taken, fetch=True) != 1:
        raise Stale(by="", theirs={})


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


def set_campaign_state(campaign: Campaign, state: rules.State, *, actor: Actor, now: datetime) -> None:
    """Open or close a campaign; closing closes every open task. Doing it twice is doing it once."""
    if campaign.state == state:
        return
    campaign.state = state
    if state == rules.State.CLOSED:
        for task in queries.tasks_of([campaign.id]):
            close_task(task, actor=actor, now=now)
    audit.record(f"campaign.{state}", "campaign", campaign.id, actor=actor, now=now)


def create_task(campaign: Campaign, plan: rules.TaskPlan, *, actor: Actor, now: datetime) -> Task:
    """Write down a task as a draft; raises Refused with every reason."""
    _refuse(rules.task_problems(plan))
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
    kinds = [slot.kind for slot in plan.slots]
    if task.state != rules.State.DRAFT and kinds != [slot.kind for slot in task.slots]:
        problems.append("slots_fixed")
    if task.state == rules.State.OPEN and plan.due_at != task.due_at and plan.due_at <= now:
        problems.append("due_in_past")
    _refuse(problems)
    _take_version(Task, task.id, version)
    moved = (plan.due_at, plan.cutoff_at) != (task.due_at, task.cutoff_at)
    old_due_at = task.due_at
    for name in PLAIN_TASK_FIELDS:
        setattr(task, name, getattr(plan, name))
    _write_slots(task, plan)
    if moved:
        _move_dues(task, old_due_at, actor=actor, now=now)
    audit.record("task.edited", "task", task.id, actor=actor, now=now, title=task.title, due_at=task.due_at.isoformat())


def _move_dues(task: Task, old_due_at: datetime, *, actor: Actor, now: datetime) -> None:
    """Carry the task's new dates to every assignment that has no extension of its own."""
    if task.state == rules.State.DRAFT:
        moved = update(Assignment).where(Assignment.task_id == task.id)
        db.session.execute(moved.values(due_at=task.due_at, cutoff_at=task.cutoff_at))
        return
    extended = select(DueChange.assignment_id).where(DueChange.kind == "extension")
    plain = select(Assignment).where(Assignment.task_id == task.id, Assignment.id.not_in(extended)).order_by(Assignment.id)
    for assignment in db.session.scalars(plain.with_for_update()):
        if old_due_at == task.due_at:
            assignment.cutoff_at = task.cutoff_at
        else:
            _change_due(assignment, task.due_at, task.cutoff_at, kind="task", reason="", document_number="", actor=actor, now=now)


def _change_due(
    assignment: Assignment, due_at: datetime, cutoff_at: datetime, *, kind: str, reason: str, document_number: str, actor: Actor, now: datetime
) -> None:
    change = DueChange(
        assignment_id=assignment.id,
        due_rev=assignment.due_rev + 1,
        kind=kind,
        old_due_at=assignment.due_at,
        due_at=due_at,
        cutoff_at=cutoff_at,
        reason=reason.strip(),
        document_number=document_number.strip(),
        granted_by=actor.name,
        granted_at=now,
    )
    db.session.add(change)
    assignment.due_at, assignment.cutoff_at, assignment.due_rev = due_at, cutoff_at, change.due_rev
    db.session.flush()


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


def assign(task: Task, bureau_ids: Collection[int], *, actor: Actor, now: datetime) -> int:
    """Let bureaus below the organiser owe a task; those that already do stay as they are. Gives how many are new."""
    allowed = select(Bureau.id).where(
        Bureau.id.in_(bureau_ids), Bureau.id.in_(bureaus.subtree(task.campaign.organiser_id)), Bureau.closed_on.is_(None)
    )
    new = sorted(set(db.session.scalars(allowed.order_by(Bureau.id))) - queries.assigned_bureau_ids(task.id))
    rows = [
        {"task_id": task.id, "bureau_id": bureau_id, "due_at": task.due_at, "cutoff_at": task.cutoff_at, "due_rev": 0, "created_at": now}
        for bureau_id in new
    ]
    if rows:
        db.session.execute(insert(Assignment), rows)
        audit.record("task.assigned", "task", task.id, actor=actor, now=now, bureaus=len(rows))
    return len(rows)


def assign_all(task: Task, *, text: str, kind: str, region: str, actor: Actor, now: datetime) -> int:
    """Let every bureau that a filter finds owe a task; gives how many are new."""
    found, _total = queries.candidates(task, text=text, kind=kind, region=region, per_page=100_000)
    return assign(task, [candidate.bureau_id for candidate in found], actor=actor, now=now)


def unassign(task: Task, bureau_ids: Collection[int], *, actor: Actor, now: datetime) -> int:
    """Take bureaus off a task that is still a draft; raises Refused once it is open, since then they owe it."""
    _refuse(["not_draft"] if task.state != rules.State.DRAFT else [])
    gone = changed_rows(delete(Assignment).where(Assignment.task_id == task.id, Assignment.bureau_id.in_(bureau_ids)))
    if gone:
        audit.record("task.unassigned", "task", task.id, actor=actor, now=now, bureaus=gone)
    return gone


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
        Reason.of(code, names=list(named[code][: rules.LONGEST_NAMES_SHOWN]), total=len(named[code])) if code in named else Reason.of(code)
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


def close_task(task: Task, *, actor: Actor, now: datetime) -> None:
    """Close an open task: nothing more is accepted or reminded of; what came in stays."""
    if task.state == rules.State.OPEN:
        task.state, task.closed_at = rules.State.CLOSED, now
        audit.record("task.closed", "task", task.id, actor=actor, now=now)


def extend(
    assignment: Assignment, *, due_at: datetime, reason: str, document_number: str, actor: Actor, now: datetime
) -> None:
    """Move one bureau's due, by a document. Verdicts on the old due stay in its history.

    The cut-off moves along when the new due would pass it. Asking twice for the same due changes nothing the
    second time. Raises Refused with every reason.
    """
    if assignment.due_at == due_at and assignment.due_rev:
        return
    _refuse(
        rules.extension_problems(
            due_at=assignment.due_at, new_due_at=due_at, reason=reason, document_number=document_number, state=assignment.task.state, now=now
        )
    )
    cutoff_at = max(assignment.cutoff_at, due_at)
    _change_due(assignment, due_at, cutoff_at, kind="extension", reason=reason, document_number=document_number, actor=actor, now=now)
    audit.record(
        "assignment.extended", "assignment", assignment.id,
        actor=actor, now=now, due_at=due_at.isoformat(), reason=reason.strip(), document_number=document_number.strip(),
    )  # fmt: skip


def _refuse(codes: list[str]) -> None:
    if codes:
        raise Refused(*(Reason.of(code) for code in codes))
