"""The verbs of a report, a file for each family."""

from reporting.reports.service.attaching import (
    attach,
    declare_none,
    move,
    remove,
    restore,
    undeclare,
)
from reporting.reports.service.deciding import accept, give_back
from reporting.reports.service.describing import Description, Particulars, update_captions
from reporting.reports.service.drafting import gate_reasons, save_text
from reporting.reports.service.submitting import prepare, problems_now, submit

__all__ = [
    "Description",
    "Particulars",
    "accept",
    "attach",
    "declare_none",
    "gate_reasons",
    "give_back",
    "move",
    "prepare",
    "problems_now",
    "remove",
    "restore",
    "save_text",
    "submit",
    "undeclare",
    "update_captions",
]
