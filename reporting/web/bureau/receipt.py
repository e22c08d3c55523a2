"""The receipt of a round: what came in, when, and what is still owed; with the very files that were frozen."""

from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from reporting.bureaus import queries as bureaus
from reporting.bureaus.rules import REPORTING_ROLES
from reporting.core.db import end_reading
from reporting.core.errors import NotFound
from reporting.core.kit import kit
from reporting.deadlines.rules import IN_LATE, NOT_IN
from reporting.receipts import queries as receipts
from reporting.reports import queries as reports
from reporting.web.bureau.place import blueprint, own_assignment
from reporting.web.guards import person, policy
from reporting.web.looking import KINDS, send_view
from reporting.web.serving import send_kept


@dataclass(frozen=True)
class Paper:
    """What a receipt's page says."""

    submission: Any
    assignment: Any
    bureau: Any
    organiser: Any
    number: str

    @property
    def owed(self) -> list[str]:
        """The required slots that had not come in with this round or before."""
        return [slot.kind for slot in self.submission.slots if slot.standing in NOT_IN]

    @property
    def came_late(self) -> bool:
        """Whether something came in with this round for the first time, and late."""
        at = self.submission.received_at
        return any(slot.standing in IN_LATE and slot.arrived_at == at for slot in self.submission.slots)


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
    paper = Paper(
        submission=submission,
        assignment=assignment,
        bureau=bureaus.find(assignment.bureau_id),
        organiser=bureaus.find(assignment.task.campaign.organiser_id),
        number="" if issued is None else issued.number,
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
    end_reading()
    return send_kept(kit().vault, found.sha256, found.name, found.media_type, inline=True)


@blueprint.get(f"/receipts/<int:submission_id>/files/<int:attachment_id>/<{KINDS}:kind>")
@policy("reporter", "certifier")
def receipt_file_view(submission_id: int, attachment_id: int, kind: str) -> ResponseReturnValue:
    """What was made of a frozen file for looking at it."""
    _own_submission(submission_id)
    found = reports.submitted_file(submission_id, attachment_id)
    if found is None:
        raise NotFound
    return send_view(found, kind)
