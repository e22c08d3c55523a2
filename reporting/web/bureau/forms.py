"""The form of the report page: one form for all of it, so that whatever button is pressed, nothing typed or chosen is lost."""

import hashlib
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from reporting.reports import rules
from reporting.reports.service import Description
from reporting.web.bureau import wording
from reporting.web.bureau.sheet import Sheet


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
        f"was_{file.id}": HiddenField(default=_written(file.focus_area_id, file.caption)),
    }


def described(form: Any, sheet: Sheet) -> dict[int, Description]:
    """The descriptions which this page has changed; what it merely repeats may be older than another tab's words."""
    found = {}
    for file in (file for slot in sheet.slots if slot.kind != "summary" for file in slot.files):
        caption, area = rules.clean_line(form[f"caption_{file.id}"].data or ""), form[f"area_{file.id}"].data or None
        if _written(area, caption) != form[f"was_{file.id}"].data:
            found[file.id] = Description(caption, area)
    return found


def _written(area_id: int | None, caption: str) -> str:
    return f"{area_id or 0} {caption}"


def renew_hidden(form: Any, sheet: Sheet, *, text_kept: bool) -> None:
    """After a post that was kept in part, let the hidden fields say what is now stored."""
    if text_kept:
        stored = _stored(sheet)
        form.version.data, form.seen.data = stored["version"], stored["seen"]
    for slot in sheet.slots:
        for file in slot.files:
            if f"was_{file.id}" in form:
                form[f"was_{file.id}"].data = _written(file.focus_area_id, file.caption)
