"""The receipt of a round: what came in, when, and what is still owed; with the very files that were frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template
from flask.typing import ResponseReturnValue

from reporting.bureaus import queries as bureaus
from reporting.bureaus.rules import REPORTING_ROLES
from reporting.core.db import end_reading
from reporting.core.errors import NotFound
from reporting.core.kit import kit
from reporting.deadlines.rules import NOT_IN
from reporting.receipts import queries as receipts
from reporting.reports import queries as reports
from reporting.web.bureau.place import blueprint, own_assignment
from reporting.web.guards import person, policy
from reporting.web.looking import KINDS, send_view
from reporting.web.scanned import held_back
from reporting.web.serving import send_kept


@dataclass(frozen=True)
class Paper:
    """What a receipt's page says; `came` are the files of the round that have come in by now."""

    submission: Any
    assignment: Any
    bureau: Any
    organiser: Any
    number: str
    came: Mapping[int, Any]

    @property
    def owed(self) -> list[str]:
        """The required slots that had not come in with this round or before."""
        return [slot.kind for slot in self.submission.slots if slot.standing in NOT_IN]

    @property
    def is_awaited(self) -> bool:
        """Whether files of this round are still on the way."""
        return any(file.attachment_id not in self.came for file in self.submission.files)

    def media(self, slot_id: int) -> tuple[int, int]:
        """How many files of a slot have come, of how many."""
        lines = [file for file in self.submission.files if file.slot_id == slot_id]
        return sum(file.attachment_id in self.came for file in lines), len(lines)


def _own_submission(submission_id: int) -> Any:
    found = reports.find_submission(submission_id, bureau_ids=person().bureaus_as(*REPORTING_ROLES))
    if found is None:
        raise NotFound
    return found


@blueprint.get("/receipts/<int:submission_id>")
@policy("reporter", "certifier")
def receipt(submission_id: int) -> ResponseReturnValue:
    """The receipt, on the screen and on A4."""
    submission = _own_submission(submission_id)
    assignment = own_assignment(submission.assignment_id)
    issued = receipts.of_submission(submission_id)
    # A paper of 2014 bears the names of 2014, whatever the bureaus are called by now.
    day = submission.received_at.astimezone(ZoneInfo(assignment.task.campaign.zone)).date()
    paper = Paper(
        submission=submission,
        assignment=assignment,
        bureau=bureaus.named_on(assignment.bureau_id, day),
        organiser=bureaus.named_on(assignment.task.campaign.organiser_id, day),
        number="" if issued is None else issued.number,
        came=reports.came_in(submission_id),
    )
    return render_template(
        "bureau/receipt.html", paper=paper, submission=submission, zone=assignment.task.campaign.zone
    )


@blueprint.get("/receipts/<int:submission_id>/files/<int:attachment_id>")
@policy("reporter", "certifier")
def receipt_file(submission_id: int, attachment_id: int) -> ResponseReturnValue:
    """A file as the round froze it, whatever became of the working copy since."""
    _own_submission(submission_id)
    found = reports.submitted_file(submission_id, attachment_id)
    if found is None:
        raise NotFound
    shut = held_back(found.sha256, found.name, own=True)
    end_reading()
    if shut is not None:
        return shut
    return send_kept(kit().vault, found.sha256, found.name, found.media_type, inline=True)


@blueprint.get(f"/receipts/<int:submission_id>/files/<int:attachment_id>/<{KINDS}:kind>")
@policy("reporter", "certifier")
def receipt_file_view(submission_id: int, attachment_id: int, kind: str) -> ResponseReturnValue:
    """What was made of a frozen file for looking at it."""
    _own_submission(submission_id)
    found = reports.submitted_file(submission_id, attachment_id)
    if found is None:
        raise NotFound
    return send_view(found, kind, own=True)
