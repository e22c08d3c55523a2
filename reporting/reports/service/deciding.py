"""The report's side of a review: the room `reviews` decides, these verbs move the state."""

from sqlalchemy import update

from reporting.core.db import changed_rows
from reporting.core.errors import Reason, Refused
from reporting.reports import rules
from reporting.reports.models import Report, Submission


def give_back(submission: Submission) -> None:
    """Open the report again for its bureau; raises Refused when another round or decision came in between."""
    _move(submission, rules.State.RETURNED)


def accept(submission: Submission) -> None:
    """Close the report as accepted; raises Refused when another round or decision came in between."""
    _move(submission, rules.State.ACCEPTED)


def _move(submission: Submission, state: rules.State) -> None:
    """Compare-and-set on the round that was seen, so that nobody decides on something else than was read."""
    moved = (
        update(Report)
        .where(
            Report.id == submission.report_id, Report.state == rules.State.SUBMITTED, Report.round == submission.round
        )
        .values(state=state, prepared_revision=None)
    )
    if changed_rows(moved, fetch=True) != 1:
        raise Refused(Reason.of("round_changed", round=submission.round))
