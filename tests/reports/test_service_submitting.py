"""Handing in: frozen rounds, first arrivals, idempotency, sign-off."""

import threading
from datetime import timedelta

import pytest

from reporting.campaigns import queries as campaigns
from reporting.campaigns import service as campaign_service
from reporting.core.db import db, unit_of_work
from reporting.core.errors import Refused
from reporting.receipts import service as receipts
from reporting.reports import queries
from reporting.reports import service as reports
from reporting.reports.models import Report, Submission
from reporting.reviews import service as reviews
from tests.cast import beijing, make_cast
from tests.reports.parcels import parcel

DUE = beijing(10, 16)


@pytest.fixture
def cast(app):
    return make_cast()


def submit(cast, now, *, key="key-1", who="Q-HE", role="", is_certifier=False):
    with unit_of_work():
        return reports.submit(
            cast.assignment("Q-HE"), key=key, is_certifier=is_certifier, actor=cast.actor(who, role), now=now
        )


def write(cast, now, body, *, who="Q-HE", role=""):
    held = queries.find_report(cast.assignment("Q-HE").id)
    version = held.text_version if held else 0
    with unit_of_work():
        reports.save_text(
            cast.assignment("Q-HE"), title="河北总结", body=body, version=version, actor=cast.actor(who, role), now=now
        )


def put(cast, now, *names, kind="photos"):
    with unit_of_work():
        reports.attach(
            cast.assignment("Q-HE"), kind, [parcel(name, at=now) for name in names], actor=cast.actor("Q-HE"), now=now
        )


def arrivals(cast):
    found = queries.arrivals([cast.assignment("Q-HE").id]).get(cast.assignment("Q-HE").id, {})
    return {slot.kind: found.get(slot.id) for slot in cast.task.slots}


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def test_a_round_is_frozen_whatever_happens_to_the_working_copy(cast, now):
    write(cast, now, "第一稿")
    put(cast, now, "甲.jpg", "乙.jpg")
    first, is_new = submit(cast, now)
    assert is_new
    later = now + timedelta(hours=1)
    write(cast, later, "第二稿")
    with unit_of_work():
        file = queries.attachments(first.report_id)[0]
        reports.remove(cast.assignment("Q-HE"), file.id, actor=cast.actor("Q-HE"), now=later)
    second, _new = submit(cast, later, key="key-2")
    db.session.expire_all()
    assert (first.round, first.body, [file.name for file in first.files]) == (1, "第一稿", ["甲.jpg", "乙.jpg"])
    assert (second.round, second.body, [file.name for file in second.files]) == (2, "第二稿", ["乙.jpg"])
    assert first.digest != second.digest
    assert first.received_at == now
    assert first.submitted_by == cast.user("Q-HE").name


def test_captions_focus_areas_and_the_due_in_force_are_frozen(cast, now):
    write(cast, now, "正文")
    put(cast, now, "甲.jpg", "乙.jpg")
    areas = [(area.id, area.title) for area in cast.task.campaign.focus_areas]
    report = queries.find_report(cast.assignment("Q-HE").id)
    files = [file.id for file in queries.attachments(report.id)]
    describe(cast, now, {files[0]: ("启动仪式", areas[0][0]), files[1]: ("咨询服务", areas[1][0])})
    first, _new = submit(cast, now)
    later = now + timedelta(hours=1)
    describe(cast, later, {files[0]: ("改过的说明", areas[2][0]), files[1]: ("", None)})
    with unit_of_work():
        campaign_service.extend(
            cast.assignment("Q-HE"), due_at=DUE + timedelta(days=5), reason="停电", document_number="冀质监〔2014〕88号",
            actor=cast.actor("HQ", "coordinator"), now=later,
        )  # fmt: skip
    second, _new = submit(cast, later, key="key-2")
    db.session.expire_all()
    frozen = [("甲.jpg", "启动仪式", areas[0][1]), ("乙.jpg", "咨询服务", areas[1][1])]
    assert [(file.name, file.caption, file.focus_area) for file in first.files] == frozen
    assert [(file.caption, file.focus_area) for file in second.files] == [("改过的说明", areas[2][1]), ("", "")]
    assert (first.due_at, first.due_rev) == (DUE, 0)
    assert (second.due_at, second.due_rev) == (DUE + timedelta(days=5), 1)


