"""Letters around a media window: nobody is mailed for media on the way, and at its end those who owe are told."""

from datetime import timedelta

import pytest
from flask import Flask

from reporting.core.db import unit_of_work
from reporting.outbox import queries as letters
from reporting.reminders import service as reminders
from reporting.reports import service as reports
from reporting.reports.rules import Entry
from tests.cast import Cast, beijing, make_cast
from tests.reports.parcels import parcel

DUE = beijing(10, 16)
UNTIL = DUE + timedelta(hours=24)
EVENING = DUE - timedelta(minutes=1)


@pytest.fixture
def windowed(app: Flask) -> Cast:
    """The cast with a window of a day; Hebei hands in a manifest of one photo at 23:59."""
    cast = make_cast(window_hours=24)
    with unit_of_work():
        entry = Entry("甲.jpg", 1000, parcel("甲.jpg", at=EVENING).sha256)
        reports.promise(cast.assignment("Q-HE"), "photos", [entry], actor=cast.actor("Q-HE"), now=EVENING)
    cast.hand_in("Q-HE", EVENING, declare=("videos",))
    return cast


def remind(at):
    with unit_of_work():
        return reminders.queue_due(now=at)


def to_hebei(cast):
    found = [letters.by_id(row.id) for row in letters.page(kind="reminder", limit=100).rows]
    mine = [one for one in found if one is not None and one.to_address == cast.user("Q-HE").email]
    return sorted(mine, key=lambda one: one.id)


def come(cast, at):
    with unit_of_work():
        item = parcel("甲.jpg", at=at)
        reports.attach(cast.assignment("Q-HE"), "photos", [item], actor=cast.actor("Q-HE"), now=at)


def test_media_on_the_way_are_not_mailed_as_owing(windowed):
    assert remind(beijing(10, 16, 9)) == 2  # Shanghai and Ningbo
    assert remind(UNTIL - timedelta(seconds=1)) == 0
    assert to_hebei(windowed) == []


def test_at_the_end_of_the_window_those_who_owe_are_told_once(windowed):
    remind(beijing(10, 16, 9))
    assert remind(UNTIL) == 0
    assert remind(beijing(10, 17, 9)) == 2  # Hebei's reporter and certifier
    assert remind(beijing(10, 17, 10)) == 0
    [letter] = to_hebei(windowed)
    assert letter.facts["step"] == "window"
    [duty] = letter.facts["duties"]
    assert (duty["owed"], duty["lapsed"], duty["in"], duty["on_the_way"]) == (
        ["photos"], ["photos"], ["summary", "videos"], [],
    )  # fmt: skip
    assert duty["media_until"] == UNTIL.isoformat()


def test_media_that_came_meanwhile_silence_the_letter(windowed):
    remind(beijing(10, 17, 9))
    [letter] = to_hebei(windowed)
    come(windowed, beijing(10, 17, 9, 1))
    assert reminders.recheck(letter.facts, now=beijing(10, 17, 9, 2)).reason == "no_longer_owed"


def test_media_in_time_leave_nothing_to_be_told(windowed):
    come(windowed, UNTIL - timedelta(microseconds=1))
    remind(beijing(10, 17, 9))
    assert to_hebei(windowed) == []


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_the_letter_says_what_happened_and_what_to_do(app, windowed, language):
    remind(beijing(10, 17, 9))
    [letter] = to_hebei(windowed)
    written = app.extensions["kit"].letters.write("reminder", letter.facts, language=language)
    subject, said = {
        "zh_Hans_CN": ("【未传完】", "清单已到、没有在 2014年10月16日 (周四) 24:00 前传齐：图片"),
        "en": ("[Files missing]", "List in, files missing at Thu 16 Oct 2014 24:00: Photos"),
    }[language]
    assert subject in written.subject
    assert said in written.text
