"""The verbs of planning and of headquarters' tables, each called once; gives the id of the row its entry is about."""

from dataclasses import replace
from datetime import date, timedelta

from reporting.campaigns import service as campaigns
from reporting.campaigns.rules import CampaignPlan, State
from tests.audit.stage import Stage

CAMPAIGN = CampaignPlan(
    year=2014, title="质量月", document_number="432号", theme="", starts_on=date(2014, 9, 1), ends_on=date(2014, 9, 30), zone="Asia/Shanghai",
)  # fmt: skip


def create_campaign(stage: Stage) -> int:
    return campaigns.create_campaign(stage.bureau("HQ"), CAMPAIGN, **stage.by).id


def edit_campaign(stage: Stage) -> int:
    campaign = campaigns.create_campaign(stage.bureau("HQ"), CAMPAIGN, **stage.by)
    campaigns.edit_campaign(campaign, replace(CAMPAIGN, title="新标题"), version=campaign.version, **stage.by)
    return campaign.id


def edit_task(stage: Stage) -> int:
    task = stage.draft()
    campaigns.edit_task(task, stage.plan(task, "新标题"), version=task.version, **stage.by)
    return task.id


def open_task(stage: Stage) -> int:
    task = stage.draft()
    campaigns.assign(task, [stage.bureau().id], **stage.by)
    campaigns.open_task(task, **stage.by)
    return task.id


def reopen_task(stage: Stage) -> int:
    campaigns.close_task(stage.task, **stage.by)
    campaigns.reopen_task(stage.task, **stage.by)
    return stage.task.id


def close_task(stage: Stage) -> int:
    campaigns.close_task(stage.task, **stage.by)
    return stage.task.id


def close_campaign(stage: Stage) -> int:
    campaigns.set_campaign_state(stage.task.campaign, State.CLOSED, **stage.by)
    return stage.task.campaign_id


def open_campaign(stage: Stage) -> int:
    close_campaign(stage)
    campaigns.set_campaign_state(stage.task.campaign, State.OPEN, **stage.by)
    return stage.task.campaign_id


def assign(stage: Stage) -> int:
    task = stage.draft()
    campaigns.assign(task, [stage.bureau().id], **stage.by)
    return task.id


def assign_all(stage: Stage) -> int:
    task = stage.draft()
    campaigns.assign_all(task, **stage.by)
    return task.id


def unassign(stage: Stage) -> int:
    task = stage.draft()
    campaigns.assign(task, [stage.bureau().id], **stage.by)
    campaigns.unassign(task, [stage.bureau().id], **stage.by)
    return task.id


def extend(stage: Stage) -> int:
    assignment = stage.cast.assignment("Q-HE")
    due_at = assignment.due_at + timedelta(days=1)
    campaigns.extend(assignment, due_at=due_at, reason="停电", document_number="88号", **stage.by)
    return assignment.id
