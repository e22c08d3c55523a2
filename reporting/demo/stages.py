"""The 2014 campaign at a chosen stage of its life, built by the same verbs as the pages.

The builder walks through October 2014: it moves the clock from event to event, lets each bureau do what it did, and
runs the clock's jobs in between, so that receipts, reminders and verdicts are the ones that would have been written.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reporting import jobs
from reporting.bureaus import queries as bureaus
from reporting.bureaus import service as bureau_service
from reporting.campaigns import queries as campaigns
from reporting.campaigns import service as campaign_service
from reporting.core.actor import SYSTEM
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound
from reporting.core.kit import Kit
from reporting.demo import notice, people, roster, writing
from reporting.receipts import service as receipts
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.reviews import service as reviews
from reporting.uploads import service as uploads

if TYPE_CHECKING:
    from reporting.bureaus.models import Bureau
    from reporting.campaigns.models import Assignment

STAGES = {
    "opening": notice.moment(9, 29, 9, 30),
    "deadline-week": notice.moment(10, 13, 9),
    "morning-after": notice.moment(10, 16, 9, 5),
    "under-review": notice.moment(10, 20, 10),
}
# These are left for the visitor to act for.
UNTOUCHED = {"Q-HE", "Q-NB", "C-NB"}


@dataclass(frozen=True)
class Event:
    """Something that one bureau, or the desk, does at a moment."""

    at: datetime
    code: str
    do: Callable[[Kit, "Assignment", datetime], None]


def build(kit: Kit, stage: str, move_to: Callable[[datetime], None], say: Callable[[str], None]) -> None:
    """Fill an empty installation up to a stage; `move_to` sets the demonstration's clock. KeyError for no such stage."""
    end = STAGES[stage]
    begin = notice.moment(9, 28, 10)
    move_to(begin)
    say("the bureaus and their people")
    rows = roster.rows()
    with unit_of_work():
        bureau_service.import_roster(rows, actor=SYSTEM, now=begin, today=begin.date())
    with unit_of_work():
        people.make_people(rows, now=begin)
    say("the campaign of notice 432")
    task_id = open_campaign(now=begin)
    mornings = [notice.OPENS_AT + timedelta(days=day, minutes=1) for day in range(40)]
    steps: list[tuple[datetime, Event | None]] = [(event.at, event) for event in _events() if event.at <= end]
    steps += [(morning, None) for morning in mornings if morning <= end]
    say(f"what the bureaus did until then: {len(steps)} steps")
    for at, event in sorted(steps, key=lambda step: step[0]):
        move_to(at)
        if event is None:
            jobs.tick(kit)
        else:
            _happen(kit, event, task_id)
    move_to(end)
    jobs.tick(kit)


def open_campaign(*, now: datetime) -> int:
    """Enter the campaign of notice 432, assign everybody below the organiser, and open it; gives the task's id."""
    desk = people.actor(people.email("HQ", "coordinator"))
    with unit_of_work():
        organiser = _bureau("HQ")
        campaign = campaign_service.create_campaign(organiser, notice.campaign(), actor=desk, now=now)
        task = campaign_service.create_task(campaign, notice.task(), actor=desk, now=now)
        campaign_service.assign_all(task, text="", kind="", region="", actor=desk, now=now)
        campaign_service.open_task(task, actor=desk, now=now)
        return task.id


def _bureau(code: str) -> "Bureau":
    found = bureaus.find_by_code(code)
    if found is None:
        raise NotFound
    return found


def _happen(kit: Kit, event: Event, task_id: int) -> None:
    bureau_id = _bureau(event.code).id
    found = campaigns.assignment_of(task_id, bureau_id)
    if found is None:
        raise NotFound
    event.do(kit, found, event.at)


