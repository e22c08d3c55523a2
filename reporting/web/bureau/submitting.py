"""Looking through everything once more, handing it to the certifier, and submitting it."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import structlog
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus.rules import Role
from reporting.core import clock
from reporting.core.db import end_reading, unit_of_work
from reporting.core.errors import NotFound, Reason, Refused
from reporting.receipts import service as receipt_service
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.web.bureau.place import blueprint, own_assignment
from reporting.web.bureau.sheet import Sheet, read_sheet
from reporting.web.guards import person, policy

log = structlog.get_logger()
LONGEST_KEY = 64


@blueprint.get("/assignments/<int:assignment_id>/check")
@policy("reporter", "certifier")
def check(assignment_id: int) -> ResponseReturnValue:
    """The report as headquarters will see it, what is complete, what stays owed, and the button that submits."""
    return _show(read_sheet(assignment_id, now=clock.now()), key=secrets.token_urlsafe(24))


def _show(sheet: Sheet, *, key: str, refused: Sequence[Reason] = (), unsure: bool = False) -> str:
    """The page; `key` stays the same when it is shown again, so that a second try cannot make a second round."""
    hindrances = [reason for reason in sheet.problems if reason.code != "needs_certifier"]
    return render_template(
        "bureau/check.html", sheet=sheet, key=key, refused=refused, hindrances=hindrances, unsure=unsure
    )


@blueprint.post("/assignments/<int:assignment_id>/submit")
@policy("reporter", "certifier")
def submit(assignment_id: int) -> ResponseReturnValue:
    """Freeze a round and issue its receipt. The same key gives the same receipt again, whatever happened between."""
    now = clock.now()
    key = request.form.get("key", "")
    if not 16 <= len(key) <= LONGEST_KEY:
        return redirect(url_for("bureau.check", assignment_id=assignment_id), 303)
    try:
        submission_id, is_new = _submit(assignment_id, key, now=now)
    except Refused as refused:
        return _show(read_sheet(assignment_id, now=now), key=key, refused=refused.reasons), 422
    except NotFound:
        raise
    except Exception:
        # The answer to the commit may have been lost after the commit was made: the database is asked, not guessed.
        log.exception("submit_unsure", assignment_id=assignment_id)
        found = _submitted_under(assignment_id, key)
        if found is None:
            return _show(read_sheet(assignment_id, now=now), key=key, unsure=True), 503
        submission_id, is_new = found, True
    flash(_("提交成功，回执如下。") if is_new else _("这份材料此前已经提交，没有重复提交。回执如下。"), "success")
    return redirect(url_for("bureau.receipt", submission_id=submission_id), 303)


def _submit(assignment_id: int, key: str, *, now: datetime) -> tuple[int, bool]:
    with unit_of_work():
        assignment = own_assignment(assignment_id)
        is_certifier = person().is_at(assignment.bureau_id, Role.CERTIFIER)
        submission, is_new = report_service.submit(
            assignment,
            key=key,
            is_certifier=is_certifier,
            actor=person().actor,
            now=now,
            seen=request.form.get("revision", type=int),
        )
        receipt_service.issue(submission, assignment, now=now)
        return submission.id, is_new


def _submitted_under(assignment_id: int, key: str) -> int | None:
    """The round that was made under a key, asked in a new transaction."""
    end_reading()
    own_assignment(assignment_id)
    found = reports.by_idempotency_key(assignment_id, key)
    return None if found is None else found.id


@blueprint.post("/assignments/<int:assignment_id>/prepare")
@policy("reporter", "certifier")
def prepare(assignment_id: int) -> ResponseReturnValue:
    """Hand the report to the certifier; handing over the same content twice is doing it once."""
    now = clock.now()
    try:
        with unit_of_work():
            report_service.prepare(own_assignment(assignment_id), actor=person().actor, now=now)
    except Refused as refused:
        return _show(read_sheet(assignment_id, now=now), key=secrets.token_urlsafe(24), refused=refused.reasons), 422
    flash(_("已送签发。签发人核对后即可提交；此后如有改动，需要重新送签。"), "success")
    return redirect(url_for("bureau.report", assignment_id=assignment_id), 303)
