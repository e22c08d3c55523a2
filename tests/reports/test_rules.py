"""What makes a slot complete, and what stands in the way of submitting."""

from datetime import date

import pytest

from reporting.reports import rules
from reporting.reports.rules import ReviewState, SlotContent, State


def slot(
    kind="photos",
    *,
    required=True,
    least=1,
    most=3,
    takes_text=False,
    files=0,
    has_text=False,
    declared=False,
    arrived=False,
):
    return SlotContent(
        kind=kind, required=required, least=least, most=most, takes_text=takes_text, files=files, has_text=has_text,
        declared=declared, arrived=arrived,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "complete", "empty"),
    [
        (slot(), False, True),
        (slot(files=1), True, False),
        (slot(files=3), True, False),
        (slot(files=4), False, False),
        (slot(least=2, files=1), False, False),
        (slot(least=2, files=2), True, False),
        (slot(least=0), False, True),
        (slot(least=0, files=1), True, False),
        (slot(declared=True), True, False),
        (slot(has_text=True), False, True),
        (slot(takes_text=True, has_text=True), True, False),
        (slot(takes_text=True, has_text=True, files=3), True, False),
        (slot(takes_text=True, has_text=True, files=4), False, False),
        (slot(takes_text=True, files=1), True, False),
        (slot(takes_text=True), False, True),
    ],
)
def test_complete_and_empty(content, complete, empty):
    assert rules.is_complete(content) is complete
    assert rules.is_empty(content) is empty


def test_optional_slots_are_never_owed():
    slots = [slot("summary", takes_text=True, has_text=True), slot("photos", required=False), slot("videos")]
    assert rules.still_owed(slots) == ["videos"]


@pytest.mark.parametrize(
    ("state", "revision", "prepared", "expected"),
    [
        (None, 0, None, ReviewState.NONE),
        (State.DRAFT, 1, None, ReviewState.DRAFT),
        (State.DRAFT, 1, 1, ReviewState.PREPARED),
        (State.DRAFT, 2, 1, ReviewState.DRAFT),
        (State.RETURNED, 2, 2, ReviewState.PREPARED),
        (State.RETURNED, 3, 2, ReviewState.RETURNED),
        (State.SUBMITTED, 2, 2, ReviewState.SUBMITTED),
        (State.ACCEPTED, 2, 2, ReviewState.ACCEPTED),
    ],
)
def test_review_state(state, revision, prepared, expected):
    assert rules.review_state(state, revision=revision, prepared_revision=prepared) is expected


READY = {"title": "总结", "state": State.DRAFT, "changed": True, "needs_certifier": False, "is_certifier": False}
FULL = [slot("summary", takes_text=True, has_text=True), slot("photos"), slot("videos", required=False)]


@pytest.mark.parametrize(
    ("slots", "facts", "codes"),
    [
        (FULL, {}, []),
        (FULL, {"title": " \t"}, ["title_missing"]),
        (FULL, {"state": State.SUBMITTED, "changed": False}, ["already_submitted"]),
        (FULL, {"state": State.SUBMITTED, "changed": True}, []),
        (FULL, {"state": State.RETURNED, "changed": True}, []),
        (FULL, {"state": State.ACCEPTED, "changed": True}, ["already_accepted"]),
        (FULL, {"state": State.ACCEPTED, "changed": False}, ["already_accepted"]),
        (FULL, {"needs_certifier": True}, ["needs_certifier"]),
        (FULL, {"needs_certifier": True, "is_certifier": True}, []),
        ([slot("summary"), slot("photos")], {}, ["nothing_complete"]),
        # One optional slot alone is no report while something is required, and is one when nothing is.
        ([slot("summary"), slot("videos", required=False, files=1)], {}, ["nothing_complete"]),
        ([slot("videos", required=False, files=1)], {}, []),
        ([slot("summary", files=1), slot("photos", arrived=True)], {}, ["slot_emptied"]),
        ([slot("summary", files=1), slot("videos", required=False, arrived=True)], {}, ["slot_emptied"]),
        (
            [slot("summary", arrived=True)],
            {"title": "", "needs_certifier": True},
            ["title_missing", "needs_certifier", "nothing_complete", "slot_emptied"],
        ),
    ],
)
def test_submission_problems_are_told_all_at_once(slots, facts, codes):
    assert [problem.code for problem in rules.submission_problems(slots, **(READY | facts))] == codes


def test_preparing_asks_for_no_certifier():
    assert rules.preparation_problems(FULL, title="总结", state=State.DRAFT, changed=True) == []


@pytest.mark.parametrize(
    ("title", "body", "codes"),
    [
        ("", "", []),
        ("题" * 120, "文" * 50_000, []),
        ("题" * 121, "文" * 50_000, ["title_too_long"]),
        ("题" * 120, "文" * 50_001, ["text_too_long"]),
        ("题" * 121, "文" * 50_001, ["title_too_long", "text_too_long"]),
    ],
)
def test_text_limits_are_told_on_both_sides(title, body, codes):
    assert [problem.code for problem in rules.text_problems(title, body)] == codes


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("a\x00b\x07c\td", "abc\td"),
        ("cafe\u0301", "café"),
        ("质量月🎉", "质量月🎉"),
        ("\ud800x", "x"),
    ],
)
def test_clean(raw, kept):
    assert rules.clean(raw) == kept


def test_a_line_has_single_spaces():
    assert rules.clean_line("  质量月 \n 总结\t一 ") == "质量月 总结 一"


@pytest.mark.parametrize(
    ("taken_on", "is_elsewhere", "doubts"),
    [
        (None, False, []),
        (date(2014, 8, 31), False, ["outside"]),
        (date(2014, 9, 1), False, []),
        (date(2014, 9, 30), False, []),
        (date(2014, 10, 1), True, ["outside", "seen"]),
        (date(2013, 9, 12), False, ["outside"]),
        (None, True, ["seen"]),
    ],
)
def test_what_a_photo_gives_reason_to_look_at_again(taken_on, is_elsewhere, doubts):
    days = {"starts_on": date(2014, 9, 1), "ends_on": date(2014, 9, 30)}
    assert rules.photo_doubts(taken_on, is_elsewhere=is_elsewhere, **days) == doubts
