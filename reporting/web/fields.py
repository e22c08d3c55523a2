"""Form fields that clean what was typed and complain in our own words."""

import unicodedata
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, IntegerField, SelectMultipleField, TimeField
from wtforms.widgets import CheckboxInput, ListWidget

from reporting.core.errors import Reason
from reporting.web import words

EARLIEST, LATEST = date(1949, 10, 1), date(2100, 12, 31)


def plain(text: str | None) -> str:
    """Typed text in NFC, without blanks around it and without control characters, which no database keeps alike."""
    kept = "".join(
        sign for sign in (text or "").replace("\r\n", "\n") if sign in "\n\t" or unicodedata.category(sign) != "Cc"
    )
    return unicodedata.normalize("NFC", kept).strip()


def one_line(text: str | None) -> str:
    """Typed text as `plain`, with every run of blanks and line ends as one blank."""
    return " ".join(plain(text).split())


class Day(DateField):
    """A day between 1949 and 2100."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; complain in words."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = date.fromisoformat(valuelist[0].strip())
        except ValueError:
            raise ValueError(_("日期读不出来。请按 2014-10-15 的格式填写。")) from None
        if not EARLIEST <= self.data <= LATEST:
            self.data = None
            raise ValueError(_("日期应在 1949 年 10 月 1 日至 2100 年之间。请核对年份。"))


class ClockTime(TimeField):
    """A time of day to the minute."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time; complain in words."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = time.fromisoformat(valuelist[0].strip()).replace(second=0, microsecond=0, tzinfo=None)
            except ValueError:
                raise ValueError(_("时间读不出来。请按 17:30 的格式填写。")) from None


class Count(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; complain in words."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = int(valuelist[0].strip()[:12])
            except ValueError:
                raise ValueError(_("请填写整数，例如 3。")) from None


class Amount(DecimalField):
    """A number with or without a decimal point."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; complain in words."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = Decimal(valuelist[0].strip()[:20])
            except InvalidOperation:
                self.data = None
            if self.data is None or not self.data.is_finite():
                self.data = None
                raise ValueError(_("请填写数字，例如 20 或 0.5。"))


class Ticks(SelectMultipleField):
    """Several of a few, each a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def tell(form: FlaskForm, reasons: Iterable[Reason], places: dict[str, str]) -> None:
    """Put every reason beside its field; `places` maps codes (or a reason's `field`) to field names.

    A field that complains already is not told twice; a reason without a field stands at the top of the form.
    """
    complained = {field.name for field in form if field.errors}
    for reason in reasons:
        name = places.get(str(reason.facts.get("field", "")), "") or places.get(reason.code, "")
        sentence = words.reason_sentence(reason)
        if name not in form:
            form.form_errors.append(sentence)
        elif name not in complained:
            form[name].errors = [*form[name].errors, sentence]


def differences(mine: FlaskForm, theirs: FlaskForm) -> list[tuple[str, str, str]]:
    """Label, their words and my words of every field in which two copies of a form differ."""
    pairs = [(field, theirs[field.name]) for field in mine if field.name in theirs and field.name not in _UNCOMPARED]
    told = [(str(field.label.text), _as_text(other), _as_text(field)) for field, other in pairs]
    return [(label, other, own) for label, other, own in told if other != own]


_UNCOMPARED = {"csrf_token", "version"}


def _as_text(field: Any) -> str:
    value = field.data
    if isinstance(value, bool):
        answer: str = _("是") if value else _("否")
        return answer
    if isinstance(value, list):
        chosen = {str(one) for one in value}
        return words.listed(str(one.label) for one in field.iter_choices() if str(one.value) in chosen)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if getattr(field, "choices", None):
        return next((str(one.label) for one in field.iter_choices() if str(one.value) == str(value)), "")
    return "" if value is None else str(value).strip()