def describe(cast, now, told):
    """Write captions and focus areas: attachment → (caption, area)."""
    found = {file: reports.Description(*words) for file, words in told.items()}
    with unit_of_work():
        reports.update_captions(cast.assignment("Q-HE"), found, actor=cast.actor("Q-HE"), now=now)


@pytest.mark.parametrize(
    ("moment", "late"),
    [(DUE - timedelta(microseconds=1), 0), (DUE, 1), (DUE + timedelta(seconds=1), 1), (DUE + timedelta(hours=2), 7200)],
)
def test_late_is_stamped_at_receipt(cast, moment, late):
    write(cast, moment - timedelta(hours=1), "正文")
    submission, _new = submit(cast, moment)
    assert submission.late_seconds == late
    summary = next(slot for slot in submission.slots if slot.kind == "summary")
    assert summary.standing == ("late" if late else "on_time")


def test_each_slot_keeps_its_own_first_moment(cast, now):
    write(cast, now, "正文")
    submit(cast, now)
    late = DUE + timedelta(hours=3)
    put(cast, late, "甲.jpg")
    write(cast, late, "补充")
    second, _new = submit(cast, late, key="key-2")
    stamped = arrivals(cast)
    assert stamped["summary"].arrived_at == now
    assert stamped["photos"].arrived_at == late
    assert stamped["videos"] is None
    assert {slot.kind: slot.standing for slot in second.slots} == {
        "summary": "on_time",
        "photos": "late",
        "videos": "missing",
    }


def test_a_new_round_does_not_erase_the_first_mark(cast, now):
    write(cast, now, "正文")
    first, _new = submit(cast, now)
    with unit_of_work():
        reviews.give_back(
            cast.assignment("Q-HE"), first.id, note="请补数据", slots=["summary"], due_at=None,
            actor=cast.actor("HQ", "reviewer"), now=DUE + timedelta(days=1),
        )  # fmt: skip
    again, is_new = submit(cast, DUE + timedelta(days=2), key="key-2")
    assert is_new
    assert again.late_seconds == 2 * 86400
    assert next(slot for slot in again.slots if slot.kind == "summary").standing == "on_time"
    assert arrivals(cast)["summary"].arrived_at == now


def test_a_shortened_deadline_does_not_make_a_punctual_slot_late(cast, now):
    write(cast, now, "正文")
    submit(cast, now)
    with unit_of_work():
        cast.assignment("Q-HE").due_at = now - timedelta(days=1)
    put(cast, now, "甲.jpg")
    second, _new = submit(cast, now + timedelta(hours=1), key="key-2")
    standings = {slot.kind: slot.standing for slot in second.slots}
    assert (standings["summary"], standings["photos"]) == ("on_time", "late")


def test_a_slot_that_was_in_may_not_go_out_empty(cast, now):
    write(cast, now, "正文")
    put(cast, now, "甲.jpg")
    submission, _new = submit(cast, now)
    with unit_of_work():
        file = queries.attachments(submission.report_id)[0]
        reports.remove(cast.assignment("Q-HE"), file.id, actor=cast.actor("Q-HE"), now=now)
    with pytest.raises(Refused) as refused:
        submit(cast, now, key="key-2")
    assert [(reason.code, reason.facts["slot"]) for reason in refused.value.reasons] == [("slot_emptied", "photos")]


def test_nothing_typed_is_refused_with_everything_at_once(cast, now):
    with pytest.raises(Refused) as refused:
        submit(cast, now)
    assert codes(refused) == ["title_missing", "nothing_complete"]
    assert queries.find_report(cast.assignment("Q-HE").id) is None


def test_submitting_again_without_a_change_is_refused(cast, now):
    write(cast, now, "正文")
    submit(cast, now)
    with pytest.raises(Refused) as refused:
        submit(cast, now, key="key-2")
    assert codes(refused) == ["already_submitted"]


