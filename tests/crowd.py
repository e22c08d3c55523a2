"""Many bureaus at once, for lists and measurements: rows are inserted in bulk, where verbs would take minutes.

What the rows say is what the verbs would have written; `tests/journeys` and the tests of each room go by the verbs.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select, text

from reporting.accounts.models import User
from reporting.bureaus.models import Bureau, Membership
from reporting.campaigns.models import Assignment, Campaign, Slot, Task
from reporting.core.db import db
from reporting.deadlines.rules import Arrival
from reporting.files.models import StoredFile
from reporting.receipts.models import Receipt
from reporting.reports.models import Attachment, Report, SlotArrival, Submission, SubmissionSlot

OPENS = datetime(2014, 8, 31, 16, tzinfo=UTC)
DUE = datetime(2014, 10, 15, 16, tzinfo=UTC)
CUTOFF = datetime(2014, 10, 31, 16, tzinfo=UTC)
SLOTS = ("summary", "photos", "videos")
MANY = 2_000
REGIONS = ("华北", "华东", "华南", "西南", "西北", "东北", "华中")


@dataclass(frozen=True)
class History:
    """What one bureau did: slot → moment of arrival, the slots it declared to have none of, and the review state."""

    arrived: dict[str, datetime] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    state: str = "submitted"


NOTHING = History()
PUNCTUAL = History(dict.fromkeys(SLOTS, DUE - timedelta(days=1)))
TARDY = History(dict.fromkeys(SLOTS, DUE + timedelta(hours=7)))
PARTIAL = History({"summary": DUE - timedelta(hours=3)})


def add(table: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows in portions."""
    source = iter(rows)
    while portion := list(islice(source, MANY)):
        db.session.execute(insert(table), portion)
    if db.session.get_bind().dialect.name == "postgresql":
        # Ids that were given by hand leave the sequence behind.
        name = table.__tablename__
        db.session.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}) + 1)")
        )


def organiser() -> Bureau:
    """The bureau that organises; made once."""
    found = db.session.scalar(select(Bureau).where(Bureau.code == "HQ"))
    if found is None:
        found = Bureau(
            code="HQ", kind="headquarters", name_zh="国家质量监督检验检疫总局", short_zh="质检总局",
            name_en="General Administration", search_key="hq 质检总局 zhijianzongju", position=0, created_at=OPENS,
        )  # fmt: skip
        db.session.add(found)
        db.session.flush()
    return found


