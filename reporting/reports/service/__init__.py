"""The verbs of a report, a file for each family."""

from reporting.reports.service.attaching import attach, declare_none, move, remove, restore, undeclare, update_captions
from reporting.reports.service.deciding import accept, give_back
from reporting.reports.service.drafting import save_text
from reporting.reports.service.submitting import prepare, submit

__all__ = [
    "accept",
    "attach",
    "declare_none",
    "give_back",
    "move",
    "prepare",
    "remove",
    "restore",
    "save_text",
    "submit",
    "undeclare",
    "update_captions",
]
