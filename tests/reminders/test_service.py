"""Who gets a reminder, once, naming exactly what is owed; and the second look before it leaves."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from reporting.bureaus import queries as bureaus
from reporting.bureaus import service as bureau_service
from reporting.bureaus.models import Membership
from reporting.bureaus.rules import Role, RosterRow
from reporting.campaigns import service as campaign_service
from reporting.core.actor import SYSTEM
from reporting.core.db import db, unit_of_work
from reporting.demo import notice
from reporting.outbox import queries as letters
from reporting.outbox.models import Message
from reporting.reminders import service as reminders
from reporting.workdays import service as workdays
from reporting.workdays.rules import Correction
from tests.cast import Cast, beijing

NOW = beijing(9, 30)


def remind(at: datetime) -> int:
    with unit_of_work():
        return reminders.queue_due(now=at)


def written() -> list[Message]:
    found = [letters.by_id(row.id) for row in letters.page(kind="reminder", limit=100).rows]
    return sorted((one for one in found if one is not None), key=lambda one: one.id)


def to(cast: Cast, code: str, role: str = "") -> list[Message]:
    return [letter for letter in written() if letter.to_address == cast.user(code, role).email]


def test_each_person_who_owes_gets_one_letter_a_step(cast: Cast) -> None:
    assert remind(beijing(10, 8, 8, 59, 59)) == 0
    assert remind(beijing(10, 8, 9)) == 4  # Hebei's reporter and certifier, Shanghai, and Ningbo once
    assert remind(beijing(10, 8, 9)) == 0
    assert remind(beijing(10, 9, 9)) == 0
    assert remind(beijing(10, 12, 9)) == 4


def test_a_person_of_two_bureaus_gets_one_letter_with_both_duties(cast: Cast) -> None:
    remind(beijing(10, 8, 9))
    (letter,) = to(cast, "Q-NB")
    assert [duty["bureau"] for duty in letter.facts["duties"]] == ["宁波市质监局", "宁波检验检疫局"]
    assert letter.facts["link"] == "home:0"


def test_a_letter_names_exactly_what_is_owed(cast: Cast) -> None:
    cast.hand_in("Q-HE", beijing(10, 10, 9), declare=("photos",))
    cast.hand_in_all("C-SH", beijing(10, 10, 9))
    assert remind(beijing(10, 12, 9)) == 3
    (letter,) = to(cast, "Q-HE")
    (duty,) = letter.facts["duties"]
    assert (duty["owed"], duty["in"], duty["days_left"]) == (["videos"], ["summary", "photos"], 3)
    assert to(cast, "C-SH") == []


def test_after_an_absence_comes_the_newest_step_and_no_burst(cast: Cast) -> None:
    assert remind(beijing(10, 15, 10)) == 4
    assert {letter.facts["step"] for letter in written()} == {"last_day"}


def test_nothing_is_asked_for_between_the_due_and_the_morning_after(cast: Cast) -> None:
    assert remind(beijing(10, 16)) == 0
    assert remind(beijing(10, 16, 9)) == 4
    assert {letter.facts["step"] for letter in written()} == {"missed"}


def test_a_dismissed_reporter_gets_nothing(cast: Cast) -> None:
    with unit_of_work():
        bureau = bureaus.find_by_code("C-SH")
        assert bureau is not None
        held = db.session.query(Membership).filter_by(bureau_id=bureau.id, role=Role.REPORTER).one()
        bureau_service.dismiss(held.id, actor=SYSTEM, now=beijing(10, 7))
    remind(beijing(10, 8, 9))
    assert to(cast, "C-SH") == []


def test_nobody_is_reminded_for_a_bureau_that_has_closed(cast: Cast) -> None:
    with unit_of_work():
        bureau = bureaus.find_by_code("C-SH")
        assert bureau is not None
        bureau_service.close(bureau, on=date(2014, 10, 8), actor=SYSTEM, now=beijing(10, 7))
    assert remind(beijing(10, 8, 9)) == 3
    assert to(cast, "C-SH") == []


def extend(cast: Cast, code: str, due_at: datetime, now: datetime) -> None:
    with unit_of_work():
        campaign_service.extend(
            cast.assignment(code),
            due_at=due_at,
            reason="台风",
            document_number="质检质函〔2014〕88号",
            actor=cast.actor("HQ", "coordinator"),
            now=now,
        )


def test_an_extension_arms_a_new_plan_for_that_bureau_alone(cast: Cast) -> None:
    remind(beijing(10, 14, 9))
    extend(cast, "C-SH", beijing(10, 25), beijing(10, 14, 17))
    assert remind(beijing(10, 15, 9)) == 3
    assert remind(beijing(10, 16, 9)) == 3
    assert [letter.facts["step"] for letter in to(cast, "C-SH")] == ["before"]
    assert remind(beijing(10, 17, 9)) == 1
    duty = to(cast, "C-SH")[-1].facts["duties"][0]
    assert (duty["due_rev"], duty["days_left"]) == (1, 7)


def test_what_was_queued_for_the_old_due_is_silenced(cast: Cast) -> None:
    remind(beijing(10, 14, 9))
    (letter,) = to(cast, "C-SH")
    extend(cast, "C-SH", beijing(10, 23), beijing(10, 14, 9, 1))
    assert reminders.recheck(letter.facts, now=beijing(10, 14, 9, 2)).reason == "superseded"


def test_what_was_handed_in_meanwhile_silences_the_letter(cast: Cast) -> None:
    remind(beijing(10, 14, 9))
    (letter,) = to(cast, "C-SH")
    cast.hand_in_all("C-SH", beijing(10, 14, 9, 1))
    assert reminders.recheck(letter.facts, now=beijing(10, 14, 9, 2)).reason == "no_longer_owed"


def test_what_came_in_partly_meanwhile_changes_the_letter(cast: Cast) -> None:
    remind(beijing(10, 14, 9))
    (letter,) = to(cast, "Q-NB")
    cast.hand_in("Q-NB", beijing(10, 14, 9, 1))
    cast.hand_in_all("C-NB", beijing(10, 14, 9, 1))
    verdict = reminders.recheck(letter.facts, now=beijing(10, 14, 9, 2))
    assert verdict.reason is None
    assert verdict.facts is not None
    assert [(duty["bureau"], duty["owed"]) for duty in verdict.facts["duties"]] == [
        ("宁波市质监局", ["photos", "videos"])
    ]


def test_nobody_is_reminded_before_the_task_opens(cast: Cast) -> None:
    with unit_of_work():
        cast.task.opens_at = beijing(10, 10)  # opened by the desk on 29 September, for 10 October
    assert remind(beijing(10, 8, 9)) == remind(beijing(10, 10, 9)) == 0
    assert remind(beijing(10, 12, 9)) == 4


def test_two_organisers_write_two_letters_and_neither_reads_the_others(cast: Cast) -> None:
    with unit_of_work():
        bureau = bureaus.find_by_code("Q-HE")
        assert bureau is not None
        own = campaign_service.create_campaign(
            bureau, replace(notice.campaign(), title="省内活动"), actor=SYSTEM, now=NOW
        )
        task = campaign_service.create_task(own, notice.task(), actor=SYSTEM, now=NOW)
        bureau_service.import_roster(
            [RosterRow(1, "Q-HE-1", "石家庄市质量技术监督局", short_zh="石家庄质监局", kind="quality", parent_code="Q-HE")],
            actor=SYSTEM, now=NOW, today=NOW.date(),
        )  # fmt: skip
        city = bureaus.find_by_code("Q-HE-1")
        assert city is not None
        bureau_service.appoint(cast.user("Q-HE"), city, Role.REPORTER, actor=SYSTEM, now=NOW)
        campaign_service.assign(task, [city.id], actor=SYSTEM, now=NOW)
        campaign_service.open_task(task, actor=SYSTEM, now=NOW)
    remind(beijing(10, 8, 9))
    mine = to(cast, "Q-HE")
    assert [[duty["bureau"] for duty in letter.facts["duties"]] for letter in mine] == [
        ["河北质监局"],
        ["石家庄质监局"],
    ]
    assert len({letter.organiser_id for letter in mine}) == 2
    assert remind(beijing(10, 8, 9)) == 0


def test_a_closed_task_reminds_nobody(cast: Cast) -> None:
    remind(beijing(10, 14, 9))
    (letter,) = to(cast, "C-SH")
    with unit_of_work():
        campaign_service.close_task(cast.task, actor=cast.actor("HQ", "coordinator"), now=beijing(10, 14, 10))
    assert remind(beijing(10, 15, 9)) == 0
    assert reminders.recheck(letter.facts, now=beijing(10, 15, 9)).reason == "no_longer_owed"


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh_Hans_CN", "(还有 7 天) · 还有 6 个工作日"), ("en", "(7 days left) · 6 working days left")],
)
def test_a_letter_tells_the_working_days_behind_its_seven_days(app, cast: Cast, language: str, said: str) -> None:
    remind(beijing(10, 8, 9))
    (letter,) = to(cast, "Q-HE")
    (duty,) = letter.facts["duties"]
    assert (duty["days_left"], duty["workdays_left"], duty["workdays_estimated"]) == (7, 6, False)
    written = app.extensions["kit"].letters.write("reminder", letter.facts, language=language)
    assert said in written.text
    assert said in written.html
    guessed = {**letter.facts, "duties": [{**duty, "workdays_estimated": True}]}
    told = app.extensions["kit"].letters.write("reminder", guessed, language=language).text
    assert said + {"en": " (estimate)"}.get(language, "（估算）") in told
    # A letter of an older version waits in the outbox without these facts.
    del duty["workdays_left"], duty["workdays_estimated"]
    assert (
        said.partition(" ·")[0] in app.extensions["kit"].letters.write("reminder", letter.facts, language=language).text
    )


def test_a_day_that_is_corrected_while_a_letter_waits_changes_it(cast: Cast) -> None:
    remind(beijing(10, 8, 9))
    (letter,) = to(cast, "Q-HE")
    with unit_of_work():
        workdays.set_day(date(2014, 10, 11), Correction(works=False), actor=SYSTEM, now=NOW)
    facts = reminders.recheck(letter.facts, now=beijing(10, 8, 9, 1)).facts
    assert facts is not None
    assert facts["duties"][0]["workdays_left"] == 5
