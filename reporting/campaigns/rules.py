"""What a campaign and a task must be before they may be opened, changed or extended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MOST_SLOTS = 20
LONGEST_NAMES_SHOWN = 20


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


def campaign_problems(plan: CampaignPlan) -> list[str]:
    """Everything wrong with a campaign as written, as codes."""
    codes = []
    if not plan.title.strip():
        codes.append("title_missing")
    if len(plan.title) > 200:
        codes.append("title_too_long")
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
    for slot in plan.slots:
        codes += _slot_problems(slot)
    kinds = [slot.kind for slot in plan.slots]
    if len(set(kinds)) != len(kinds):
        codes.append("slot_twice")
    return list(dict.fromkeys(codes))


def _slot_problems(slot: SlotPlan) -> list[str]:
    codes = []
    if slot.least > slot.most:
        codes.append("least_above_most")
    if not 1 <= slot.most <= 200 or slot.least < 0:
        codes.append("count_out_of_range")
    if not slot.formats and not slot.takes_text:
        codes.append("no_formats")
    if not 1024 <= slot.max_bytes <= 16 * 1024**3:
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
