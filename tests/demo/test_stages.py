"""Each stage of the demonstration is a whole campaign in a state of its own, made by the verbs of the pages."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from reporting.audit.models import Entry
from reporting.campaigns import queries as campaigns
from reporting.core.db import db
from reporting.core.kit import kit
from reporting.dashboard import queries as dashboard
from reporting.demo import notice, stages
from reporting.outbox.models import Message
from reporting.receipts.models import Receipt
from reporting.reports.models import Submission
from reporting.tracking.models import Verdict
from tests.fixtures.application import Hands
from tests.fixtures.mail import Sink

pytestmark = [
    pytest.mark.sqlite_only("the verbs are tried on both databases; this is their story, and takes seconds"),
    pytest.mark.timeout(240),
]


@pytest.fixture
def build(make_app: Callable[..., Flask], hands: Hands, sink: Sink) -> Callable[[str], None]:
    make_app(smtp_port=sink.port)
    return lambda stage: stages.build(kit(), stage, hands.move_to, lambda _line: None)


def number(what: type, *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(what).where(*conditions)) or 0


def counts(hands: Hands) -> dict[str, int]:
    (task,) = campaigns.open_tasks()
    return dashboard.survey(task, now=hands.moment).counts


def test_at_the_opening_72_bureaus_owe_everything(build, hands: Hands, sink: Sink) -> None:
    build("opening")
    assert hands.moment == notice.moment(9, 29, 9, 30)
    found = counts(hands)
    assert (found["all"], found["open"], found["submitted"]) == (72, 72, 0)
    (task,) = campaigns.open_tasks()
    assert task.campaign.document_number == "国质检质联〔2014〕432号"
    assert (len(task.campaign.focus_areas), len({s.list_position for s in task.campaign.slogans})) == (6, 2)
    assert [(slot.kind, slot.required) for slot in task.slots] == [
        ("summary", True),
        ("photos", True),
        ("videos", True),
    ]
    assert task.due_at == notice.moment(10, 16)


def test_in_the_week_of_the_deadline_some_are_in_and_those_who_owe_were_reminded(
    build, hands: Hands, sink: Sink
) -> None:
    build("deadline-week")
    found = counts(hands)
    assert found["on_time"] > 0
    assert found["partial"] > 0
    assert found["missing"] == found["late"] == 0
    assert number(Submission) == number(Receipt) > 0, "every hand-in holds a receipt"
    subjects = [letter.subject for letter in sink.letters]
    assert sum("报送提醒" in subject for subject in subjects) > 72, "seven days and three days before"
    assert number(Message, Message.state != "sent") == 0, "and every letter has left"
    assert number(Verdict) == 0


def test_on_the_morning_after_everybody_but_the_extended_has_a_verdict(build, hands: Hands, sink: Sink) -> None:
    build("morning-after")
    found = counts(hands)
    assert found["missing"] > 0
    assert number(Verdict) == 71
    assert number(Verdict, Verdict.due_at != notice.moment(10, 16)) == 0, "dated by the deadline"
    missed = [letter for letter in sink.letters if "未按时报送" in letter.subject]
    assert len(missed) == len({tuple(letter.recipients) for letter in missed}) > 0, "one letter a person"


def test_under_review_there_is_something_of_everything(build, hands: Hands, sink: Sink) -> None:
    build("under-review")
    found = counts(hands)
    assert min(found[name] for name in ("on_time", "late", "partial", "missing", "submitted", "accepted")) > 0
    assert found["returned"] > 0
    assert number(Submission, Submission.round == 2) == 1
    decided = number(Entry, Entry.action.in_(["report.accepted", "report.returned"]))
    assert decided == found["accepted"] + found["returned"] + 1, "the one that came again was returned before"
    assert number(Entry, Entry.at > hands.moment + timedelta(seconds=1)) == 0, "nothing is of the future"
