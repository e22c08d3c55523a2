"""Moments, sizes and numbers as people read them, in the reader's language.

Everything here is pure but for that language, which flask-babel knows. The pages reach it through ``words``.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE
MIDNIGHT = "24:00"


# --- moments ---------------------------------------------------------------------------------------------------------


def day_words(day: date) -> str:
    """A day with its weekday: “2014年10月15日 (周三)”, “Wed 15 Oct 2014”."""
    locale = get_locale()
    pattern = "EEE d MMM y" if locale is not None and locale.language == "en" else "y年M月d日 (EEE)"
    return format_date(day, pattern, locale=locale or "zh_Hans_CN")


def local_day(moment: datetime, zone: str | tzinfo) -> date:
    """The day that it is in ``zone`` at an aware moment."""
    return moment.astimezone(_zone(zone)).date()


def moment_words(moment: datetime, zone: str | tzinfo, *, seconds: bool = False) -> str:
    """An aware moment on the clocks of ``zone``, to the minute or the second: “2014年10月14日 (周二) 16:32”."""
    local = moment.astimezone(_zone(zone))
    return f"{day_words(local.date())} {local:%H:%M:%S}" if seconds else f"{day_words(local.date())} {local:%H:%M}"


def receipt_words(moment: datetime, zone: str | tzinfo) -> str:
    """An aware moment to the second with its zone, for receipts and letters: “… 16:32:08 (北京时间)”."""
    return f"{moment_words(moment, zone, seconds=True)} ({zone_words(zone, moment)})"


def zone_words(zone: str | tzinfo, moment: datetime) -> str:
    """The zone's name for a reader: 北京时间 for Asia/Shanghai, otherwise its distance from UTC at ``moment``."""
    if str(zone) == "Asia/Shanghai":
        return _("北京时间")
    offset = f"{moment.astimezone(_zone(zone)):%z}"
    return f"UTC{offset[:3]}:{offset[3:]}"


def clock_words(moment: datetime, zone: str | tzinfo) -> str:
    """Only the time of day: “09:02”."""
    return f"{moment.astimezone(_zone(zone)):%H:%M}"


def stamp_words(moment: datetime, zone: str | tzinfo, year: int) -> str:
    """An aware moment in a dense table: “10-14 16:32”, with its year in front when that is another than ``year``."""
    local = moment.astimezone(_zone(zone))
    # A board has hundreds of them, and strftime takes three times as long.
    stamp = f"{local.month:02d}-{local.day:02d} {local.hour:02d}:{local.minute:02d}"
    return stamp if local.year == year else f"{local.year:04d}-{stamp}"


def due_stamp_words(due_at: datetime, zone: str | tzinfo, year: int) -> str:
    """A deadline (aware, exclusive) in a dense table: “10-15 24:00”."""
    day, clock = _last_day(due_at, zone)
    return f"{day:%m-%d} {clock}" if day.year == year else f"{day:%Y-%m-%d} {clock}"


def deadline_words(due_at: datetime, zone: str | tzinfo) -> str:
    """A deadline (aware, exclusive) as people say it: local midnight ends the day before, “10月15日 (周三) 24:00”."""
    day, clock = _last_day(due_at, zone)
    return f"{day_words(day)} {clock}"


def days_left_words(due_at: datetime, now: datetime, zone: str | tzinfo) -> str:
    """How far the deadline is, in calendar days of ``zone``; the moment ``due_at`` itself is already past it."""
    day, clock = _last_day(due_at, zone)
    days = (day - local_day(now, zone)).days
    if now >= due_at:
        return _passed_words(-days, clock)
    if days == 0:
        return _("今天 %(time)s 截止", time=clock)
    if days == 1:
        return _("明天 %(time)s 截止", time=clock)
    return _("还有 %(days)s 天", days=days)


def workdays_words(days: int, *, estimated: bool) -> str:
    """How many working days are left: “还有 4 个工作日”, with “（估算）” when a year on the way is not confirmed."""
    few = {0: _("其间没有工作日"), 1: _("还有 1 个工作日")}
    told = few.get(days) or _("还有 %(days)s 个工作日", days=days)
    return _("%(told)s（估算）", told=told) if estimated else told


def late_words(seconds: float) -> str:
    """By how much a hand-in came after the deadline, in its two largest units: “逾期 2 天 3 小时”."""
    minutes = int(seconds) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return (
            _("逾期 %(days)s 天 %(hours)s 小时", days=days, hours=hours) if hours else _("逾期 %(days)s 天", days=days)
        )
    if hours:
        rest = minutes % 60
        return (
            _("逾期 %(hours)s 小时 %(minutes)s 分钟", hours=hours, minutes=rest)
            if rest
            else _("逾期 %(hours)s 小时", hours=hours)
        )
    return _("逾期 %(minutes)s 分钟", minutes=minutes) if minutes else _("逾期不足 1 分钟")


def _passed_words(days: int, clock: str) -> str:
    """The deadline is behind: the same day, or so many calendar days ago."""
    if days == 0:
        return _("今天 %(time)s 已截止", time=clock)
    return _("已过截止 1 天") if days == 1 else _("已过截止 %(days)s 天", days=days)


def last_day(due_at: datetime, zone: str | tzinfo) -> date:
    """The day on which a deadline (aware, exclusive) falls for people."""
    return _last_day(due_at, zone)[0]


def _last_day(due_at: datetime, zone: str | tzinfo) -> tuple[date, str]:
    """The day on which the deadline falls for people, and its time of day."""
    local = due_at.astimezone(_zone(zone))
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return local.date() - timedelta(days=1), MIDNIGHT
    return local.date(), f"{local:%H:%M}"


def _zone(zone: str | tzinfo) -> tzinfo:
    """A zone from its name, or as it is."""
    return ZoneInfo(zone) if isinstance(zone, str) else zone


# --- sizes and numbers -----------------------------------------------------------------------------------------------


def size_words(size: int) -> str:
    """Bytes in MB with one decimal, from 1 GB on in GB: “12.3 MB”; what would round to 0.0 says so."""
    if 0 < size * 20 < MEGABYTE:
        return _("不足 0.1 MB")
    megabytes = f"{size / MEGABYTE:.1f} MB"
    return megabytes if size < GIGABYTE and megabytes != "1024.0 MB" else f"{size / GIGABYTE:.1f} GB"


def limit_words(size: int) -> str:
    """A limit in bytes, without a decimal where there is none: “30 MB”, “2 GB”, “1.5 GB”."""
    return size_words(size).replace(".0 ", " ")


def number_words(number: int) -> str:
    """A whole number with its thousands: “3,200”."""
    return format_decimal(number, locale=get_locale() or "zh_Hans_CN")


def listed(names: Iterable[str]) -> str:
    """Several names in one sentence: “图片、视频”, “photos, videos”."""
    return _("、").join(names)
