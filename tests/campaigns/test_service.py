"""Planning, assigning, opening, moving dues and closing, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from reporting.audit.models import Entry
from reporting.bureaus import service as bureaus
from reporting.bureaus.models import Bureau
from reporting.campaigns import queries
from reporting.campaigns import service as campaigns
from reporting.campaigns.models import Assignment, Campaign, Task
from reporting.campaigns.queries import Sieve
from reporting.campaigns.rules import CampaignPlan, SlotPlan, State, TaskPlan
from reporting.core.actor import Actor
from reporting.core.db import db, unit_of_work
from reporting.core.errors import Refused, Stale
from reporting.outbox import queries as letters
from tests.bureaus.arranging import TODAY, person, tree

ACTOR = Actor(user_id=None, name="王建国")
DUE = datetime(2014, 10, 15, 16, tzinfo=UTC)
LATER = DUE + timedelta(days=3)
CAMPAIGN = CampaignPlan(
    year=2014, title="质量月", document_number="〔2014〕432号", theme="主题", starts_on=date(2014, 9, 1), ends_on=date(2014, 9, 30), zone="Asia/Shanghai",
    focus_areas=(("提升", "说明"), ("整治", "")), slogan_lists=(("全国口号", ("一", "二")),),
)  # fmt: skip
TASK = TaskPlan(
    title="总结", opens_at=DUE - timedelta(days=45), due_at=DUE, cutoff_at=LATER,
    slots=(SlotPlan(kind="summary", formats=("pdf",), takes_text=True), SlotPlan(kind="photos", formats=("jpg",), most=9)),
)  # fmt: skip


@pytest.fixture
def task_id(app, now) -> int:
    """A draft task of headquarters; nobody owes it yet."""
    with unit_of_work():
        root = tree(now)["HQ"]
        campaign = campaigns.create_campaign(root, CAMPAIGN, actor=ACTOR, now=now)
        return campaigns.create_task(campaign, TASK, actor=ACTOR, now=now).id


def task(task_id) -> Task:
    return db.session.get(Task, task_id)


def campaign() -> Campaign:
    return db.session.scalar(select(Campaign))


def ids(*codes) -> list[int]:
    return list(db.session.scalars(select(Bureau.id).where(Bureau.code.in_(codes)).order_by(Bureau.id)))


def refused(verb) -> list[str]:
    with pytest.raises(Refused) as caught, unit_of_work():
        verb()
    return [reason.code for reason in caught.value.reasons]


def opened(task_id, now) -> None:
    with unit_of_work():
        for code in ("HE", "JS"):
            person(db.session.scalar(select(Bureau).where(Bureau.code == code)), "reporter", now=now)
        campaigns.assign(task(task_id), ids("HE", "JS"), actor=ACTOR, now=now)
        campaigns.open_task(task(task_id), actor=ACTOR, now=now)


def test_a_campaign_keeps_its_lists_in_order(task_id):
    found = campaign()
    assert [(area.position, area.title, area.body) for area in found.focus_areas] == [
        (1, "提升", "说明"),
        (2, "整治", ""),
    ]
    assert [(one.list_title, one.position, one.text) for one in found.slogans] == [
        ("全国口号", 1, "一"),
        ("全国口号", 2, "二"),
    ]
    assert (found.state, found.version) == ("draft", 1)


def test_everything_wrong_with_a_campaign_is_told_at_once(task_id, now):
    plan = replace(CAMPAIGN, title="", document_number="", theme="长" * 301, year=1)
    root = db.session.get(Bureau, campaign().organiser_id)
    assert refused(lambda: campaigns.create_campaign(root, plan, actor=ACTOR, now=now)) == [
        "title_missing", "document_number_missing", "year_unlikely", "field_too_long",
    ]  # fmt: skip


def test_the_second_to_save_is_told_who_was_first(task_id, now):
    with unit_of_work():
        campaigns.edit_campaign(campaign(), replace(CAMPAIGN, title="甲"), version=1, actor=ACTOR, now=now)
    with pytest.raises(Stale) as caught, unit_of_work():
        campaigns.edit_campaign(campaign(), replace(CAMPAIGN, title="乙"), version=1, actor=ACTOR, now=now)
    assert (caught.value.by, campaign().title, campaign().version) == ("王建国", "甲", 2)
    with pytest.raises(Stale), unit_of_work():
        campaigns.edit_task(task(task_id), TASK, version=7, actor=ACTOR, now=now)


def test_focus_areas_keep_their_ids_and_cannot_be_dropped_once_open(task_id, now):
    before = [area.id for area in campaign().focus_areas]
    with unit_of_work():
        plan = replace(CAMPAIGN, focus_areas=(("改", ""), ("整治", ""), ("三", "")))
        campaigns.edit_campaign(campaign(), plan, version=1, actor=ACTOR, now=now)
    assert [area.id for area in campaign().focus_areas][:2] == before
    with unit_of_work():
        campaigns.edit_campaign(campaign(), CAMPAIGN, version=2, actor=ACTOR, now=now)
        campaigns.set_campaign_state(campaign(), State.OPEN, actor=ACTOR, now=now)
    fewer = replace(CAMPAIGN, focus_areas=(("提升", ""),))
    assert refused(lambda: campaigns.edit_campaign(campaign(), fewer, version=3, actor=ACTOR, now=now)) == [
        "focus_areas_fixed"
    ]
    assert len(campaign().focus_areas) == 2


def test_assigning_twice_is_once_and_only_below_the_organiser(task_id, now):
    with unit_of_work():
        assert campaigns.assign(task(task_id), [*ids("HE", "JS"), 999], actor=ACTOR, now=now) == 2
        assert campaigns.assign(task(task_id), ids("HE", "HE-1"), actor=ACTOR, now=now) == 1
        entries = db.session.scalar(select(func.count()).select_from(Entry))
        assert campaigns.assign(task(task_id), ids("HE"), actor=ACTOR, now=now) == 0
    assert db.session.scalar(select(func.count()).select_from(Entry)) == entries
    rows = db.session.scalars(select(Assignment)).all()
    assert {(row.due_at, row.cutoff_at, row.due_rev) for row in rows} == {(DUE, LATER, 0)}
    with unit_of_work():
        assert campaigns.unassign(task(task_id), ids("HE", "JS"), actor=ACTOR, now=now) == 2
    assert queries.assigned_bureau_ids(task_id) == set(ids("HE-1"))


@pytest.mark.parametrize(
    ("sieve", "codes"),
    [
        ({}, ["HE", "JS", "HE-1"]),
        ({"text": "hebei"}, ["HE"]),
        ({"kind": "city"}, ["HE-1"]),
        ({"region": "华北"}, ["HE", "HE-1"]),
        ({"region": "华北", "kind": "quality"}, ["HE"]),
        ({"direct": True}, ["HE", "JS"]),
        ({"only": "assigned"}, ["JS"]),
        ({"only": "free"}, ["HE", "HE-1"]),
        ({"only": "unreachable"}, ["HE", "HE-1"]),
        ({"text": "nowhere"}, []),
    ],
)
def test_candidates_are_sifted_and_assigned_as_found(task_id, now, sieve, codes):
    with unit_of_work():
        person(db.session.scalar(select(Bureau).where(Bureau.code == "JS")), "reporter", now=now)
        campaigns.assign(task(task_id), ids("JS"), actor=ACTOR, now=now)
    found, total = queries.candidates(task(task_id), Sieve(**sieve))
    assert ([one.code for one in found], total) == (codes, len(codes))
    with unit_of_work():
        assert campaigns.assign_all(task(task_id), **sieve, actor=ACTOR, now=now) == len(set(codes) - {"JS"})


def test_closed_bureaus_are_neither_offered_nor_assigned(task_id, now):
    with unit_of_work():
        bureaus.close(db.session.scalar(select(Bureau).where(Bureau.code == "JS")), on=TODAY, actor=ACTOR, now=now)
        assert campaigns.assign(task(task_id), ids("JS"), actor=ACTOR, now=now) == 0
    assert "JS" not in [one.code for one in queries.candidates(task(task_id), Sieve())[0]]


def test_opening_is_refused_with_every_reason_and_the_names(task_id, now):
    with unit_of_work():
        plan = replace(TASK, sign_off=True, slots=(replace(TASK.slots[0], required=False),))
        campaigns.edit_task(task(task_id), plan, version=1, actor=ACTOR, now=now)
        campaigns.assign(task(task_id), ids("HE", "JS"), actor=ACTOR, now=now)
    with pytest.raises(Refused) as caught, unit_of_work():
        campaigns.open_task(task(task_id), actor=ACTOR, now=DUE)
    assert [reason.code for reason in caught.value.reasons] == [
        "nothing_required", "due_in_past", "bureau_without_reporter", "bureau_without_certifier",
    ]  # fmt: skip
    assert caught.value.reasons[2].facts == {"names": ["河北质监局", "江苏质监局"], "total": 2}
    assert task(task_id).state == "draft"


def test_a_disabled_reporter_is_none(task_id, now):
    with unit_of_work():
        user = person(db.session.scalar(select(Bureau).where(Bureau.code == "HE")), "reporter", now=now)
        campaigns.assign(task(task_id), ids("HE"), actor=ACTOR, now=now)
        assert campaigns.readiness(task(task_id)).without_reporter == []
        bureaus.set_active(user, active=False, actor=ACTOR, now=now)
    assert campaigns.readiness(task(task_id)).without_reporter == ["河北质监局"]


def test_opening_a_task_opens_its_campaign_and_fixes_who_owes_it(task_id, now):
    opened(task_id, now)
    with unit_of_work():
        campaigns.open_task(task(task_id), actor=ACTOR, now=now + timedelta(hours=1))
    assert (task(task_id).state, task(task_id).opened_at, campaign().state) == ("open", now, "open")
    assert refused(lambda: campaigns.unassign(task(task_id), ids("HE"), actor=ACTOR, now=now)) == ["not_draft"]


def test_an_open_task_keeps_its_slots_and_not_its_due_behind_us(task_id, now):
    opened(task_id, now)
    more = replace(TASK, slots=(*TASK.slots, SlotPlan(kind="videos", formats=("mp4",))), due_at=now, cutoff_at=LATER)
    assert refused(lambda: campaigns.edit_task(task(task_id), more, version=1, actor=ACTOR, now=now)) == [
        "slots_fixed",
        "due_in_past",
    ]
    with unit_of_work():
        wider = replace(TASK, slots=(TASK.slots[0], replace(TASK.slots[1], most=30)))
        campaigns.edit_task(task(task_id), wider, version=1, actor=ACTOR, now=now)
    assert [slot.most for slot in task(task_id).slots] == [1, 30]


def test_slots_of_a_draft_come_and_go_and_keep_their_ids(task_id, now):
    photos = task(task_id).slots[1].id
    with unit_of_work():
        plan = replace(TASK, slots=(TASK.slots[1], SlotPlan(kind="videos", formats=("mp4",))))
        campaigns.edit_task(task(task_id), plan, version=1, actor=ACTOR, now=now)
    assert [(slot.kind, slot.position) for slot in task(task_id).slots] == [("photos", 0), ("videos", 1)]
    assert task(task_id).slots[0].id == photos


def test_a_moved_due_reaches_everybody_and_an_extension_keeps_the_later(task_id, now):
    opened(task_id, now)
    extended = db.session.scalar(select(Assignment).where(Assignment.bureau_id.in_(ids("JS"))))
    with unit_of_work():
        own = db.session.get(Assignment, extended.id)
        campaigns.extend(own, due_at=LATER, reason="水灾", document_number="〔2014〕1号", actor=ACTOR, now=now)
    with unit_of_work():
        plan = replace(TASK, due_at=DUE + timedelta(days=1), cutoff_at=LATER + timedelta(days=1))
        campaigns.edit_task(task(task_id), plan, version=1, actor=ACTOR, now=now)
    rows = {row.bureau_id: (row.due_at, row.cutoff_at, row.due_rev) for row in db.session.scalars(select(Assignment))}
    assert rows == {
        ids("HE")[0]: (DUE + timedelta(days=1), LATER + timedelta(days=1), 1),
        ids("JS")[0]: (LATER, LATER + timedelta(days=1), 1),
    }
    assert [change.kind for change in queries.due_changes(extended.id)] == ["extension"]


def test_those_whose_due_is_moved_with_everybodys_are_written_to(task_id, now):
    opened(task_id, now)
    plan = replace(TASK, due_at=DUE + timedelta(days=1), cutoff_at=LATER + timedelta(days=1))
    for title in ("总结", "工作总结"):
        with unit_of_work():
            edited = replace(plan, title=title)
            campaigns.edit_task(task(task_id), edited, version=task(task_id).version, actor=ACTOR, now=now)
    told = [letters.by_id(row.id) for row in letters.page(kind="extension", limit=10).rows]
    dues = {(one.facts["old_due_at"], one.facts["due_at"], one.facts["reason"]) for one in told}
    assert dues == {(DUE.isoformat(), plan.due_at.isoformat(), "")}
    assert len(told) == 2, "the reporters of Hebei and Jiangsu, once each"


def test_an_extension_to_a_due_that_holds_already_is_refused_not_passed_over(task_id, now):
    opened(task_id, now)
    with unit_of_work():
        campaigns.edit_task(
            task(task_id), replace(TASK, due_at=LATER, cutoff_at=LATER), version=1, actor=ACTOR, now=now
        )
    he = db.session.scalar(select(Assignment).where(Assignment.bureau_id.in_(ids("HE"))))
    given = {"reason": "水灾", "document_number": "〔2014〕1号", "actor": ACTOR, "now": now}
    assert refused(lambda: campaigns.extend(he, due_at=LATER, **given)) == ["extension_not_later"]


def test_an_extension_is_overtaken_by_a_due_that_is_moved_beyond_it(task_id, now):
    opened(task_id, now)
    js = db.session.scalar(select(Assignment.id).where(Assignment.bureau_id.in_(ids("JS"))))
    with unit_of_work():
        own = db.session.get(Assignment, js)
        campaigns.extend(own, due_at=LATER, reason="水灾", document_number="〔2014〕1号", actor=ACTOR, now=now)
    with unit_of_work():
        plan = replace(TASK, due_at=LATER + timedelta(days=5), cutoff_at=LATER + timedelta(days=9))
        campaigns.edit_task(task(task_id), plan, version=1, actor=ACTOR, now=now)
    own = db.session.get(Assignment, js)
    assert (own.due_at, own.cutoff_at, own.due_rev) == (plan.due_at, plan.cutoff_at, 2)
    assert [change.kind for change in queries.due_changes(js)] == ["extension", "task"]


def test_an_open_task_still_requires_something_and_keeps_those_who_may_sign(task_id, now):
    opened(task_id, now)
    optional = tuple(replace(slot, required=False) for slot in TASK.slots)

    def edit(**over):
        return lambda: campaigns.edit_task(task(task_id), replace(TASK, **over), version=1, actor=ACTOR, now=now)

    assert refused(edit(slots=optional)) == ["nothing_required"]
    assert refused(edit(sign_off=True)) == ["bureau_without_certifier"]
    with unit_of_work():
        edit(title="改过的名称")()
    assert task(task_id).title == "改过的名称"


def test_the_record_of_an_edit_says_what_was_and_what_is(task_id, now):
    with unit_of_work():
        slots = (replace(TASK.slots[0], max_bytes=1 << 20), TASK.slots[1])
        plan = replace(TASK, sign_off=True, cutoff_at=LATER + timedelta(days=1), slots=slots)
        campaigns.edit_task(task(task_id), plan, version=1, actor=ACTOR, now=now)
    facts = db.session.scalar(select(Entry.facts).where(Entry.action == "task.edited"))
    assert facts["sign_off"] == {"was": False, "is": True}
    assert facts["cutoff_at"] == {"was": LATER.isoformat(), "is": (LATER + timedelta(days=1)).isoformat()}
    assert (facts["slot_summary"]["was"]["max_bytes"], facts["slot_summary"]["is"]["max_bytes"]) == (50 << 20, 1 << 20)
    assert set(facts) == {"sign_off", "cutoff_at", "slot_summary"}


def test_an_open_task_is_assigned_only_to_those_who_can_still_hand_in(task_id, now):
    opened(task_id, now)
    late_one = ids("HE-1")

    def assign(at):
        return lambda: campaigns.assign(task(task_id), late_one, actor=ACTOR, now=at)

    assert refused(assign(now)) == ["bureau_without_reporter"]
    assert len(queries.assigned_bureau_ids(task_id)) == 2
    with unit_of_work():
        person(db.session.scalar(select(Bureau).where(Bureau.code == "HE-1")), "reporter", now=now)
    assert refused(assign(DUE)) == ["due_in_past"]
    with unit_of_work():
        assert assign(now)() == 1


def test_a_moved_due_of_a_draft_makes_no_revision(task_id, now):
    with unit_of_work():
        campaigns.assign(task(task_id), ids("HE"), actor=ACTOR, now=now)
        campaigns.edit_task(task(task_id), replace(TASK, due_at=LATER), version=1, actor=ACTOR, now=now)
    assert db.session.execute(select(Assignment.due_at, Assignment.due_rev)).one() == (LATER, 0)


def test_closing_a_campaign_closes_its_tasks_and_reopening_takes_it_back(task_id, now):
    opened(task_id, now)
    for _twice in range(2):
        with unit_of_work():
            campaigns.set_campaign_state(campaign(), State.CLOSED, actor=ACTOR, now=now)
    assert (campaign().state, task(task_id).state, task(task_id).closed_at) == ("closed", "closed", now)
    assert refused(lambda: campaigns.assign(task(task_id), ids("HE-1"), actor=ACTOR, now=now)) == ["task_closed"]
    assert "task_closed" in refused(lambda: campaigns.edit_task(task(task_id), TASK, version=1, actor=ACTOR, now=now))
    with unit_of_work():
        campaigns.reopen_task(task(task_id), actor=ACTOR, now=now)
    assert (campaign().state, task(task_id).state, task(task_id).closed_at) == ("open", "open", None)
    actions = db.session.scalars(select(Entry.action).order_by(Entry.id)).all()
    assert actions[-4:] == ["task.closed", "campaign.closed", "campaign.open", "task.reopened"]


def test_what_others_organise_is_not_found(task_id):
    assert queries.find_campaign(campaign().id, organiser_ids=ids("HE")) is None
    assert queries.find_task(task_id, organiser_ids=ids("HE", "JS")) is None
    assert queries.find_task(task_id, organiser_ids=ids("HQ")).id == task_id


DAY = timedelta(hours=24)


def windows(task_id):
    """Due, cut-off and end of the media window of each assignment."""
    rows = db.session.execute(
        select(Assignment.due_at, Assignment.cutoff_at, Assignment.media_until)
        .where(Assignment.task_id == task_id)
        .order_by(Assignment.id)
    )
    return [tuple(row) for row in rows]


def edit(task_id, now, **over) -> None:
    with unit_of_work():
        found = task(task_id)
        campaigns.edit_task(found, replace(TASK, **over), version=found.version, actor=ACTOR, now=now)


def test_a_media_window_reaches_everybody_of_a_draft_and_whoever_joins(task_id, now):
    with unit_of_work():
        campaigns.assign(task(task_id), ids("HE"), actor=ACTOR, now=now)
    assert windows(task_id) == [(DUE, LATER, None)]
    edit(task_id, now, media_window_hours=24)
    with unit_of_work():
        campaigns.assign(task(task_id), ids("JS"), actor=ACTOR, now=now)
    assert windows(task_id) == [(DUE, LATER, DUE + DAY)] * 2


def test_an_open_task_may_lengthen_its_window_but_not_shorten_it(task_id, now):
    opened(task_id, now)
    edit(task_id, now, media_window_hours=24)
    assert windows(task_id) == [(DUE, LATER, DUE + DAY)] * 2
    edit(task_id, now, media_window_hours=48)
    assert windows(task_id) == [(DUE, LATER, DUE + 2 * DAY)] * 2
    assert refused(
        lambda: campaigns.edit_task(
            task(task_id), replace(TASK, media_window_hours=47), version=task(task_id).version, actor=ACTOR, now=now
        )
    ) == ["window_shortened"]


def test_an_extension_takes_the_window_and_the_cut_off_along(task_id, now):
    opened(task_id, now)
    edit(task_id, now, media_window_hours=24)
    with unit_of_work():
        first = db.session.scalar(select(Assignment).order_by(Assignment.id).limit(1))
        campaigns.extend(first, due_at=LATER, reason="水灾", document_number="88号", actor=ACTOR, now=now)
    assert windows(task_id) == [(LATER, LATER + DAY, LATER + DAY), (DUE, LATER, DUE + DAY)]
    assert queries.due_changes(first.id)[0].cutoff_at == LATER + DAY
    edit(task_id, now, media_window_hours=48)
    assert windows(task_id) == [(LATER, LATER + 2 * DAY, LATER + 2 * DAY), (DUE, LATER, DUE + 2 * DAY)]


def test_a_moved_due_moves_the_window(task_id, now):
    opened(task_id, now)
    edit(task_id, now, media_window_hours=24)
    edit(task_id, now, media_window_hours=24, due_at=DUE + DAY)
    assert windows(task_id) == [(DUE + DAY, LATER, DUE + 2 * DAY)] * 2
