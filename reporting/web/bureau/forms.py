"""The form of the report page: one form for all of it, so that whatever button is pressed, nothing typed or chosen is lost."""

import hashlib
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from reporting.core.errors import Reason
from reporting.reports import rules
from reporting.reports.service import Description, Particulars
from reporting.web.bureau import wording
from reporting.web.bureau.sheet import Sheet
from reporting.web.fields import Day


class TextForm(FlaskForm):
    """Title and text. `version` is what the writer has read; `seen` tells whether anything was typed over it."""

    title = StringField(_l("标题"))
    body = TextAreaField(_l("总结正文"))
    version = HiddenField(default="0")
    seen = HiddenField(default="")

    @property
    def typed(self) -> tuple[str, str]:
        """Title and text as they would be kept."""
        return rules.clean_line(self.title.data or ""), rules.clean(self.body.data or "")

    @property
    def read_version(self) -> int:
        """The version which the writer has read; -1, which is nobody's, for what is no number."""
        text = str(self.version.data or "0")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1

    @property
    def is_touched(self) -> bool:
        """Whether the text differs from what the page showed when it was opened."""
        return bool(fingerprint(*self.typed) != self.seen.data)


def fingerprint(title: str, body: str) -> str:
    """A short name for a text, to tell whether it was changed."""
    return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()[:32]


def work_form(sheet: Sheet) -> Any:
    """The report page's form, filled with what stands in the report and overlaid with what was posted."""
    fields: dict[str, Any] = {}
    for slot in sheet.slots:
        fields[f"files_{slot.kind}"] = MultipleFileField(wording.add_words(slot.kind))
        fields[f"reason_{slot.kind}"] = StringField(
            _("原因"), default=slot.declaration.reason if slot.declaration else ""
        )
        if slot.kind != "summary":
            for file in slot.files:
                fields.update(_file_fields(file, sheet))
    return type("WorkForm", (TextForm,), fields)(data=_stored(sheet))


def _stored(sheet: Sheet) -> dict[str, str]:
    """What the fields hold when nothing was posted. The suggested title counts as typed, so that it is kept."""
    report = sheet.report
    if report is None:
        title, body, version = "", "", 0
    else:
        title, body, version = report.title, report.body, report.text_version
    suggested = title or wording.suggested_title(sheet.bureau, sheet.campaign, sheet.task)
    return {"title": suggested, "body": body, "version": str(version), "seen": fingerprint(title, body)}


def _file_fields(file: Any, sheet: Sheet) -> dict[str, Any]:
    named = [SelectChoice(area.id, wording.area_name(area)) for area in sheet.campaign.focus_areas]
    areas = [SelectChoice(0, _("（不指明）")), *named]
    return {
        f"caption_{file.id}": StringField(_("说明"), default=file.caption),
        f"area_{file.id}": SelectField(
            _("活动重点"), choices=areas, coerce=int, default=file.focus_area_id or 0, validate_choice=False
        ),
        # The day that the photo itself tells is offered, and kept with whatever is saved next.
        f"taken_{file.id}": Day(_("拍摄日期"), default=file.taken_on or sheet.shelf.taken_on(file)),
        f"place_{file.id}": StringField(_("拍摄地点"), default=file.place),
        f"credit_{file.id}": StringField(_("拍摄者"), default=file.credit),
        f"publish_{file.id}": BooleanField(_("可以公开发布"), default=file.may_publish),
        f"was_{file.id}": HiddenField(default=_written(_as_stored(file))),
    }


def described(form: Any, sheet: Sheet) -> dict[int, Description]:
    """The descriptions which this page has changed, word by word: what it merely repeats may be older than another
    tab's words, which then stay.
    """
    found = {}
    for file in _describable(sheet):
        shown = (form[f"was_{file.id}"].data or "").split("\t")
        typed, stands = _words_of(_as_typed(form, file)), _words_of(_as_stored(file))
        if len(shown) == len(typed) and shown != typed:
            pairs = zip(shown, typed, stands, strict=True)
            found[file.id] = _read([mine if mine != was else theirs for was, mine, theirs in pairs])
    return found


def unreadable_days(form: Any, sheet: Sheet) -> list[tuple[str, Reason]]:
    """The dates that cannot be read, by slot; what stood there before stays."""
    return [
        (slot.kind, Reason.of("taken_on_unreadable", name=file.name))
        for slot in sheet.slots
        for file in slot.files
        if f"taken_{file.id}" in form and form[f"taken_{file.id}"].process_errors
    ]


def _describable(sheet: Sheet) -> list[Any]:
    return [file for slot in sheet.slots if slot.kind != "summary" for file in slot.files]


def _as_stored(file: Any) -> Description:
    told = Particulars(file.taken_on, file.place, file.credit, file.may_publish)
    return Description(file.caption, file.focus_area_id, told)


def _as_typed(form: Any, file: Any) -> Description:
    caption, area = rules.clean_line(form[f"caption_{file.id}"].data or ""), form[f"area_{file.id}"].data or None
    if f"place_{file.id}" not in request.form:
        # A page that asks for no particulars says nothing about them: an unticked box would say no.
        return Description(caption, area, _as_stored(file).particulars)
    day = form[f"taken_{file.id}"]
    told = Particulars(
        taken_on=file.taken_on if day.process_errors else day.data,
        place=rules.clean_line(form[f"place_{file.id}"].data or ""),
        credit=rules.clean_line(form[f"credit_{file.id}"].data or ""),
        may_publish=bool(form[f"publish_{file.id}"].data),
    )
    return Description(caption, area, told)


def _words_of(description: Description) -> list[str]:
    """A description as a page repeats it: one word for each thing that is said; no line ends or tabs are in them."""
    told = description.particulars or Particulars()
    taken_on = told.taken_on.isoformat() if told.taken_on else ""
    area = str(description.focus_area_id or 0)
    return [area, description.caption, taken_on, told.place, told.credit, str(int(told.may_publish))]


def _read(words: list[str]) -> Description:
    area, caption, taken_on, place, credit, may_publish = words
    day = date.fromisoformat(taken_on) if taken_on else None
    return Description(caption, int(area) or None, Particulars(day, place, credit, may_publish == "1"))


def _written(description: Description) -> str:
    return "\t".join(_words_of(description))


def renew_hidden(form: Any, sheet: Sheet, *, text_kept: bool) -> None:
    """After a post that was kept in part, let the hidden fields say what is now stored."""
    if text_kept:
        stored = _stored(sheet)
        form.version.data, form.seen.data = stored["version"], stored["seen"]
    for slot in sheet.slots:
        for file in slot.files:
            if f"was_{file.id}" in form:
                form[f"was_{file.id}"].data = _written(_as_stored(file))