def _events() -> Iterator[Event]:
    """Who does what, when; the same every time, because the chance is seeded."""
    chance = random.Random(432)  # noqa: S311 - a story, not a secret
    codes = [row.code for row in roster.rows() if row.code != "HQ" and row.code not in UNTOUCHED]
    chance.shuffle(codes)
    early, late_week, half, after = codes[:20], codes[20:50], codes[50:58], codes[58:64]
    for place, code in enumerate(early):
        yield Event(_in_hours(notice.moment(10, 8, 10) + timedelta(hours=5 * place, minutes=7 * place)), code, _hand_in)
    for place, code in enumerate(half):
        yield Event(_in_hours(notice.moment(10, 10, 15) + timedelta(hours=9 * place)), code, _hand_in_half)
    for place, code in enumerate(late_week):
        yield Event(
            _in_hours(notice.moment(10, 13, 10) + timedelta(hours=2 * place, minutes=3 * place)), code, _hand_in
        )
    for place, code in enumerate(after):
        yield Event(_in_hours(notice.moment(10, 16, 11) + timedelta(hours=13 * place)), code, _hand_in)
    yield Event(notice.moment(10, 15, 17), codes[64], _extend)
    for place, code in enumerate(early[:4]):
        yield Event(notice.moment(10, 11, 9) + timedelta(hours=place), code, _accept if place != 2 else _return)
    for place, code in enumerate([*early[5:12], *late_week[:8]]):
        yield Event(
            notice.moment(10, 17, 9) + timedelta(minutes=25 * place), code, _return if place % 5 == 3 else _accept
        )
    yield Event(notice.moment(10, 19, 20), early[2], _hand_in_again)


def _in_hours(at: datetime) -> datetime:
    """The same moment of the same day squeezed into the hours from eight to twenty, in which offices work."""
    local = at.astimezone(ZoneInfo(notice.ZONE))
    midnight = local.replace(hour=0, minute=0)
    return (midnight + timedelta(hours=8) + (local - midnight) / 2).astimezone(UTC)


def _receive(
    kit: Kit, assignment: "Assignment", kind: str, name: str, content: bytes, *, now: datetime
) -> uploads.Received:
    slot = next(slot for slot in assignment.task.slots if slot.kind == kind)
    staging = kit.vault.stage()
    staging.write(content)
    limits = uploads.Limits(allowed=slot.format_list, max_bytes=slot.max_bytes)
    return uploads.receive(staging, name, limits=limits, vault=kit.vault, now=now)


def _write(assignment: "Assignment", *, now: datetime) -> None:
    bureau = bureaus.find(assignment.bureau_id)
    if bureau is None:
        raise NotFound
    who = people.actor(_reporter(bureau))
    title = f"{bureau.name_zh}2014年全国“质量月”活动总结"
    body = writing.summary(bureau.name_zh, seed=bureau.id)
    report_service.save_text(assignment, title=title, body=body, version=_version(assignment), actor=who, now=now)


def _version(assignment: "Assignment") -> int:
    report = reports.find_report(assignment.id)
    return report.text_version if report else 0


def _reporter(bureau: "Bureau") -> str:
    return people.email(people.SHARED.get(bureau.code, bureau.code))


def _hand_in(kit: Kit, assignment: "Assignment", now: datetime) -> None:
    """Summary, photographs and a film; some bureaus have no film and say why."""
    bureau = _bureau_of(assignment)
    number = bureau.id
    pictures = [writing.photo((number + step) % 12) for step in range(2 + number % 3)]
    received = [_receive(kit, assignment, "photos", name, content, now=now) for name, content, _caption in pictures]
    film = None if number % 9 == 4 else _receive(kit, assignment, "videos", *writing.video(number % 3), now=now)
    text = writing.summary(bureau.name_zh, seed=number)
    paper = _receive(
        kit, assignment, "summary", "活动总结.docx", writing.paper(f"{bureau.short_zh}活动总结", text), now=now
    )
    with unit_of_work():
        held = _again(assignment)
        who = people.actor(_reporter(bureau))
        _write(held, now=now)
        report_service.attach(held, "summary", [paper], actor=who, now=now)
        report_service.attach(held, "photos", received, actor=who, now=now)
        _describe(held, [caption for _name, _content, caption in pictures], now=now)
        if film is not None:
            report_service.attach(held, "videos", [film], actor=who, now=now)
        else:
            report_service.declare_none(
                held, "videos", reason="活动期间未拍摄视频，已报送图片和文字材料。", actor=who, now=now
            )
        _submit(held, bureau, "first", now=now)


