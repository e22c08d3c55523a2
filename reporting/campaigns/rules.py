"""What a campaign and a task must be before they may be opened, changed or extended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reporting.deadlines.rules import media_until

MOST_SLOTS = 20
LONGEST_NAMES_SHOWN = 20
# The most characters of what a coordinator writes, as wide as the columns.
CAMPAIGN_LIMITS = {
    "title": 200,
    "title_en": 300,
    "document_number": 80,
    "theme": 300,
    "theme_en": 300,
    "zone": 40,
    "contact_name": 80,
    "contact_phone": 60,
}
TASK_LIMITS = {"title": 120, "title_en": 200, "guidance": 5000}
LIST_LIMITS = {"focus_area": 200, "focus_area_body": 2000, "slogan_list": 120, "slogan": 200}
END_OF_DAY = "24:00"
LONGEST_WINDOW_HOURS = 168

# The most bytes that any slot may allow a file.
LARGEST_FILE = 16 * 1024**3


class State(StrEnum):
    """Where a campaign or a task stands in its life."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class SlotKind(StrEnum):
    """The kinds of material a slot may ask for."""

    SUMMARY = "summary"
    PHOTOS = "photos"
    VIDEOS = "videos"


FORMATS = {
    SlotKind.SUMMARY: ("doc", "docx", "wps", "pdf", "ofd", "xls", "xlsx"),
    SlotKind.PHOTOS: ("jpg", "jpeg", "png", "webp", "heic", "heif"),
    SlotKind.VIDEOS: ("mp4", "mov", "m4v", "webm", "avi", "wmv", "mkv"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPlan:
    """One slot as a coordinator writes it; sizes in bytes."""

    kind: str
    required: bool = True
    least: int = 1
    most: int = 1
    formats: tuple[str, ...] = ()
    max_bytes: int = 50 * 1024**2
    takes_text: bool = False
    may_declare_none: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlan:
    """A task as a coordinator writes it; moments aware, upper bounds exclusive."""

    title: str
    title_en: str = ""
    guidance: str = ""
    opens_at: datetime
    due_at: datetime
    cutoff_at: datetime
    media_window_hours: int = 0
    sign_off: bool = False
    slots: tuple[SlotPlan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """A campaign as a coordinator writes it; slogans are lists of (title of the list, its lines)."""

    year: int
    title: str
    title_en: str = ""
    document_number: str
    theme: str
    theme_en: str = ""
    starts_on: date
    ends_on: date
    zone: str
    contact_name: str = ""
    contact_phone: str = ""
    focus_areas: tuple[tuple[str, str], ...] = ()
    slogan_lists: tuple[tuple[str, tuple[str, ...]], ...] = ()


def moment_of(day: date, clock: str, zone: str) -> datetime:
    """A day and a time of day ("09:00", or "24:00" for the end of that day) in a zone, as a UTC moment.

    As a deadline it is exclusive: 15 October 24:00 is 16 October 00:00. Raises ValueError for an unusable time.
    """
    if clock == END_OF_DAY:
        day, at = day + timedelta(days=1), time(0)
    else:
        at = time.fromisoformat(clock)
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_and_clock(moment: datetime, zone: str, *, ending: bool) -> tuple[date, str]:
    """The day and the time of day of a moment in a zone; an `ending` at midnight is 24:00 of the day before."""
    local = moment.astimezone(ZoneInfo(zone))
    if ending and (local.hour, local.minute) == (0, 0):
        return local.date() - timedelta(days=1), END_OF_DAY
    return local.date(), f"{local:%H:%M}"


def too_long(plan: CampaignPlan | TaskPlan) -> list[tuple[str, int]]:
    """Each field that holds more than its column does, with the most it may hold."""
    limits = CAMPAIGN_LIMITS if isinstance(plan, CampaignPlan) else TASK_LIMITS
    found = [(name, limit) for name, limit in limits.items() if len(getattr(plan, name)) > limit]
    if isinstance(plan, CampaignPlan):
        written = [("focus_area", title) for title, _body in plan.focus_areas]
        written += [("focus_area_body", body) for _title, body in plan.focus_areas]
        written += [("slogan_list", title) for title, _lines in plan.slogan_lists]
        written += [("slogan", line) for _title, lines in plan.slogan_lists for line in lines]
        found += [(name, LIST_LIMITS[name]) for name, text in written if len(text) > LIST_LIMITS[name]]
    return list(dict.fromkeys(found))


def campaign_problems(plan: CampaignPlan) -> list[str]:
    """Everything wrong with a campaign as written, as codes."""
    codes = []
    if not plan.title.strip():
        codes.append("title_missing")
    if not plan.document_number.strip():
        codes.append("document_number_missing")
    if plan.ends_on < plan.starts_on:
        codes.append("ends_before_start")
    if not 1978 <= plan.year <= 2100:
        codes.append("year_unlikely")
    if not _is_zone(plan.zone):
        codes.append("zone_unknown")
    return codes


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def task_problems(plan: TaskPlan) -> list[str]:
    """Everything wrong with a task as written, as codes; a draft may still lack slots."""
    codes = []
    if not plan.title.strip():
        codes.append("title_missing")
    if plan.due_at <= plan.opens_at:
        codes.append("due_before_opening")
    if plan.cutoff_at < plan.due_at:
        codes.append("cutoff_before_due")
    codes += window_problems(plan)
    for slot in plan.slots:
        codes += slot_problems(slot)
    kinds = [slot.kind for slot in plan.slots]
    if len(set(kinds)) != len(kinds):
        codes.append("slot_twice")
    return list(dict.fromkeys(codes))


def window_problems(plan: TaskPlan) -> list[str]:
    """Everything wrong with the time that promised media are given, as codes: bytes are taken only before the cut-off."""
    if not 0 <= plan.media_window_hours <= LONGEST_WINDOW_HOURS:
        return ["window_out_of_range"]
    until = media_until(plan.due_at, plan.media_window_hours)
    # A cut-off before the due is told by itself.
    return ["cutoff_before_window"] if until is not None and plan.due_at <= plan.cutoff_at < until else []


def slot_problems(slot: SlotPlan) -> list[str]:
    """Everything wrong with one slot as written, as codes."""
    codes = []
    if slot.least > slot.most:
        codes.append("least_above_most")
    if not 1 <= slot.most <= 200 or slot.least < 0:
        codes.append("count_out_of_range")
    if not slot.formats and not slot.takes_text:
        codes.append("no_formats")
    if not 1024 <= slot.max_bytes <= LARGEST_FILE:
        codes.append("size_out_of_range")
    return codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What opening a task is decided on."""

    slots: int
    required_slots: int
    assignments: int
    opens_at: datetime
    due_at: datetime
    cutoff_at: datetime
    without_reporter: Sequence[str]
    without_certifier: Sequence[str]
    sign_off: bool
    state: str


def opening_problems(ready: Readiness, *, now: datetime) -> list[str]:
    """Everything that stands in the way of opening, as codes; empty when it may be opened."""
    checks = [
        ("not_draft", ready.state != State.DRAFT),
        ("no_slots", ready.slots == 0),
        ("nothing_required", ready.slots > 0 and ready.required_slots == 0),
        ("no_assignments", ready.assignments == 0),
        ("due_before_opening", ready.due_at <= ready.opens_at),
        ("cutoff_before_due", ready.cutoff_at < ready.due_at),
        ("due_in_past", ready.due_at <= now),
        ("bureau_without_reporter", bool(ready.without_reporter)),
        ("bureau_without_certifier", ready.sign_off and bool(ready.without_certifier)),
    ]
    return [code for code, wrong in checks if wrong]


def extension_problems(
    *, due_at: datetime, new_due_at: datetime, reason: str, document_number: str, state: str, now: datetime
) -> list[str]:
    """Everything wrong with an extension of one bureau's due, as codes."""
    checks = [
        ("task_not_open", state != State.OPEN),
        ("extension_not_later", new_due_at <= due_at),
        ("due_in_past", new_due_at <= now),
        ("reason_missing", not reason.strip()),
        ("reason_too_long", len(reason) > 500),
        ("document_number_missing", not document_number.strip()),
    ]
    return [code for code, wrong in checks if wrong]
