"""The files of a round as the organiser looks at them: one by one, all on a contact sheet, all in one archive."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus.rules import DESK_ROLES
from reporting.core import clock
from reporting.core.db import end_reading
from reporting.core.errors import NotFound
from reporting.core.kit import kit
from reporting.reports import queries as reports
from reporting.web.codes import slot_kind_words
from reporting.web.desk import blueprint, wording
from reporting.web.desk.dossier import Dossier
from reporting.web.desk.place import own_report
from reporting.web.guards import policy
from reporting.web.looking import KINDS, send_archive, send_view
from reporting.web.scanned import held_back
from reporting.web.serving import send_kept


def _own_round(submission_id: int) -> tuple[Any, Any]:
    """A round and its assignment, of a task which the reader organises; raises NotFound for any other."""
    submission = reports.submission(submission_id)
    if submission is None:
        raise NotFound
    return submission, own_report(submission.assignment_id, *DESK_ROLES)


def _frozen(submission_id: int, attachment_id: int) -> Any:
    _own_round(submission_id)
    found = reports.submitted_file(submission_id, attachment_id)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/desk/submissions/<int:submission_id>/files/<int:attachment_id>")
@policy(*DESK_ROLES)
def report_file(submission_id: int, attachment_id: int) -> ResponseReturnValue:
    """A file as a round froze it; photos and videos are shown, `download` saves them."""
    found = _frozen(submission_id, attachment_id)
    shut = held_back(found.sha256, found.name, own=False)
    end_reading()
    if shut is not None:
        return shut
    inline = "download" not in request.args
    return send_kept(kit().vault, found.sha256, found.name, found.media_type, inline=inline)


@blueprint.get(f"/desk/submissions/<int:submission_id>/files/<int:attachment_id>/<{KINDS}:kind>")
@policy(*DESK_ROLES)
def report_file_view(submission_id: int, attachment_id: int, kind: str) -> ResponseReturnValue:
    """What was made of a frozen file for looking at it."""
    return send_view(_frozen(submission_id, attachment_id), kind, own=False)


@blueprint.get("/desk/submissions/<int:submission_id>/contact-sheet")
@policy(*DESK_ROLES)
def round_contact_sheet(submission_id: int) -> ResponseReturnValue:
    """Every picture of a round with its number, caption, date, place and maker, for printing on A4."""
    submission, assignment = _own_round(submission_id)
    dossier = Dossier(assignment, clock.now(), submission.round)
    return render_template("desk/contact_sheet.html", dossier=dossier, zone=dossier.zone)


@blueprint.get("/desk/submissions/<int:submission_id>/files.zip")
@policy(*DESK_ROLES)
def round_files(submission_id: int) -> ResponseReturnValue:
    """A round's files as they were sent, in one archive."""
    submission, assignment = _own_round(submission_id)
    dossier = Dossier(assignment, clock.now(), submission.round)
    sections = [
        (
            slot_kind_words(slot.kind),
            [dossier.came.get(file.attachment_id, file) for file in submission.files if file.slot_id == slot.slot_id],
        )
        for slot in submission.slots
    ]
    short, task = wording.bureau_name(dossier.bureau, short=True), wording.task_name(dossier.task)
    name = _("%(bureau)s %(task)s 第%(round)s次提交.zip", bureau=short, task=task, round=submission.round)
    return send_archive([(folder, files) for folder, files in sections if files], name, own=False)
