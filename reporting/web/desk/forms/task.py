"""The form of a task, the plan that it stands for, and the form of a task that is there."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from reporting.campaigns.rules import (
    END_OF_DAY,
    FORMATS,
    SlotKind,
    SlotPlan,
    TaskPlan,
    day_and_clock,
    moment_of,
    slot_problems,
)
from reporting.web.fields import Amount, ClockTime, Count, Day, Ticks, one_line, plain

MEGABYTE = 1024**2
OTHER = "other"
CLOCKS = (END_OF_DAY, "17:00", "12:00")
PLACES = {
    "title_missing": "title",
    "title": "title",
    "title_en": "title_en",
    "guidance": "guidance",
    "due_before_opening": "due_on",
    "due_in_past": "due_on",
    "cutoff_before_due": "cutoff_on",
    "cutoff_before_window": "cutoff_on",
    "window_out_of_range": "media_window",
    "window_shortened": "media_window",
}
SLOT_PLACES = {
    "least_above_most": "least",
    "count_out_of_range": "most",
    "no_formats": "formats",
    "size_out_of_range": "size",
}
DEFAULT_SLOTS = {
    SlotKind.SUMMARY: (1, 5, 50),
    SlotKind.PHOTOS: (1, 30, 30),
    SlotKind.VIDEOS: (1, 5, 2048),
}


class TaskForm(FlaskForm):
    """What is asked, and by when; the slots are added below, kind by kind."""

    version = HiddenField(default="1")
    title = StringField(
        _l("标题"),
        [InputRequired(_l("请填写报送事项的标题。"))],
        filters=[one_line],
        description=_l("例如 活动总结、活动方案"),
    )
    title_en = StringField(_l("英文标题"), filters=[one_line], description=_l("可不填；界面为英文时显示"))
    guidance = TextAreaField(
        _l("填报说明"), filters=[plain], description=_l("显示在各单位的填报页上：要写什么、不要写什么")
    )
    opens_on = Day(_l("开始日期"), [InputRequired(_l("请填写开始日期。"))])
    opens_clock = ClockTime(_l("开始时间"), [InputRequired(_l("请填写开始时间，例如 09:00。"))], default=time(9, 0))
    due_on = Day(_l("截止日期"), [InputRequired(_l("请填写截止日期。"))])
    due_clock = SelectField(_l("截止时间"), default=END_OF_DAY)
    due_other = ClockTime(_l("其他截止时间"))
    cutoff_on = Day(
        _l("关闭日期"),
        [InputRequired(_l("请填写关闭日期；不接受补报的，填截止日期。"))],
        description=_l("截止以后仍可补报到这一天，标注为逾期补报；不接受补报的，与截止填同一时间"),
    )
    cutoff_clock = SelectField(_l("关闭时间"), default=END_OF_DAY)
    cutoff_other = ClockTime(_l("其他关闭时间"))
    media_window = Count(
        _l("图片、视频可在截止后多少小时内传完"),
        default=0,
        description=_l(
            "截止前先报文件清单（名称、大小和校验值），文件本身在此期限内传完的，按清单送达时间计。0 为不设，最多 168 小时；"
            "关闭时间不能早于此期限"
        ),
    )
    sign_off = BooleanField(
        _l("须由单位签发人提交"), description=_l("勾选后，填报人只能送签，由本单位签发人核对提交；每个单位都要有签发人")
    )


def _slot_fields(kind: SlotKind) -> dict[str, Any]:
    least, most, size = DEFAULT_SLOTS[kind]
    fields: dict[str, Any] = {
        "asked": BooleanField(_l("要求报送此项"), default=True),
        "required": RadioField(
            _l("是否必报"),
            choices=[SelectChoice("yes", _l("必报")), SelectChoice("no", _l("可不报"))],
            default="yes",
            validate_choice=True,
        ),
        "least": Count(_l("最少个数"), default=least),
        "most": Count(_l("最多个数"), default=most),
        "size": Amount(_l("每个文件最大（MB）"), default=Decimal(size), places=None),
        "formats": Ticks(
            _l("可用的格式"),
            choices=[SelectChoice(code, f".{code}") for code in FORMATS[kind]],
            default=list(FORMATS[kind]),
        ),
    }
    if kind == SlotKind.SUMMARY:
        fields["text"] = BooleanField(_l("可以直接在网页上填写正文"), default=True)
    fields["none"] = BooleanField(_l("确无此项的单位可以写明原因，申明没有"), default=kind != SlotKind.SUMMARY)
    return {f"{kind}_{name}": field for name, field in fields.items()}


for _kind in SlotKind:
    for _name, _field in _slot_fields(_kind).items():
        setattr(TaskForm, _name, _field)


def task_form(*, data: dict[str, Any] | None = None) -> Any:
    """The form, filled from the request or from `data`."""
    form: Any = TaskForm(data=data)
    choices = [
        SelectChoice(END_OF_DAY, _("24:00（当天结束）")),
        SelectChoice("17:00"),
        SelectChoice("12:00"),
        SelectChoice(OTHER, _("其他（另填时间）")),
    ]
    form.due_clock.choices = form.cutoff_clock.choices = choices
    return form


def complete(form: Any) -> bool:
    """What no single field can tell: the other time is needed when it is chosen, numbers when a slot is asked."""
    fine = True
    for name in ("due", "cutoff"):
        clock, other = form[f"{name}_clock"], form[f"{name}_other"]
        if clock.data == OTHER and other.data is None and not other.errors:
            other.errors = [_("请填写时间，例如 09:30；或改选一个整点。")]
            fine = False
    for kind in SlotKind:
        for name in ("least", "most", "size"):
            field = form[f"{kind}_{name}"]
            if form[f"{kind}_asked"].data and field.data is None and not field.errors:
                field.errors = [_("请填写数字。")]
                fine = False
    return fine


def plan_of(form: Any, zone: str) -> TaskPlan | None:
    """The plan that the form stands for; None while a day cannot be read.

    For a time or a number that `complete` complains of it takes the usual one, so that whatever else is wrong can
    be told at once.
    """
    opens_at = _moment(form.opens_on.data, form.opens_clock.data, zone)
    due_at = _moment(form.due_on.data, _clock(form, "due"), zone)
    cutoff_at = _moment(form.cutoff_on.data, _clock(form, "cutoff"), zone)
    slots = [_slot(form, kind) for kind in SlotKind if form[f"{kind}_asked"].data]
    if opens_at is None or due_at is None or cutoff_at is None:
        return None
    return TaskPlan(
        title=form.title.data or "",
        title_en=form.title_en.data or "",
        guidance=form.guidance.data or "",
        opens_at=opens_at,
        due_at=due_at,
        cutoff_at=cutoff_at,
        media_window_hours=form.media_window.data or 0,
        sign_off=form.sign_off.data,
        slots=tuple(slots),
    )


def _clock(form: Any, name: str) -> str | time:
    chosen: str | None = form[f"{name}_clock"].data
    other: time | None = form[f"{name}_other"].data
    if chosen == OTHER and other is not None:
        return other
    return chosen if chosen in CLOCKS else END_OF_DAY


def _moment(day: date | None, clock: str | time | None, zone: str) -> datetime | None:
    if day is None or clock is None:
        return None
    try:
        return moment_of(day, clock if isinstance(clock, str) else f"{clock:%H:%M}", zone)
    except ValueError:
        return None


def _slot(form: Any, kind: SlotKind) -> SlotPlan:
    written = (form[f"{kind}_{name}"].data for name in ("least", "most", "size"))
    least, most, size = (
        usual if value is None else value for value, usual in zip(written, DEFAULT_SLOTS[kind], strict=True)
    )
    return SlotPlan(
        kind=kind,
        required=form[f"{kind}_required"].data != "no",
        least=least,
        most=most,
        formats=tuple(code for code in FORMATS[kind] if code in (form[f"{kind}_formats"].data or [])),
        max_bytes=int(min(Decimal(size), Decimal(10**9)) * MEGABYTE),
        takes_text=kind == SlotKind.SUMMARY and form[f"{kind}_text"].data,
        may_declare_none=form[f"{kind}_none"].data,
    )


def places_of(plan: TaskPlan) -> dict[str, str]:
    """Where each refusal belongs: beside the first slot to which it applies."""
    places = dict(PLACES)
    for slot in reversed(plan.slots):
        for code in slot_problems(slot):
            places[code] = f"{slot.kind}_{SLOT_PLACES[code]}"
    return places


def values_of(task: Any, zone: str) -> dict[str, Any]:
    """A task as the values of its form."""
    values = {name: getattr(task, name) for name in ("title", "title_en", "guidance", "sign_off", "version")}
    opens_on, opens_clock = day_and_clock(task.opens_at, zone, ending=False)
    values |= {
        "media_window": task.media_window_hours,
        "opens_on": opens_on,
        "opens_clock": time.fromisoformat(opens_clock),
    }
    for name, moment in (("due", task.due_at), ("cutoff", task.cutoff_at)):
        day, clock = day_and_clock(moment, zone, ending=True)
        usual = clock in CLOCKS
        values |= {
            f"{name}_on": day,
            f"{name}_clock": clock if usual else OTHER,
            f"{name}_other": None if usual else time.fromisoformat(clock),
        }
    slots = {slot.kind: slot for slot in task.slots}
    for kind in SlotKind:
        values |= _slot_values(kind, slots.get(kind))
    return values


def _slot_values(kind: SlotKind, slot: Any) -> dict[str, Any]:
    if slot is None:
        return {f"{kind}_asked": False}
    return {
        f"{kind}_asked": True,
        f"{kind}_required": "yes" if slot.required else "no",
        f"{kind}_least": slot.least,
        f"{kind}_most": slot.most,
        f"{kind}_size": _megabytes(slot.max_bytes),
        f"{kind}_formats": slot.format_list,
        f"{kind}_text": slot.takes_text,
        f"{kind}_none": slot.may_declare_none,
    }


def _megabytes(size: int) -> Decimal:
    """A limit as it was typed: 50, 0.5."""
    return Decimal(f"{round(Decimal(size) / MEGABYTE, 3).normalize():f}")
