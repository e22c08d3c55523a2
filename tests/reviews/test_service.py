"""Decisions: bound to the round that was seen, made once, never touching when things came in."""

import threading

import pytest
from sqlalchemy import func, select

from reporting.audit import queries as audit
from reporting.campaigns import queries as campaigns
from reporting.core.actor import Actor
from reporting.core.db import db, unit_of_work
from reporting.core.errors import NotFound, Refused
from reporting.outbox.models import Message
from reporting.reports import queries as reports
from reporting.reviews import queries, service
from reporting.reviews.models import Review
from tests.cast import Cast, beijing, make_cast

IN_TIME, AFTER = beijing(10, 14, 10), beijing(10, 17, 9)
LI, WANG = Actor(1001, "李审阅"), Actor(1002, "王主办")


@pytest.fixture
def cast(app) -> Cast:
    return make_cast()


def accept(cast: Cast, round_id: int, *, code="Q-HE", note="", actor=LI, now=AFTER) -> Review:
    with unit_of_work():
        return service.accept(cast.assignment(code), round_id, note=note, actor=actor, now=now)


def give_back(
    cast: Cast, round_id: int, *, note="请补说明", slots=("photos",), due_at=None, actor=LI, now=AFTER
) -> Review:
    with unit_of_work():
        assignment = cast.assignment("Q-HE")
        return service.give_back(assignment, round_id, note=note, slots=slots, due_at=due_at, actor=actor, now=now)


def refused(verb) -> list[tuple[str, dict]]:
    with pytest.raises(Refused) as caught:
        verb()
    db.session.rollback()
    return [(reason.code, dict(reason.facts)) for reason in caught.value.reasons]


def state(cast: Cast) -> tuple[str, int]:
    report = reports.find_report(cast.assignment("Q-HE").id)
    db.session.refresh(report)
    return report.state, report.round


def letters(kind: str) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


def test_accepting_closes_the_report_tells_the_bureau_and_leaves_a_record(cast):
    first = cast.hand_in_all("Q-HE", IN_TIME)
    accept(cast, first, note="很好")
    assert state(cast) == ("accepted", 1)
    organiser_id = cast.task.campaign.organiser_id
    told = letters("accepted")
    assert {(one.facts["note"], one.organiser_id) for one in told} == {("很好", organiser_id)}
    assert len({one.user_id for one in told}) == len(told)
    newest = audit.of("assignment", cast.assignment("Q-HE").id)[0]
    assert (newest.action, newest.actor_name, newest.facts["round"]) == ("report.accepted", "李审阅", 1)


def test_a_return_keeps_the_moments_of_the_first_round(cast):
    first = cast.hand_in_all("Q-HE", IN_TIME)
    give_back(cast, first, due_at=beijing(10, 21))
    assert state(cast) == ("returned", 1)
    letter = letters("returned")[0]
    assert letter.facts["first_on_time"] is True
    assert letter.facts["slots"] == ["photos"]
    assert letter.facts["due_at"] == "2014-10-20T16:00:00+00:00"
    second = cast.hand_in("Q-HE", AFTER, text="改过的正文", key="k2")
    arrived = reports.arrivals([cast.assignment("Q-HE").id])[cast.assignment("Q-HE").id]
    assert {one.arrived_at for one in arrived.values()} == {IN_TIME}
    accept(cast, second)
    assert state(cast) == ("accepted", 2)
    assert [one.decision for one in queries.of_assignment(cast.assignment("Q-HE").id)] == ["return", "accept"]


def test_a_return_names_only_slots_that_the_task_has(cast):
    first = cast.hand_in_all("Q-HE", IN_TIME)
    review = give_back(cast, first, slots=("videos", "summary", "nonsense"))
    assert review.slot_kinds == ["summary", "videos"]


def test_a_decision_on_an_older_round_is_refused_and_says_which_is_newest(cast):
    first = cast.hand_in_all("Q-HE", IN_TIME)
    second = cast.hand_in("Q-HE", IN_TIME, text="再改", key="k2")
    assert refused(lambda: accept(cast, first)) == [("round_changed", {"round": 2})]
    assert refused(lambda: give_back(cast, first)) == [("round_changed", {"round": 2})]
    assert state(cast) == ("submitted", 2)
    accept(cast, second)


def test_a_second_decision_is_refused_by_the_name_of_the_first_reviewer(cast):
    first = cast.hand_in_all("Q-HE", IN_TIME)
    give_back(cast, first)
    assert refused(lambda: accept(cast, first, actor=WANG)) == [("already_decided", {"by": "李审阅"})]
    assert state(cast) == ("returned", 1)


def test_the_same_decision_posted_twice_is_one(cast):
    first = cast.hand_in_all("Q-HE", IN_TIME)
    review = accept(cast, first)
    written = len(letters("accepted"))
    assert accept(cast, first).id == review.id
    assert len(letters("accepted")) == written > 0


def test_what_owes_something_is_not_accepted(cast):
    first = cast.hand_in("Q-HE", IN_TIME)
    [(code, facts)] = refused(lambda: accept(cast, first))
    assert (code, facts["slots"]) == ("slots_still_owed", ["photos", "videos"])


def test_a_round_of_another_bureau_is_not_there(cast):
    other = cast.hand_in_all("C-SH", IN_TIME)
    with pytest.raises(NotFound):
        accept(cast, other)
    with pytest.raises(NotFound):
        accept(cast, 999_999)


def test_a_refused_decision_leaves_nothing(cast):
    first = cast.hand_in_all("Q-HE", IN_TIME)
    assert refused(lambda: give_back(cast, first, note=" "))[0][0] == "note_missing"
    assert db.session.scalar(select(func.count()).select_from(Review)) == 0
    assert letters("returned") == []


def test_of_two_reviewers_at_once_one_wins(app, cast):
    first = cast.hand_in_all("Q-HE", IN_TIME)
    assignment_id, organisers = cast.assignment("Q-HE").id, [cast.task.campaign.organiser_id]
    db.session.rollback()
    start, told = threading.Barrier(2), []

    def decide(who: Actor, *, takes: bool) -> None:
        with app.app_context():
            start.wait(10)
            try:
                with unit_of_work():
                    held = campaigns.find_assignment_of_organiser(assignment_id, organiser_ids=organisers)
                    if takes:
                        service.accept(held, first, note="", actor=who, now=AFTER)
                    else:
                        service.give_back(held, first, note="改", slots=(), due_at=None, actor=who, now=AFTER)
                told.append("done")
            except Refused as refusal:
                told.append(refusal.reasons[0].code)
            finally:
                db.session.remove()

    threads = [
        threading.Thread(target=decide, args=(LI,), kwargs={"takes": True}),
        threading.Thread(target=decide, args=(WANG,), kwargs={"takes": False}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert sorted(told) == ["already_decided", "done"]
    assert db.session.scalar(select(func.count()).select_from(Review)) == 1