def _hand_in_half(_kit: Kit, assignment: "Assignment", now: datetime) -> None:
    """Only the summary, as text."""
    bureau = _bureau_of(assignment)
    with unit_of_work():
        held = _again(assignment)
        _write(held, now=now)
        _submit(held, bureau, "first", now=now)


def _hand_in_again(kit: Kit, assignment: "Assignment", now: datetime) -> None:
    """What a returned bureau does: one photograph more, then a new round."""
    bureau = _bureau_of(assignment)
    name, content, _caption = writing.photo((bureau.id + 7) % 12)
    picture = _receive(kit, assignment, "photos", name, content, now=now)
    with unit_of_work():
        held = _again(assignment)
        report_service.attach(held, "photos", [picture], actor=people.actor(_reporter(bureau)), now=now)
        _submit(held, bureau, "second", now=now)


def _submit(held: "Assignment", bureau: "Bureau", key: str, *, now: datetime) -> None:
    who = people.actor(_reporter(bureau))
    submission, _new = report_service.submit(held, key=f"demo-{key}", is_certifier=False, actor=who, now=now)
    receipts.issue(submission, held, now=now)


def _describe(held: "Assignment", captions: list[str], *, now: datetime) -> None:
    report = reports.find_report(held.id)
    if report is None:
        return
    slot = next(slot for slot in held.task.slots if slot.kind == "photos")
    areas = held.task.campaign.focus_areas
    photos = [attachment for attachment in reports.attachments(report.id) if attachment.slot_id == slot.id]
    descriptions = {
        photo.id: report_service.Description(caption, areas[place % len(areas)].id)
        for place, (photo, caption) in enumerate(zip(photos, captions, strict=False))
    }
    report_service.update_captions(held, descriptions, actor=SYSTEM, now=now)


def _accept(_kit: Kit, assignment: "Assignment", now: datetime) -> None:
    with unit_of_work():
        held, reviewer = _again(assignment), people.actor(people.email("HQ", "reviewer"))
        submission = reports.latest_submission(held.id)
        if submission is not None:
            reviews.accept(held, submission.id, note="材料齐全，重点突出。", actor=reviewer, now=now)


def _return(_kit: Kit, assignment: "Assignment", now: datetime) -> None:
    note = "请补充启动仪式现场图片，并为每张图片写明时间、地点和内容。"
    due_at = now + timedelta(days=5)
    with unit_of_work():
        held, reviewer = _again(assignment), people.actor(people.email("HQ", "reviewer"))
        submission = reports.latest_submission(held.id)
        if submission is not None:
            reviews.give_back(held, submission.id, note=note, slots=["photos"], due_at=due_at, actor=reviewer, now=now)


def _extend(_kit: Kit, assignment: "Assignment", now: datetime) -> None:
    with unit_of_work():
        held, desk = _again(assignment), people.actor(people.email("HQ", "coordinator"))
        campaign_service.extend(
            held,
            due_at=notice.moment(10, 23),
            reason="受台风影响，活动顺延一周。",
            document_number="质检质函〔2014〕88号",
            actor=desk,
            now=now,
        )


def _again(assignment: "Assignment") -> "Assignment":
    """The same assignment in this transaction."""
    found = campaigns.assignment_of(assignment.task_id, assignment.bureau_id)
    if found is None:
        raise NotFound
    return found


def _bureau_of(assignment: "Assignment") -> "Bureau":
    found = bureaus.find(assignment.bureau_id)
    if found is None:
        raise NotFound
    return found
