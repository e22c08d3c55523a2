"""The calendar of working days: a year at a glance, correcting a day, confirming a year."""

import calendar as months
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from babel.dates import format_date, get_day_names
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from reporting.bureaus.rules import Role
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import Refused
from reporting.web.admin import blueprint, reach
from reporting.web.fields import Day, one_line, tell
from reporting.web.formats import day_words
from reporting.web.guards import person, policy
from reporting.workdays import queries, rules
from reporting.workdays import service as workdays

PLACES = {
    "workday_unlikely": "day",
    "workday_name_too_long": "name",
    "workday_source_too_long": "source",
    "workday_document_missing": "document_number",
}


class DayForm(FlaskForm):
    """Whether a day is worked."""

    day = Day(_l("日期"), [InputRequired(_l("请填写日期。"))])
    works = RadioField(
        _l("这一天"),
        [InputRequired(_l("请选择上班或放假。"))],
        choices=[SelectChoice("work", _l("上班")), SelectChoice("off", _l("放假"))],
    )
    name = StringField(_l("名称"), filters=[one_line], description=_l("可不填，例如 国庆节、台风停工"))
    source = StringField(_l("依据"), filters=[one_line], description=_l("可不填，通知的文号"))


class YearForm(FlaskForm):
    """By which document a year is confirmed."""

    document_number = StringField(_l("放假通知的文号"), filters=[one_line])


@blueprint.get("/admin/workdays", endpoint="workdays")
@policy(*reach.ROLES)
def workdays_year() -> ResponseReturnValue:
    """One year; everybody who coordinates may look, the calendar's keeper may correct."""
    year = request.args.get("year", reach.today(clock.now()).year, type=int)
    return _page(min(max(year, rules.EARLIEST), rules.LATEST))


def _page(year: int, *, day: Any = None, confirmation: Any = None) -> str:
    found = queries.calendar(year, year, english=str(get_locale() or "").startswith("en"))
    return render_template(
        "admin/workdays.html",
        year=year,
        calendar=found,
        months=list(_months(found, year)),
        weekdays=_weekdays(),
        special=[one for one in _days(found, year) if one.name or one.correction or one.kind == rules.Kind.MAKE_UP],
        published=bool(found.published[year].make_up),
        keeps=reach.keeps_calendar(),
        day_form=day or DayForm(formdata=None),
        year_form=confirmation or YearForm(formdata=None),
        earliest=rules.EARLIEST,
        latest=rules.LATEST,
    )


def _days(found: rules.Calendar, year: int) -> Iterator[rules.Day]:
    for month in range(1, 13):
        for number in range(1, months.monthrange(year, month)[1] + 1):
            yield found.day(date(year, month, number))


def _months(found: rules.Calendar, year: int) -> Iterator[tuple[str, list[list[rules.Day | None]]]]:
    """Each month's name and weeks; a day of the neighbouring month is None."""
    for month in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year, month)
        name = format_date(date(year, month, 1), "LLLL", locale=get_locale() or "zh_Hans_CN")
        yield name, [[found.day(day) if day.month == month else None for day in week] for week in weeks]


def _weekdays() -> list[tuple[str, str]]:
    """The weekdays from Monday on, as one letter and in full."""
    locale = get_locale() or "zh_Hans_CN"
    narrow = get_day_names("narrow", "stand-alone", locale)
    wide = get_day_names("wide", "stand-alone", locale)
    return [(narrow[number], wide[number]) for number in range(7)]


@blueprint.post("/admin/workdays/days")
@policy(Role.ADMINISTRATOR)
def set_workday() -> ResponseReturnValue:
    """Correct a day; saying the same twice is the same as once."""
    form: Any = DayForm()
    valid = form.validate()

    def verb() -> None:
        said = rules.Correction(form.works.data == "work", form.name.data or "", form.source.data or "")
        workdays.set_day(form.day.data, said, actor=person().actor, now=clock.now())

    reach.require_calendar()
    if not valid or not _done(verb, form):
        return _page(form.day.data.year if form.day.data else reach.today(clock.now()).year, day=form)
    return _back(form.day.data.year, _("%(day)s 已改正。", day=day_words(form.day.data)))


@blueprint.post("/admin/workdays/days/clear")
@policy(Role.ADMINISTRATOR)
def clear_workday() -> ResponseReturnValue:
    """Take a correction back; without one nothing happens."""
    reach.require_calendar()
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        return redirect(url_for("admin.workdays"))
    with unit_of_work():
        workdays.clear_day(day, actor=person().actor, now=clock.now())
    return _back(day.year, _("%(day)s 的改正已撤回。", day=day_words(day)))


@blueprint.post("/admin/workdays/<int:year>/<any(confirm, withdraw):step>")
@policy(Role.ADMINISTRATOR)
def change_workday_year(year: int, step: str) -> ResponseReturnValue:
    """Confirm a year by its document, or take that back; doing it twice is the same as once."""
    form: Any = YearForm()

    def verb() -> None:
        actor, now = person().actor, clock.now()
        if step == "withdraw":
            workdays.withdraw_year(year, actor=actor, now=now)
        else:
            workdays.confirm_year(year, document_number=form.document_number.data or "", actor=actor, now=now)

    reach.require_calendar()
    form.validate()
    if not _done(verb, form):
        return _page(min(max(year, rules.EARLIEST), rules.LATEST), confirmation=form)
    done = _("%(year)s 年的工作日历已确认。", year=year)
    return _back(year, done if step == "confirm" else _("%(year)s 年的确认已撤回，按估算显示。", year=year))


def _done(verb: Callable[[], None], form: FlaskForm) -> bool:
    """Do it; False, with the reasons beside the fields, when it is refused."""
    try:
        with unit_of_work():
            verb()
    except Refused as refused:
        tell(
            form,
            refused.reasons,
            PLACES | ({"workday_source_too_long": "document_number"} if "day" not in form else {}),
        )
        return False
    return True


def _back(year: int, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("admin.workdays", year=year))