@pytest.mark.parametrize(
    ("moment", "codes_told"),
    [
        (beijing(9, 29, 8, 59, 59), ["not_open_yet"]),
        (beijing(10, 31, 23, 59, 59), []),
        (beijing(11, 1), ["closed_for_submission"]),
    ],
)
def test_the_gate(cast, now, moment, codes_told):
    write(cast, now, "正文")
    if codes_told:
        with pytest.raises(Refused) as refused:
            submit(cast, moment)
        assert codes(refused) == codes_told
    else:
        assert submit(cast, moment)[1]


def test_a_task_closed_by_hand_was_closed_then(cast, now):
    write(cast, now, "正文")
    with unit_of_work():
        campaign_service.close_task(cast.task, actor=cast.actor("HQ", "coordinator"), now=now)
    with pytest.raises(Refused) as refused:
        submit(cast, now + timedelta(hours=1))
    [reason] = refused.value.reasons
    assert (reason.code, reason.facts["cutoff_at"]) == ("closed_for_submission", now)


def test_sign_off_leaves_submitting_to_the_certifier(app, now):
    cast = make_cast(sign_off=True)
    write(cast, now, "正文")
    with pytest.raises(Refused) as refused:
        submit(cast, now)
    assert codes(refused) == ["needs_certifier"]
    for _again in range(2):
        with unit_of_work():
            report = reports.prepare(cast.assignment("Q-HE"), actor=cast.actor("Q-HE"), now=now)
        assert (report.prepared_revision, report.prepared_by) == (report.revision, cast.user("Q-HE").name)
    submission, _new = submit(cast, now, role="certifier", is_certifier=True)
    assert submission.submitted_by == cast.user("Q-HE", "certifier").name
    assert submission.prepared_by == cast.user("Q-HE").name


def test_a_change_after_preparing_is_the_certifiers_own(app, now):
    cast = make_cast(sign_off=True)
    write(cast, now, "正文")
    with unit_of_work():
        reports.prepare(cast.assignment("Q-HE"), actor=cast.actor("Q-HE"), now=now)
    write(cast, now, "签发人改过的正文", role="certifier")
    submission, _new = submit(cast, now, role="certifier", is_certifier=True)
    assert submission.prepared_by == ""


def test_preparing_an_empty_report_is_refused(app, now):
    cast = make_cast(sign_off=True)
    with pytest.raises(Refused) as refused, unit_of_work():
        reports.prepare(cast.assignment("Q-HE"), actor=cast.actor("Q-HE"), now=now)
    assert codes(refused) == ["title_missing", "nothing_complete"]


def test_the_same_key_twenty_times_at_once_is_one_round_and_one_receipt(app, cast, now):
    write(cast, now, "正文")
    assignment_id, bureau_id, actor = cast.assignment("Q-HE").id, cast.assignment("Q-HE").bureau_id, cast.actor("Q-HE")
    db.session.rollback()
    told, together = [], threading.Barrier(20)

    def send():
        with app.app_context():
            together.wait(30)
            with unit_of_work():
                mine = campaigns.find_assignment(assignment_id, bureau_ids=[bureau_id])
                submission, is_new = reports.submit(mine, key="one key", is_certifier=False, actor=actor, now=now)
                number = receipts.issue(submission, mine, now=now).number
                told.append((submission.id, number, is_new))

    threads = [threading.Thread(target=send) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert len(told) == 20
    assert len({(submission_id, number) for submission_id, number, _is_new in told}) == 1
    assert sum(is_new for *_rest, is_new in told) == 1
    assert db.session.query(Submission).count() == 1
    assert db.session.get_one(Report, queries.find_report(assignment_id).id).round == 1


def test_twenty_different_keys_at_once_are_one_round(app, cast, now):
    write(cast, now, "正文")
    assignment_id, bureau_id, actor = cast.assignment("Q-HE").id, cast.assignment("Q-HE").bureau_id, cast.actor("Q-HE")
    db.session.rollback()
    told, together = [], threading.Barrier(20)

    def send(number):
        with app.app_context():
            together.wait(30)
            try:
                with unit_of_work():
                    mine = campaigns.find_assignment(assignment_id, bureau_ids=[bureau_id])
                    reports.submit(mine, key=f"key {number}", is_certifier=False, actor=actor, now=now)
                told.append("in")
            except Refused as refused:
                told.extend(reason.code for reason in refused.reasons)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert sorted(told) == [*["already_submitted"] * 19, "in"]
