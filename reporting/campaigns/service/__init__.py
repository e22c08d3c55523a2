"""Making campaigns and tasks, assigning bureaus, opening, closing and extending."""

from reporting.campaigns.service.assigning import assign, assign_all, unassign
from reporting.campaigns.service.dues import extend
from reporting.campaigns.service.opening import (
    close_task,
    open_task,
    opening_reasons,
    readiness,
    reopen_task,
    set_campaign_state,
)
from reporting.campaigns.service.planning import create_campaign, create_task, edit_campaign, edit_task
from reporting.campaigns.service.telling import tell_bureau

__all__ = [
    "assign",
    "assign_all",
    "close_task",
    "create_campaign",
    "create_task",
    "edit_campaign",
    "edit_task",
    "extend",
    "open_task",
    "opening_reasons",
    "readiness",
    "reopen_task",
    "set_campaign_state",
    "tell_bureau",
    "unassign",
]
