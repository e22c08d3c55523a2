"""The form of a campaign, the plan that it stands for, and the form of a campaign that is there."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from reporting.campaigns.rules import CampaignPlan
from reporting.web.fields import Count, Day, one_line, plain

MOST_LISTS = 9
BAR = "｜"
PLACES = {
    "title_missing": "title",
    "document_number_missing": "document_number",
    "ends_before_start": "ends_on",
    "year_unlikely": "year",
    "zone_unknown": "zone",
    "focus_areas_fixed": "focus_areas",
    "title": "title",
    "title_en": "title_en",
    "document_number": "document_number",
    "theme": "theme",
    "theme_en": "theme_en",
    "contact_name": "contact_name",
    "contact_phone": "contact_phone",
    "focus_area": "focus_areas",
    "focus_area_body": "focus_areas",
    "slogan_list": "slogan_title_1",
    "slogan": "slogan_lines_1",
}
ZONES = ("Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "UTC")


class CampaignForm(FlaskForm):
    """What a notice says; the lists of slogans are added by `campaign_form`."""

    version = HiddenField(default="1")
    organiser = SelectField(_l("主办单位"), coerce=int, validate_choice=True)
    year = Count(_l("年度"), [InputRequired(_l("请填写年度，例如 2014。"))])
    title = StringField(
        _l("标题"),
        [InputRequired(_l("请填写活动的标题。"))],
        filters=[one_line],
        description=_l("照通知的写法，例如 2014年全国“质量月”活动"),
    )
    title_en = StringField(_l("英文标题"), filters=[one_line], description=_l("可不填；界面为英文时显示"))
    document_number = StringField(
        _l("文号"),
        [InputRequired(_l("请填写通知的文号。"))],
        filters=[one_line],
        description=_l("例如 国质检质联〔2014〕432号"),
    )
    theme = StringField(_l("活动主题"), filters=[one_line])
    theme_en = StringField(_l("英文主题"), filters=[one_line])
    starts_on = Day(_l("活动开始日期"), [InputRequired(_l("请填写活动的开始日期。"))])
    ends_on = Day(_l("活动结束日期"), [InputRequired(_l("请填写活动的结束日期。"))])
    zone = SelectField(_l("时区"), default="Asia/Shanghai", description=_l("所有截止时间按这个时区计算"))
    contact_name = StringField(_l("联系人"), filters=[one_line], description=_l("写在每封提醒信里，单位有疑问时找谁"))
    contact_phone = StringField(_l("联系电话"), filters=[one_line])
    focus_areas = TextAreaField(
        _l("活动重点"), filters=[plain], description=_l("一行一条，标题和说明之间用“｜”隔开；说明可以不写")
    )


def campaign_form(organisers: Sequence[tuple[int, str]], *, lists: int, data: dict[str, Any] | None = None) -> Any:
    """The form with so many lists of slogans, filled from the request or from `data`."""
    count = min(max(lists, 2), MOST_LISTS)
    fields: dict[str, Any] = {"lists": HiddenField(default=str(count))}
    for number in range(1, count + 1):
        fields[f"slogan_title_{number}"] = StringField(_("口号 %(number)s：标题", number=number), filters=[one_line])
        fields[f"slogan_lines_{number}"] = TextAreaField(
            _("口号 %(number)s：内容", number=number), filters=[plain], description=_("一行一条")
        )
    form = type("CampaignFormWithLists", (CampaignForm,), fields)(data=data)
    form.organiser.choices = [SelectChoice(code, name) for code, name in organisers]
    zones = list(ZONES)
    if data and data.get("zone") not in zones:
        zones.append(data["zone"])
    form.zone.choices = [SelectChoice(zone, _zone_word(zone)) for zone in zones]
    return form


def _zone_word(zone: str) -> str:
    known: dict[str, str] = {
        "Asia/Shanghai": _("北京时间（Asia/Shanghai）"),
        "Asia/Urumqi": _("乌鲁木齐时间（Asia/Urumqi）"),
        "Asia/Hong_Kong": _("香港时间（Asia/Hong_Kong）"),
        "Asia/Macau": _("澳门时间（Asia/Macau）"),
        "Asia/Taipei": _("台北时间（Asia/Taipei）"),
        "UTC": _("协调世界时（UTC）"),
    }
    return known.get(zone, zone)


def lists_in(form: Any) -> list[tuple[str, str]]:
    """The names of the two fields of each list of slogans, for the template."""
    return [
        (f"slogan_title_{number}", f"slogan_lines_{number}")
        for number in range(1, MOST_LISTS + 1)
        if f"slogan_title_{number}" in form
    ]


def plan_of(form: Any) -> CampaignPlan | None:
    """The plan that the form stands for; None while a number or a day cannot be read."""
    if form.year.data is None or form.starts_on.data is None or form.ends_on.data is None:
        return None
    plain_fields = (
        "title",
        "title_en",
        "document_number",
        "theme",
        "theme_en",
        "zone",
        "contact_name",
        "contact_phone",
    )
    return CampaignPlan(
        year=form.year.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        focus_areas=tuple(_area(line) for line in _lines(form.focus_areas.data)),
        slogan_lists=tuple(
            (form[title].data or "", tuple(_lines(form[lines].data)))
            for title, lines in lists_in(form)
            if (form[title].data or "") or _lines(form[lines].data)
        ),
        **{name: form[name].data or "" for name in plain_fields},
    )


def _lines(text: str | None) -> list[str]:
    return [" ".join(line.split()) for line in (text or "").split("\n") if line.strip()]


def _area(line: str) -> tuple[str, str]:
    """Title and explanation of a focus area: an ordinary bar does as well as a wide one."""
    title, _bar, body = line.replace("|", BAR).partition(BAR)
    return title.strip(), body.strip()


def values_of(campaign: Any) -> dict[str, Any]:
    """A campaign as the values of its form."""
    plain_fields = (
        *("year", "title", "title_en", "document_number", "theme", "theme_en", "starts_on", "ends_on", "zone"),
        *("contact_name", "contact_phone", "version"),
    )
    values = {name: getattr(campaign, name) for name in plain_fields}
    values["organiser"] = campaign.organiser_id
    values["focus_areas"] = "\n".join(
        BAR.join(part for part in (area.title, area.body) if part) for area in campaign.focus_areas
    )
    for title, lines in _slogans(campaign).values():
        number = len([name for name in values if name.startswith("slogan_title_")]) + 1
        values[f"slogan_title_{number}"], values[f"slogan_lines_{number}"] = title, "\n".join(lines)
    return values


def _slogans(campaign: Any) -> dict[int, tuple[str, list[str]]]:
    lists: dict[int, tuple[str, list[str]]] = {}
    for slogan in campaign.slogans:
        lists.setdefault(slogan.list_position, (slogan.list_title, []))[1].append(slogan.text)
    return lists


def list_count(values: dict[str, Any]) -> int:
    """How many lists of slogans these values fill."""
    return sum(name.startswith("slogan_title_") for name in values)
