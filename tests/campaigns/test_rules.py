"""What a campaign and a task must be, when a task may be opened, and what an extension must be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reporting.campaigns import rules
from reporting.campaigns.rules import CampaignPlan, Readiness, SlotPlan, TaskPlan

DUE = datetime(2014, 10, 15, 16, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CAMPAIGN = CampaignPlan(
    year=2014, title="质量月", document_number="〔2014〕432号", theme="主题", starts_on=date(2014, 9, 1), ends_on=date(2014, 9, 30), zone="Asia/Shanghai"
)  # fmt: skip
TASK = TaskPlan(
    title="总结",
    opens_at=DUE - timedelta(days=45),
    due_at=DUE,
    cutoff_at=DUE,
    slots=(SlotPlan(kind="summary", formats=("pdf",)),),
)
READY = Readiness(
    slots=3, required_slots=3, assignments=72, opens_at=DUE - timedelta(days=45), due_at=DUE, cutoff_at=DUE,
    without_reporter=(), without_certifier=(), sign_off=False, state="draft",
)  # fmt: skip


@pytest.mark.parametrize(
    ("over", "codes"),
    [
        ({}, []),
        ({"title": " "}, ["title_missing"]),
        ({"document_number": ""}, ["document_number_missing"]),
        ({"ends_on": date(2014, 9, 1)}, []),
        ({"ends_on": date(2014, 8, 31)}, ["ends_before_start"]),
        ({"year": 1978}, []),
        ({"year": 1977}, ["year_unlikely"]),
        ({"year": 2100}, []),
        ({"year": 2101}, ["year_unlikely"]),
        ({"zone": "Mars/Olympus"}, ["zone_unknown"]),
        ({"zone": "../../etc/passwd"}, ["zone_unknown"]),
        ({"zone": ""}, ["zone_unknown"]),
    ],
)
def test_what_a_campaign_must_be(over, codes):
    assert rules.campaign_problems(replace(CAMPAIGN, **over)) == codes


@pytest.mark.parametrize(
    ("over", "fields"),
    [
        ({"title": "长" * 200}, []),
        ({"title": "长" * 201, "theme": "长" * 301}, [("title", 200), ("theme", 300)]),
        ({"focus_areas": (("长" * 200, "长" * 2000),)}, []),
        ({"focus_areas": (("长" * 201, "长" * 2001),)}, [("focus_area", 200), ("focus_area_body", 2000)]),
        ({"slogan_lists": (("长" * 121, ("长" * 201, "长" * 202)),)}, [("slogan_list", 120), ("slogan", 200)]),
    ],
)
def test_nothing_is_longer_than_its_column(over, fields):
    assert rules.too_long(replace(CAMPAIGN, **over)) == fields


def slot(**over) -> SlotPlan:
    return replace(SlotPlan(kind="photos", formats=("jpg",)), **over)


@pytest.mark.parametrize(
    ("over", "codes"),
    [
        ({}, []),
        ({"title": ""}, ["title_missing"]),
        ({"due_at": TASK.opens_at, "cutoff_at": DUE}, ["due_before_opening"]),
        ({"due_at": TASK.opens_at + SECOND, "cutoff_at": DUE}, []),
        ({"cutoff_at": DUE - SECOND}, ["cutoff_before_due"]),
        ({"media_window_hours": 24, "cutoff_at": DUE + timedelta(hours=24)}, []),
        ({"media_window_hours": 24, "cutoff_at": DUE + timedelta(hours=24) - SECOND}, ["cutoff_before_window"]),
        ({"media_window_hours": 24, "cutoff_at": DUE - SECOND}, ["cutoff_before_due"]),
        ({"media_window_hours": 168, "cutoff_at": DUE + timedelta(hours=168)}, []),
        ({"media_window_hours": 169, "cutoff_at": DUE + timedelta(hours=200)}, ["window_out_of_range"]),
        ({"media_window_hours": -1}, ["window_out_of_range"]),
        ({"slots": ()}, []),
        ({"slots": (slot(), slot())}, ["slot_twice"]),
        ({"slots": (slot(least=2, most=1),)}, ["least_above_most"]),
        ({"slots": (slot(most=200),)}, []),
        ({"slots": (slot(most=201),)}, ["count_out_of_range"]),
        ({"slots": (slot(least=0, most=0),)}, ["count_out_of_range"]),
        ({"slots": (slot(least=-1),)}, ["count_out_of_range"]),
        ({"slots": (slot(formats=()),)}, ["no_formats"]),
        ({"slots": (slot(formats=(), takes_text=True),)}, []),
        ({"slots": (slot(max_bytes=1024),)}, []),
        ({"slots": (slot(max_bytes=1023),)}, ["size_out_of_range"]),
        ({"slots": (slot(max_bytes=16 * 1024**3),)}, []),
        ({"slots": (slot(max_bytes=16 * 1024**3 + 1),)}, ["size_out_of_range"]),
    ],
)
def test_what_a_task_must_be(over, codes):
    assert rules.task_problems(replace(TASK, **over)) == codes


@pytest.mark.parametrize(
    ("over", "now", "codes"),
    [
        ({}, DUE - SECOND, []),
        ({}, DUE, ["due_in_past"]),
        ({"state": "open"}, DUE - SECOND, ["not_draft"]),
        ({"state": "closed"}, DUE - SECOND, ["not_draft"]),
        ({"slots": 0, "required_slots": 0}, DUE - SECOND, ["no_slots"]),
        ({"required_slots": 0}, DUE - SECOND, ["nothing_required"]),
        ({"assignments": 0}, DUE - SECOND, ["no_assignments"]),
        ({"opens_at": DUE}, DUE - SECOND, ["due_before_opening"]),
        ({"opens_at": DUE - SECOND}, DUE - SECOND, []),
        ({"cutoff_at": DUE - SECOND}, DUE - SECOND, ["cutoff_before_due"]),
        ({"without_reporter": ("河北",)}, DUE - SECOND, ["bureau_without_reporter"]),
        ({"without_certifier": ("河北",)}, DUE - SECOND, []),
        ({"without_certifier": ("河北",), "sign_off": True}, DUE - SECOND, ["bureau_without_certifier"]),
        (
            {"slots": 0, "assignments": 0, "opens_at": DUE, "cutoff_at": DUE - SECOND, "without_reporter": ("河北",)},
            DUE,
            [
                "no_slots",
                "no_assignments",
                "due_before_opening",
                "cutoff_before_due",
                "due_in_past",
                "bureau_without_reporter",
            ],
        ),
    ],
)
def test_when_a_task_may_be_opened(over, now, codes):
    assert rules.opening_problems(replace(READY, **over), now=now) == codes


EXTENSION = {
    "due_at": DUE,
    "new_due_at": DUE + SECOND,
    "reason": "水灾",
    "document_number": "〔2014〕1号",
    "state": "open",
    "now": DUE,
}


@pytest.mark.parametrize(
    ("over", "codes"),
    [
        ({}, []),
        ({"new_due_at": DUE}, ["extension_not_later", "due_in_past"]),
        ({"new_due_at": DUE, "now": DUE - SECOND}, ["extension_not_later"]),
        ({"now": DUE + SECOND}, ["due_in_past"]),
        ({"state": "draft"}, ["task_not_open"]),
        ({"state": "closed"}, ["task_not_open"]),
        ({"reason": " "}, ["reason_missing"]),
        ({"reason": "长" * 500}, []),
        ({"reason": "长" * 501}, ["reason_too_long"]),
        ({"document_number": ""}, ["document_number_missing"]),
        (
            {"reason": "", "document_number": "", "state": "closed"},
            ["task_not_open", "reason_missing", "document_number_missing"],
        ),
    ],
)
def test_what_an_extension_must_be(over, codes):
    assert rules.extension_problems(**(EXTENSION | over)) == codes


@pytest.mark.parametrize(
    ("day", "clock", "zone", "moment"),
    [
        (date(2014, 10, 15), "24:00", "Asia/Shanghai", datetime(2014, 10, 15, 16, tzinfo=UTC)),
        (date(2014, 10, 15), "17:00", "Asia/Shanghai", datetime(2014, 10, 15, 9, tzinfo=UTC)),
        (date(2014, 10, 31), "24:00", "UTC", datetime(2014, 11, 1, tzinfo=UTC)),
        (date(2014, 12, 31), "24:00", "Asia/Shanghai", datetime(2014, 12, 31, 16, tzinfo=UTC)),
        (date(2014, 10, 15), "24:00", "Asia/Urumqi", datetime(2014, 10, 15, 18, tzinfo=UTC)),
    ],
)
def test_a_day_and_a_time_are_a_moment_and_back(day, clock, zone, moment):
    assert rules.moment_of(day, clock, zone) == moment
    assert rules.day_and_clock(moment, zone, ending=True) == (day, clock)


def test_an_opening_at_midnight_is_the_day_that_begins():
    assert rules.day_and_clock(datetime(2014, 8, 31, 16, tzinfo=UTC), "Asia/Shanghai", ending=False) == (
        date(2014, 9, 1),
        "00:00",
    )
