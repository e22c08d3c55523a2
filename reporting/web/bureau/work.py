"""What every button of the report page does first: keep the text, the captions and the chosen files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting import arriving
from reporting.core import clock
from reporting.core.db import end_reading, unit_of_work
from reporting.core.errors import Reason, Refused, Stale
from reporting.core.kit import kit
from reporting.reports import service as report_service
from reporting.uploads import service as uploads
from reporting.uploads.service import Limits, Received
from reporting.web import words
from reporting.web.bureau.forms import described, renew_hidden, unreadable_days, work_form
from reporting.web.bureau.place import own_assignment
from reporting.web.bureau.report import keep_reasons, show_report
from reporting.web.bureau.sheet import Sheet, read_sheet
from reporting.web.guards import person
from reporting.web.streaming import staged

Verb = Callable[[Any], Any]


@dataclass
class Outcome:
    """What became of one post: what was kept, and why the rest was not."""

    reasons: list[tuple[str, Reason]] = field(default_factory=list)
    stale: Stale | None = None
    text_kept: bool = False
    attached: int = 0
    result: Any = None


def work(
    assignment_id: int,
    verb: Verb | None = None,
    *,
    section: str,
    said: Callable[[Outcome], str],
    onward: str = "",
    needs_file: bool = False,
) -> ResponseReturnValue:
    """Keep whatever was typed and chosen, then do what the button says.

    Each part is kept by itself, so that one refusal does not hold up the rest. All well: a redirect to `onward` or to
    the section; a refusal: the page again with everything that was typed; a text changed elsewhere: both texts.
    """
    now = clock.now()
    sheet = read_sheet(assignment_id, now=now)
    form = work_form(sheet)
    outcome = Outcome()
    _keep_text(sheet, form, outcome, now=now)
    _keep_captions(sheet, form, outcome, now=now)
    chosen = _attach(sheet, outcome, now=now)
    if needs_file and not chosen and section not in {place for place, _reason in outcome.reasons}:
        outcome.reasons.append((section, Reason.of("no_file_chosen")))
    if verb is not None:
        outcome.result = _try(assignment_id, verb, outcome, section)
    return _answer(assignment_id, form, outcome, section=section, said=said, onward=onward)


def _try(assignment_id: int, verb: Verb, outcome: Outcome, section: str) -> Any:
    """One verb in a transaction of its own, on a row that is loaded through its owner; refusals are written down."""
    try:
        with unit_of_work():
            return verb(own_assignment(assignment_id))
    except Refused as refused:
        outcome.reasons.extend((section, reason) for reason in refused.reasons)
        return None


def _keep_text(sheet: Sheet, form: Any, outcome: Outcome, *, now: datetime) -> None:
    if ("body" not in request.form and "title" not in request.form) or not form.is_touched:
        outcome.text_kept = True
        return
    title, body = form.typed

    def save(assignment: Any) -> bool:
        report_service.save_text(
            assignment, title=title, body=body, version=form.read_version, actor=person().actor, now=now
        )
        return True

    try:
        outcome.text_kept = bool(_try(sheet.assignment.id, save, outcome, "text"))
    except Stale as stale:
        outcome.stale = stale


def _keep_captions(sheet: Sheet, form: Any, outcome: Outcome, *, now: datetime) -> None:
    changed = described(form, sheet)
    outcome.reasons.extend(unreadable_days(form, sheet))
    for slot in sheet.slots:
        mine = {file.id: changed[file.id] for file in slot.files if file.id in changed}
        if mine:
            verb = partial(report_service.update_captions, descriptions=mine, actor=person().actor, now=now)
            _try(sheet.assignment.id, verb, outcome, slot.kind)


def _attach(sheet: Sheet, outcome: Outcome, *, now: datetime) -> int:
    """Receive and attach what was chosen, slot by slot; gives how many files were chosen."""
    chosen = {slot.kind: staged(request.files.getlist(f"files_{slot.kind}")) for slot in sheet.slots}
    for slot in sheet.slots:
        if not chosen[slot.kind]:
            continue
        if not sheet.is_open:
            closed = sheet.gate or [Reason.of("already_accepted")]
            outcome.reasons.extend((slot.kind, reason) for reason in closed)
            continue
        # Files are decoded and forced to the disk here: no transaction may be open meanwhile.
        end_reading()
        limits = Limits(slot.slot.format_list, slot.slot.max_bytes)
        batch = uploads.receive_all(chosen[slot.kind], limits=limits, vault=kit().vault, now=now, scanner=kit().scanner)
        outcome.reasons.extend((slot.kind, reason) for reason in batch.refused)
        if batch.received:
            _attach_to(sheet.assignment.id, slot.kind, batch.received, outcome, now=now)
    return sum(len(files) for files in chosen.values())


def _attach_to(assignment_id: int, kind: str, received: Sequence[Received], outcome: Outcome, *, now: datetime) -> None:
    def attach(assignment: Any) -> list[Reason]:
        return report_service.attach(
            assignment, kind, received, actor=person().actor, now=now, quota=arriving.quota(kit())
        )

    before = len(outcome.reasons)
    told = _try(assignment_id, attach, outcome, kind)
    if told is not None:
        outcome.reasons.extend((kind, reason) for reason in told)
        outcome.attached += len(received) - (len(outcome.reasons) - before)


def _answer(
    assignment_id: int, form: Any, outcome: Outcome, *, section: str, said: Callable[[Outcome], str], onward: str
) -> ResponseReturnValue:
    if outcome.stale is None and not outcome.reasons:
        if sentence := said(outcome):
            flash(sentence, "success")
        keep_reasons(read_sheet(assignment_id, now=clock.now()), form)
        return redirect(onward or url_for("bureau.report", assignment_id=assignment_id) + f"#{section}", 303)
    sheet = read_sheet(assignment_id, now=clock.now())
    if outcome.attached:
        flash(_("已上传 %(count)s 个文件。", count=outcome.attached), "success")
    if outcome.stale is not None:
        for _place, reason in outcome.reasons:
            flash(words.reason_sentence(reason), "danger")
        return show_merge(sheet, *form.typed, stale=outcome.stale)
    fresh = work_form(sheet)
    renew_hidden(fresh, sheet, text_kept=outcome.text_kept)
    return show_report(sheet, fresh, reasons=outcome.reasons, typed=None if outcome.text_kept else form.typed), 422


def show_merge(sheet: Sheet, title: str, body: str, *, stale: Stale) -> ResponseReturnValue:
    """Both texts side by side: theirs as it stands now, mine as I typed it, to be chosen from or put together."""
    page = render_template("bureau/merge.html", sheet=sheet, by=stale.by, theirs=stale.theirs, title=title, body=body)
    return page, 409