def task(
    *, opens_at: datetime = OPENS, due_at: datetime = DUE, cutoff_at: datetime = CUTOFF, required: Sequence[str] = SLOTS
) -> Task:
    """An open task of a campaign of the organiser, with three slots."""
    campaign = Campaign(
        organiser_id=organiser().id, year=2014, title="2014年全国“质量月”活动", title_en="National Quality Month 2014",
        document_number="国质检质联〔2014〕432号", theme="提高质量", starts_on=date(2014, 9, 1), ends_on=date(2014, 9, 30),
        zone="Asia/Shanghai", contact_name="王处长", contact_phone="010-82260000", state="open", created_at=OPENS,
    )  # fmt: skip
    db.session.add(campaign)
    db.session.flush()
    made = Task(
        campaign_id=campaign.id, title="活动总结", title_en="Summary", opens_at=opens_at, due_at=due_at, cutoff_at=cutoff_at,
        state="open", opened_at=opens_at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    for position, kind in enumerate(SLOTS):
        slot = Slot(
            task_id=made.id, position=position, kind=kind, required=kind in required, most=30, formats="jpg docx mp4",
            max_bytes=2**31, takes_text=kind == "summary", may_declare_none=kind != "summary",
        )  # fmt: skip
        db.session.add(slot)
    db.session.flush()
    db.session.expire(made, ["slots"])
    return made


def bureaus(count: int) -> list[int]:
    """So many bureaus below the organiser; gives their ids."""
    parent, last = organiser().id, db.session.scalar(select(func.max(Bureau.id))) or 0
    ids = range(last + 1, last + 1 + count)
    rows = (
        {
            "id": n, "code": f"B-{n:05d}", "parent_id": parent, "kind": ("quality", "ciq")[n % 2], "region": REGIONS[n % 7],
            "division_code": "", "name_zh": f"第{n}质量技术监督局", "short_zh": f"第{n}局", "name_en": f"Bureau {n}",
            "search_key": f"b-{n:05d} 第{n}局 di{n}ju d{n}j", "position": n, "created_at": OPENS,
        }
        for n in ids
    )  # fmt: skip
    add(Bureau, rows)
    return list(ids)


def assignments(made: Task, bureau_ids: Sequence[int], *, due_at: datetime | None = None) -> list[int]:
    """Let bureaus owe a task; gives the ids of their assignments."""
    first = (db.session.scalar(select(func.max(Assignment.id))) or 0) + 1
    due_at = due_at or made.due_at
    rows = (
        {
            "id": first + n, "task_id": made.id, "bureau_id": bureau_id, "due_at": due_at,
            "cutoff_at": max(made.cutoff_at, due_at), "due_rev": 0, "created_at": OPENS,
        }
        for n, bureau_id in enumerate(bureau_ids)
    )  # fmt: skip
    add(Assignment, rows)
    return list(range(first, first + len(bureau_ids)))


def hand_in(made: Task, assignment_ids: Sequence[int], histories: Sequence[History], *, files: int = 1) -> None:
    """Write what bureaus did: working copy, one round with its receipt, and when each slot arrived."""
    done = [(a, h) for a, h in zip(assignment_ids, histories, strict=True) if h.arrived]
    first = (db.session.scalar(select(func.max(Submission.id))) or 0) + 1
    numbered = [(first + n, assignment_id, history) for n, (assignment_id, history) in enumerate(done)]
    add(Report, (_report(*one) for one in numbered))
    db.session.flush()
    reports = dict(db.session.execute(select(Report.assignment_id, Report.id)).all())
    add(Submission, (_submission(made, reports[a], n, a, h) for n, a, h in numbered))
    add(
        Receipt,
        (
            {"submission_id": n, "number": f"BS-2014-{n:06d}", "issued_at": max(h.arrived.values())}
            for n, _a, h in numbered
        ),
    )
    add(SubmissionSlot, _slots(made, numbered, files))
    add(SlotArrival, _arrivals(made, numbered))
    db.session.flush()


Numbered = Sequence[tuple[int, int, History]]


def _report(number: int, assignment_id: int, history: History) -> dict[str, Any]:
    return {
        "assignment_id": assignment_id, "title": "活动总结", "body": "一、工作概况。" * 20, "state": history.state, "text_version": 1,
        "revision": 3, "submitted_revision": 3, "round": 1, "changed_by": "李敏", "changed_at": max(history.arrived.values()),
        "prepared_by": "",
    }  # fmt: skip


def _submission(made: Task, report_id: int, number: int, assignment_id: int, history: History) -> dict[str, Any]:
    received = max(history.arrived.values())
    return {
        "id": number, "report_id": report_id, "assignment_id": assignment_id, "round": 1, "idempotency_key": f"key-{number}",
        "received_at": received, "submitted_by_id": None, "submitted_by": "李敏", "prepared_by": "", "due_at": made.due_at, "due_rev": 0,
        "late_seconds": max(0, int((received - made.due_at).total_seconds())), "title": "活动总结", "body": "一、工作概况。" * 20,
        "digest": hashlib.sha256(str(number).encode()).hexdigest(),
    }  # fmt: skip


def _slots(made: Task, numbered: Numbered, files: int) -> Iterator[dict[str, Any]]:
    for number, _assignment, history in numbered:
        for slot in made.slots:
            arrived = history.arrived.get(slot.kind)
            yield {
                "submission_id": number, "slot_id": slot.id, "position": slot.position, "kind": slot.kind,
                "standing": "on_time" if arrived and arrived < made.due_at else "late" if arrived else "owed",
                "count": 0 if slot.kind in history.declared or not arrived else files, "arrived_at": arrived,
                "declared_reason": "本年度没有拍摄" if slot.kind in history.declared else "",
            }  # fmt: skip


def _arrivals(made: Task, numbered: Numbered) -> Iterator[dict[str, Any]]:
    for number, assignment_id, history in numbered:
        for slot in made.slots:
            if slot.kind in history.arrived:
                yield {
                    "assignment_id": assignment_id, "slot_id": slot.id, "submission_id": number,
                    "arrived_at": history.arrived[slot.kind], "due_at": made.due_at, "declared": slot.kind in history.declared,
                }  # fmt: skip


def person(role: str, bureau_id: int, *, name: str = "王芳", email: str = "", language: str = "zh_Hans_CN") -> User:
    """Somebody with a role at a bureau, without a password: tests sign them in by hand."""
    address = email or f"{role}-{bureau_id}@example.cn"
    user = User(
        email=address, name=name, phone="13800000000", password=None, active=True, must_change_password=False, language=language,
        fs_uniquifier=hashlib.sha256(address.encode()).hexdigest(), created_at=OPENS,
    )  # fmt: skip
    db.session.add(user)
    db.session.flush()
    db.session.add(Membership(user_id=user.id, bureau_id=bureau_id, role=role, since_at=OPENS))
    db.session.flush()
    return user


def board(histories: Sequence[History], **dates: datetime) -> Task:
    """A task with one bureau for each history."""
    made = task(**dates)
    hand_in(made, assignments(made, bureaus(len(histories))), histories)
    return made


def arrive(assignment_id: int, came: dict[int, Arrival], *, changed_at: datetime) -> None:
    """A working copy with one round, and slots by id that came at any moment, in any way."""
    report = Report(assignment_id=assignment_id, changed_at=changed_at, revision=1, round=1)
    db.session.add(report)
    db.session.flush()
    round_ = Submission(
        report_id=report.id, assignment_id=assignment_id, round=1, idempotency_key="k", received_at=changed_at, submitted_by="李敏",
        due_at=changed_at, due_rev=0, late_seconds=0, title="", body="", digest="",
    )  # fmt: skip
    db.session.add(round_)
    db.session.flush()
    for slot_id, one in came.items():
        row = SlotArrival(
            assignment_id=assignment_id, slot_id=slot_id, submission_id=round_.id, arrived_at=one.arrived_at, due_at=one.due_at,
            declared=one.declared, media_until=one.media_until, whole_at=one.whole_at,
        )  # fmt: skip
        db.session.add(row)
    db.session.flush()


def attachment(report_id: int, slot_id: int, stored: StoredFile) -> int:
    """A kept file in a slot of a working copy; gives the attachment's id."""
    row = Attachment(
        report_id=report_id, slot_id=slot_id, file_id=stored.id, name="启动仪式.jpg", position=0, sha256=stored.sha256, size=stored.size,
        media_type=stored.media_type, added_by="李敏", added_at=OPENS,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row.id
