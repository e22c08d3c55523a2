"""Files of a working copy: put in, described, ordered, taken out, put back and looked at; and the slots declared empty."""

from collections.abc import Callable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.core import clock
from reporting.core.db import end_reading
from reporting.core.errors import NotFound
from reporting.core.kit import kit
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.web.bureau.place import blueprint, own_assignment
from reporting.web.bureau.work import work
from reporting.web.codes import slot_kind_words
from reporting.web.guards import person, policy
from reporting.web.looking import KINDS, send_view
from reporting.web.scanned import held_back
from reporting.web.serving import send_kept
from reporting.web.streaming import accepts_files


def _verb(verb: Callable[..., Any], *arguments: Any, **named: Any) -> Callable[[Any], Any]:
    """A verb with everything but the assignment, which is loaded inside the transaction."""
    now = clock.now()
    return lambda assignment: verb(assignment, *arguments, actor=person().actor, now=now, **named)


@blueprint.post("/assignments/<int:assignment_id>/slots/<kind>/files")
@policy("reporter", "certifier")
@accepts_files
def upload(assignment_id: int, kind: str) -> ResponseReturnValue:
    """Take chosen files in; a file that is already there is not taken twice, so that posting again adds nothing."""
    _slot(assignment_id, kind)
    return work(
        assignment_id,
        section=kind,
        said=lambda done: _("已上传 %(count)s 个文件。", count=done.attached),
        needs_file=True,
    )


@blueprint.post("/assignments/<int:assignment_id>/slots/<kind>/captions")
@policy("reporter", "certifier")
@accepts_files
def captions(assignment_id: int, kind: str) -> ResponseReturnValue:
    """Keep the captions and focus areas of a slot; the page's other contents are kept along with them."""
    _slot(assignment_id, kind)
    return work(assignment_id, section=kind, said=lambda _done: _("说明已保存。"))


@blueprint.post("/assignments/<int:assignment_id>/slots/<kind>/declare")
@policy("reporter", "certifier")
@accepts_files
def declare(assignment_id: int, kind: str) -> ResponseReturnValue:
    """Say that there is nothing for a slot, and why; saying it twice is saying it once."""
    _slot(assignment_id, kind)
    verb = _verb(report_service.declare_none, kind, reason=request.form.get(f"reason_{kind}", ""))
    return work(
        assignment_id,
        verb,
        section=kind,
        said=lambda _done: _("已申明没有%(slot)s。提交后生效。", slot=slot_kind_words(kind)),
    )


@blueprint.post("/assignments/<int:assignment_id>/slots/<kind>/undeclare")
@policy("reporter", "certifier")
@accepts_files
def undeclare(assignment_id: int, kind: str) -> ResponseReturnValue:
    """Take a declaration back; twice is once."""
    _slot(assignment_id, kind)
    return work(
        assignment_id, _verb(report_service.undeclare, kind), section=kind, said=lambda _done: _("申明已撤回。")
    )


def _slot(assignment_id: int, kind: str) -> Any:
    """The slot of this kind, asked before the page's other contents are touched; raises NotFound."""
    found = [slot for slot in own_assignment(assignment_id).task.slots if slot.kind == kind]
    if not found:
        raise NotFound
    return found[0]


def _attachment(assignment_id: int, attachment_id: int) -> tuple[Any, str]:
    """A file of this very report, and the kind of its slot; raises NotFound."""
    assignment = own_assignment(assignment_id)
    report = reports.find_report(assignment_id)
    found = None if report is None else reports.find_attachment(report.id, attachment_id)
    if found is None:
        raise NotFound
    return found, next(slot.kind for slot in assignment.task.slots if slot.id == found.slot_id)


@blueprint.post("/assignments/<int:assignment_id>/files/<int:attachment_id>/remove")
@policy("reporter", "certifier")
@accepts_files
def remove(assignment_id: int, attachment_id: int) -> ResponseReturnValue:
    """Take a file out; it can be put back, and taking it out twice is taking it out once."""
    file, kind = _attachment(assignment_id, attachment_id)
    sentence = _("已移除《%(name)s》。如需找回，请在本项“已移除的文件”中恢复。", name=file.name)
    return work(assignment_id, _verb(report_service.remove, attachment_id), section=kind, said=lambda _done: sentence)


@blueprint.post("/assignments/<int:assignment_id>/files/<int:attachment_id>/restore")
@policy("reporter", "certifier")
@accepts_files
def restore(assignment_id: int, attachment_id: int) -> ResponseReturnValue:
    """Put back a file that was taken out; twice is once."""
    file, kind = _attachment(assignment_id, attachment_id)
    sentence = _("已恢复《%(name)s》。", name=file.name)
    return work(assignment_id, _verb(report_service.restore, attachment_id), section=kind, said=lambda _done: sentence)


@blueprint.post("/assignments/<int:assignment_id>/files/<int:attachment_id>/move")
@policy("reporter", "certifier")
@accepts_files
def move(assignment_id: int, attachment_id: int) -> ResponseReturnValue:
    """Put a file at the named place of its row; the same order twice moves it once."""
    _file, kind = _attachment(assignment_id, attachment_id)
    place = request.args.get("to", type=int)
    if place is None:
        raise NotFound
    return work(
        assignment_id,
        _verb(report_service.move, attachment_id, to=place),
        section=kind,
        said=lambda _done: _("顺序已调整。"),
    )


@blueprint.get("/assignments/<int:assignment_id>/files/<int:attachment_id>")
@policy("reporter", "certifier")
def file(assignment_id: int, attachment_id: int) -> ResponseReturnValue:
    """A file as it was handed in: photos and videos are shown, documents are downloads."""
    found, _kind = _attachment(assignment_id, attachment_id)
    if found.is_promised:
        raise NotFound
    shut = held_back(found.sha256, found.name, own=True)
    end_reading()
    if shut is not None:
        return shut
    return send_kept(kit().vault, found.sha256, found.name, found.media_type, inline=True)


@blueprint.get(f"/assignments/<int:assignment_id>/files/<int:attachment_id>/<{KINDS}:kind>")
@policy("reporter", "certifier")
def file_view(assignment_id: int, attachment_id: int, kind: str) -> ResponseReturnValue:
    """What was made of a file for looking at it."""
    found, _kind = _attachment(assignment_id, attachment_id)
    return send_view(found, kind, own=True)
