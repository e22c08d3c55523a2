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
from reporting.reports.service.manifests import promise
from reporting.reports.service.quota import Quota
from reporting.reports.service.submitting import prepare, problems_now, submit
from reporting.reports.service.uploading import begin_upload, describe_upload, shut_reasons, take_upload
from reporting.reports.service.warning import warn_infected

__all__ = [
    "Description",
    "Particulars",
    "Quota",
    "accept",
    "attach",
    "begin_upload",
    "declare_none",
    "describe_upload",
    "gate_reasons",
    "give_back",
    "move",
    "prepare",
    "problems_now",
    "promise",
    "remove",
    "restore",
    "save_text",
    "shut_reasons",
    "submit",
    "take_upload",
    "undeclare",
    "update_captions",
    "warn_infected",
]
