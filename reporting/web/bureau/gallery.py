"""All that a bureau has put in, at once: its contact sheet on paper, and its files in one archive."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.core import clock
from reporting.web.bureau import wording
from reporting.web.bureau.place import blueprint
from reporting.web.bureau.sheet import read_sheet
from reporting.web.codes import slot_kind_words
from reporting.web.guards import policy
from reporting.web.looking import send_archive


@blueprint.get("/assignments/<int:assignment_id>/contact-sheet")
@policy("reporter", "certifier")
def contact_sheet(assignment_id: int) -> ResponseReturnValue:
    """Every picture with its number, caption, date, place and maker, for printing on A4."""
    sheet = read_sheet(assignment_id, now=clock.now())
    return render_template("bureau/contact_sheet.html", sheet=sheet, zone=sheet.campaign.zone)


@blueprint.get("/assignments/<int:assignment_id>/files.zip")
@policy("reporter", "certifier")
def all_files(assignment_id: int) -> ResponseReturnValue:
    """The working copy's files as they were sent, in one archive."""
    sheet = read_sheet(assignment_id, now=clock.now())
    sections = [(slot_kind_words(slot.kind), slot.files) for slot in sheet.slots if slot.files]
    short, task = wording.bureau_name(sheet.bureau, short=True), wording.task_name(sheet.task)
    return send_archive(sections, _("%(bureau)s %(task)s 材料.zip", bureau=short, task=task), own=True)
