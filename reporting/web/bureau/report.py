"""The page of one report: what is asked, what is there, what is missing, and the next step."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from reporting.core import clock
from reporting.core.errors import Reason
from reporting.reports import rules
from reporting.web.bureau.forms import work_form
from reporting.web.bureau.place import blueprint, own_assignment
from reporting.web.bureau.sheet import Sheet, history_of, read_sheet
from reporting.web.guards import policy

# Which report's texts were just merged: the copy that the browser kept of one of them is then to be forgotten.
SETTLED = "settled"
# Reasons for having none that were typed beside another button.
REASONS = "typed_reasons"


@blueprint.get("/assignments/<int:assignment_id>")
@policy("reporter", "certifier")
def report(assignment_id: int) -> ResponseReturnValue:
    """The working copy with its slots; nothing is written before something is posted."""
    sheet = read_sheet(assignment_id, now=clock.now())
    form = work_form(sheet)
    give_back_reasons(form, sheet)
    return show_report(sheet, form, settled=session.pop(SETTLED, None) == assignment_id)


def keep_reasons(sheet: Sheet, form: Any) -> None:
    """Carry reasons that were typed and not yet declared over to the page that comes next: another button was pressed."""
    typed = {slot.kind: (form[f"reason_{slot.kind}"].data or "").strip() for slot in sheet.slots}
    open_ones = {slot.kind for slot in sheet.slots if slot.declaration is None and not slot.files}
    kept = {kind: text[: rules.LONGEST_REASON] for kind, text in typed.items() if text and kind in open_ones}
    if kept:
        session[REASONS] = {"assignment": sheet.assignment.id, "typed": kept}


def give_back_reasons(form: Any, sheet: Sheet) -> None:
    """Put such reasons back into their fields, once."""
    kept = session.get(REASONS)
    if kept and kept["assignment"] == sheet.assignment.id:
        for kind, text in session.pop(REASONS)["typed"].items():
            name = f"reason_{kind}"
            if name in form:
                form[name].data = form[name].data or text


@blueprint.get("/assignments/<int:assignment_id>/<path:_rest>")
@policy("reporter", "certifier")
def from_form(assignment_id: int, _rest: str) -> ResponseReturnValue:
    """An address to which only forms are sent, opened by a reload or by hand: the report is what is wanted."""
    own_assignment(assignment_id)
    return redirect(url_for("bureau.report", assignment_id=assignment_id))


def show_report(
    sheet: Sheet,
    form: Any,
    *,
    reasons: Sequence[tuple[str, Reason]] = (),
    typed: tuple[str, str] | None = None,
    settled: bool = False,
) -> str:
    """The page; `reasons` are refusals with their sections, `typed` a text that could not be kept and is given back."""
    return render_template(
        "bureau/report.html",
        sheet=sheet,
        form=form,
        reasons=list(reasons),
        typed=typed,
        settled=settled,
        longest={
            "title": rules.LONGEST_TITLE,
            "body": rules.LONGEST_BODY,
            "caption": rules.LONGEST_CAPTION,
            "place": rules.LONGEST_PLACE,
            "credit": rules.LONGEST_CREDIT,
        },
        events=history_of(sheet),
    )
