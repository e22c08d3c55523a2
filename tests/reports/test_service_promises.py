"""Hash first: promises take their places, whatever brings the content fills them, and the manifest's time counts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reporting.campaigns import service as campaign_service
from reporting.core.db import db, unit_of_work
from reporting.core.errors import Refused
from reporting.deadlines import rules as deadlines
from reporting.reports import queries
from reporting.reports import service as reports
from reporting.reports.models import SlotArrival, SubmissionFile
from reporting.reports.rules import Entry
from reporting.reviews import service as reviews
from tests.cast import beijing, make_cast
from tests.reports.parcels import parcel

DUE = beijing(10, 16)
HOURS = 24
UNTIL = DUE + timedelta(hours=HOURS)
TICK, SECOND = timedelta(microseconds=1), timedelta(seconds=1)


@pytest.fixture
def cast(app):
    made = make_cast()
    with unit_of_work():
        task = made.task
        plan = _plan(task, media_window_hours=HOURS)
        campaign_service.edit_task(
            task, plan, version=task.version, actor=made.actor("HQ", "coordinator"), now=beijing(9, 30)
        )
    return made


def _plan(task, **changed):
    from reporting.campaigns.rules import SlotPlan, TaskPlan

    slots = tuple(
        SlotPlan(
            kind=slot.kind, required=slot.required, least=slot.least, most=slot.most, formats=tuple(slot.format_list),
            max_bytes=slot.max_bytes, takes_text=slot.takes_text, may_declare_none=slot.may_declare_none,
        )
        for slot in task.slots
    )  # fmt: skip
    made = TaskPlan(
        title=task.title, title_en=task.title_en, guidance=task.guidance, opens_at=task.opens_at, due_at=task.due_at,
        cutoff_at=task.cutoff_at, media_window_hours=task.media_window_hours, sign_off=task.sign_off, slots=slots,
    )  # fmt: skip
    return replace(made, **changed)


def entry(name, *, size=1000, caption="", content=""):
    return Entry(name, size, parcel(name, at=DUE, content=content).sha256, caption)


def promise(cast, at, *names, kind="photos", **facts):
    with unit_of_work():
        return reports.promise(
            cast.assignment("Q-HE"), kind, [entry(name, **facts) for name in names], actor=cast.actor("Q-HE"), now=at
        )


def put(cast, at, *names, kind="photos", content=""):
    with unit_of_work():
        some = [parcel(name, at=at, content=content) for name in names]
        return reports.attach(cast.assignment("Q-HE"), kind, some, actor=cast.actor("Q-HE"), now=at)


def submit(cast, at, *, key="k1", declare=("videos",), text="正文"):
    return cast.hand_in("Q-HE", at, declare=declare, key=key, text=text)


def files(cast, kind="photos"):
    assignment = cast.assignment("Q-HE")
    report = queries.find_report(assignment.id)
    slot = next(slot for slot in cast.task.slots if slot.kind == kind)
    return [one for one in queries.attachments(report.id) if one.slot_id == slot.id]


def arrival(cast, kind="photos"):
    slot = next(slot for slot in cast.task.slots if slot.kind == kind)
    assignment_id = cast.assignment("Q-HE").id
    return queries.arrivals([assignment_id]).get(assignment_id, {}).get(slot.id)


def standing(cast, now, kind="photos"):
    assignment = cast.assignment("Q-HE")
    return deadlines.slot_standing(required=True, arrival=arrival(cast, kind), due_at=assignment.due_at, now=now)


def codes(reasons):
    return [reason.code for reason in reasons]


def test_a_promise_takes_a_place_and_knows_everything_but_the_bytes(cast, now):
    standing_, reasons = promise(cast, now, "甲.jpg", "乙.jpg", caption="启动仪式")
    assert reasons == []
    assert [(one.name, one.caption, one.size, one.position, one.is_promised) for one in standing_] == [
        ("甲.jpg", "启动仪式", 1000, 1, True),
        ("乙.jpg", "启动仪式", 1000, 2, True),
    ]


def test_a_manifest_filed_twice_is_filed_once(cast, now):
    first, _ = promise(cast, now, "甲.jpg", "甲.jpg")
    revision = queries.find_report(cast.assignment("Q-HE").id).revision
    second, reasons = promise(cast, now, "甲.jpg")
    assert ([one.id for one in first], reasons) == ([one.id for one in second], [])
    assert len(files(cast)) == 1
    assert queries.find_report(cast.assignment("Q-HE").id).revision == revision


def test_what_is_there_already_needs_no_promise(cast, now):
    put(cast, now, "甲.jpg")
    [one], _ = promise(cast, now, "甲.jpg")
    assert not one.is_promised


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (Entry("甲.jpg", 1000, "ab" * 31), "hash_malformed"),
        (Entry("甲.jpg", 1000, "zz" * 32), "hash_malformed"),
        (Entry("甲.exe", 1000, "ab" * 32), "type_not_allowed"),
        (Entry("甲.mp4", 1000, "ab" * 32), "type_not_allowed"),
        (Entry("甲.jpg", 0, "ab" * 32), "file_empty"),
        (Entry("甲.jpg", -1, "ab" * 32), "file_empty"),
        (Entry("甲.jpg", 2**40, "ab" * 32), "file_too_large"),
        (Entry("甲.jpg", 1000, "ab" * 32, "说" * 201), "caption_too_long"),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_the_rest_goes_on(cast, now, line, code):
    with unit_of_work():
        found, reasons = reports.promise(
            cast.assignment("Q-HE"), "photos", [line, entry("好.jpg")], actor=cast.actor("Q-HE"), now=now
        )
    assert [one.name for one in found] == ["好.jpg"]
    assert codes(reasons) == [code]


def test_promises_count_against_the_most(cast, now):
    most = next(slot.most for slot in cast.task.slots if slot.kind == "photos")
    _, reasons = promise(cast, now, *(f"{n}.jpg" for n in range(most + 1)))
    assert codes(reasons) == ["too_many_files"]
    assert codes(put(cast, now, "又一张.jpg")) == ["too_many_files"]
    assert put(cast, now, "3.jpg") == []


def test_the_same_content_fills_the_promise_and_changes_nothing_else(cast, now):
    promise(cast, now, "甲.jpg", "乙.jpg", caption="启动仪式")
    revision = queries.find_report(cast.assignment("Q-HE").id).revision
    later = now + timedelta(hours=1)
    assert put(cast, later, "IMG_0001.jpg", content="乙.jpg") == []
    told = [(one.name, one.caption, one.position, one.is_promised, one.arrived_at) for one in files(cast)]
    assert told == [("甲.jpg", "启动仪式", 1, True, None), ("乙.jpg", "启动仪式", 2, False, later)]
    assert queries.find_report(cast.assignment("Q-HE").id).revision == revision
    assert codes(put(cast, later, "乙.jpg")) == ["already_attached"]


def test_a_promise_is_removed_like_a_file_and_comes_back_with_its_content(cast, now):
    [one], _ = promise(cast, now, "甲.jpg")
    with unit_of_work():
        reports.remove(cast.assignment("Q-HE"), one.id, actor=cast.actor("Q-HE"), now=now)
    assert files(cast) == []
    put(cast, now, "甲.jpg")
    assert [(back.id, back.is_promised) for back in files(cast)] == [(one.id, False)]


def test_a_promise_lifts_a_declaration_and_stands_against_one(cast, now):
    submit(cast, now, declare=("photos",))
    promise(cast, now, "甲.jpg")
    with pytest.raises(Refused) as refused, unit_of_work():
        reports.declare_none(cast.assignment("Q-HE"), "photos", reason="无", actor=cast.actor("Q-HE"), now=now)
    assert codes(refused.value.reasons) == ["slot_has_files"]


def test_a_manifest_in_time_with_its_media_the_next_morning_is_on_time(cast):
    late_evening = DUE - timedelta(minutes=1)
    promise(cast, late_evening, "甲.jpg", "乙.jpg")
    submission_id = submit(cast, late_evening)
    assert standing(cast, DUE) == "manifest"
    round_ = queries.submission(submission_id)
    assert {slot.kind: (slot.standing, slot.count) for slot in round_.slots}["photos"] == ("manifest", 2)
    frozen = [(file.name, file.size, file.sha256, file.file_id) for file in round_.files]
    morning = DUE + timedelta(hours=8)
    put(cast, morning, "甲.jpg")
    assert queries.media_of([cast.assignment("Q-HE").id]).popitem()[1] == (1, 2)
    assert standing(cast, morning) == "manifest"
    put(cast, morning + SECOND, "乙.jpg")
    assert standing(cast, UNTIL + timedelta(days=9)) == "on_time"
    assert arrival(cast).whole_at == morning + SECOND
    assert arrival(cast).arrived_at == late_evening
    db.session.expire_all()
    again = queries.submission(submission_id)
    assert [(file.name, file.size, file.sha256, file.file_id) for file in again.files] == frozen
    assert [line[3] for line in frozen] == [None, None]


@pytest.mark.parametrize(("whole", "expected"), [(UNTIL - TICK, "on_time"), (UNTIL, "late")])
def test_the_end_of_the_window_is_exclusive(cast, whole, expected):
    promise(cast, DUE - SECOND, "甲.jpg")
    submit(cast, DUE - SECOND)
    put(cast, whole, "甲.jpg")
    assert standing(cast, UNTIL) == expected


def test_media_that_never_come_are_owed(cast):
    promise(cast, DUE - SECOND, "甲.jpg")
    submit(cast, DUE - SECOND)
    assert standing(cast, UNTIL - TICK) == "manifest"
    assert standing(cast, UNTIL) == "missing"


def test_without_a_window_a_promise_does_not_count(app):
    cast = make_cast()
    at = beijing(10, 13, 9)
    promise(cast, at, "甲.jpg")
    with pytest.raises(Refused) as refused:
        submit(cast, at)
    assert [(one.code, one.facts["slot"], one.facts["limit"]) for one in refused.value.reasons] == [
        ("media_not_arrived", "photos", 1)
    ]
    put(cast, at, "甲.jpg")
    submit(cast, at)
    assert standing(cast, DUE) == "on_time"
    assert arrival(cast).media_until is None


def test_when_the_window_is_past_a_new_promise_does_not_count(cast):
    submit(cast, DUE - SECOND)
    promise(cast, UNTIL, "甲.jpg")
    with pytest.raises(Refused) as refused:
        submit(cast, UNTIL, key="k2")
    assert codes(refused.value.reasons) == ["media_not_arrived"]


def test_other_content_under_a_promised_name_is_refused_within_the_window(cast):
    promise(cast, DUE - SECOND, "甲.jpg")
    assert put(cast, DUE - SECOND, "甲.jpg", content="还没有提交") == []
    with unit_of_work():
        other = next(one for one in files(cast) if not one.is_promised)
        reports.remove(cast.assignment("Q-HE"), other.id, actor=cast.actor("Q-HE"), now=DUE - SECOND)
    submit(cast, DUE - SECOND)
    reasons = put(cast, UNTIL - TICK, "甲.jpg", content="重新剪过")
    assert [(one.code, one.facts["name"]) for one in reasons] == [("content_differs_from_promise", "甲.jpg")]
    assert put(cast, UNTIL, "甲.jpg", content="重新剪过") == []


def replaced(cast, at):
    """The promise is given up for other content, and the report submitted again."""
    with unit_of_work():
        for one in files(cast):
            reports.remove(cast.assignment("Q-HE"), one.id, actor=cast.actor("Q-HE"), now=at)
    put(cast, at, "另一张.jpg")
    submit(cast, at, key=f"again {at}", text=f"再次提交 {at}")


@pytest.mark.parametrize(
    ("at", "expected"), [(DUE - TICK, "on_time"), (DUE, "late"), (UNTIL - TICK, "late"), (UNTIL + TICK, "late")]
)
def test_a_manifest_does_not_buy_time_for_other_content(cast, at, expected):
    promise(cast, DUE - timedelta(hours=1), "甲.jpg")
    submit(cast, DUE - timedelta(hours=1))
    replaced(cast, at)
    assert standing(cast, UNTIL + timedelta(days=1)) == expected


def test_what_remains_of_a_manifest_keeps_its_time(cast):
    promise(cast, DUE - SECOND, "甲.jpg", "乙.jpg")
    submit(cast, DUE - SECOND)
    at = DUE + timedelta(hours=2)
    put(cast, at, "甲.jpg")
    with unit_of_work():
        lost = next(one for one in files(cast) if one.is_promised)
        reports.remove(cast.assignment("Q-HE"), lost.id, actor=cast.actor("Q-HE"), now=at)
    assert standing(cast, at) == "manifest"
    submit(cast, at, key="k2")
    assert standing(cast, UNTIL) == "on_time"


def test_an_extension_moves_the_window_with_the_due(cast):
    promise(cast, DUE - SECOND, "甲.jpg")
    submit(cast, DUE - SECOND)
    to = DUE + timedelta(days=5)
    with unit_of_work():
        assignment = cast.assignment("Q-HE")
        campaign_service.extend(
            assignment, due_at=to, reason="水灾", document_number="88号", actor=cast.actor("HQ", "coordinator"), now=DUE
        )
    assert cast.assignment("Q-HE").media_until == to + timedelta(hours=HOURS)
    assert standing(cast, to + timedelta(hours=HOURS) - TICK) == "manifest"
    assert standing(cast, to + timedelta(hours=HOURS)) == "missing"
    put(cast, to + timedelta(hours=HOURS) - TICK, "甲.jpg")
    assert standing(cast, to + timedelta(hours=HOURS)) == "on_time"


def test_what_is_still_on_the_way_cannot_be_accepted(cast):
    promise(cast, DUE - SECOND, "甲.jpg")
    submission_id = submit(cast, DUE - SECOND)

    def accept():
        with unit_of_work():
            who = cast.actor("HQ", "reviewer")
            reviews.accept(cast.assignment("Q-HE"), submission_id, note="", actor=who, now=DUE)

    with pytest.raises(Refused) as refused:
        accept()
    assert [(one.code, one.facts["awaited"]) for one in refused.value.reasons] == [("media_still_awaited", ["photos"])]
    put(cast, DUE, "甲.jpg")
    accept()
    assert queries.find_report(cast.assignment("Q-HE").id).state == "accepted"


def test_nothing_is_served_of_what_has_not_come(cast):
    [one], _ = promise(cast, DUE - SECOND, "甲.jpg")
    attachment_id = one.id
    submission_id = submit(cast, DUE - SECOND)
    assert queries.submitted_file(submission_id, attachment_id) is None
    put(cast, DUE, "甲.jpg")
    found = queries.submitted_file(submission_id, attachment_id)
    assert found is not None
    assert found.media_type == "image/jpeg"
    assert db.session.query(SubmissionFile).one().file_id is None
    assert db.session.query(SlotArrival).filter(SlotArrival.media_until.is_not(None)).one().whole_at == DUE


def test_the_digest_of_a_round_is_the_same_with_and_without_the_bytes(cast):
    promise(cast, DUE - SECOND, "甲.jpg")
    first = queries.submission(submit(cast, DUE - SECOND)).digest
    put(cast, DUE, "甲.jpg")
    with pytest.raises(Refused) as refused:
        submit(cast, DUE + SECOND, key="k2")
    assert codes(refused.value.reasons) == ["already_submitted"]
    second = queries.submission(submit(cast, DUE + SECOND, key="k3", text="改")).digest
    third = queries.submission(submit(cast, DUE + SECOND, key="k4", text="正文")).digest
    assert (first != second, first) == (True, third)
