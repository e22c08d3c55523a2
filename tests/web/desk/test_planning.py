"""A coordinator plans: campaigns, tasks, bureaus, opening; on pages, with every reason beside its field."""

import re
from datetime import UTC, date, datetime

import pytest

from reporting.campaigns import queries
from reporting.campaigns import service as campaigns
from reporting.campaigns.rules import CampaignPlan, SlotPlan, TaskPlan
from reporting.core.actor import Actor
from reporting.core.db import db, unit_of_work
from tests.bureaus.arranging import person, tree

DUE = datetime(2014, 10, 15, 16, tzinfo=UTC)
CAMPAIGN = {
    "title": "2014年全国“质量月”活动", "document_number": "国质检质联〔2014〕432号", "year": "2014", "theme": "责任", "zone": "Asia/Shanghai",
    "starts_on": "2014-09-01", "ends_on": "2014-09-30", "focus_areas": "提升｜说明\n整治|另一个\n\n宣传", "version": "1", "lists": "2",
    "slogan_title_1": "全国口号", "slogan_lines_1": "一\n二", "step": "save",
}  # fmt: skip
TASK = {
    "title": "活动总结", "opens_on": "2014-09-01", "opens_clock": "09:00", "due_on": "2014-10-15", "due_clock": "24:00",
    "cutoff_on": "2014-10-31", "cutoff_clock": "other", "cutoff_other": "17:30", "version": "1",
    "summary_asked": "y", "summary_required": "yes", "summary_least": "1", "summary_most": "5", "summary_size": "50",
    "summary_formats": ["pdf", "docx"], "summary_text": "y",
    "photos_asked": "y", "photos_required": "no", "photos_least": "1", "photos_most": "30", "photos_size": "0.5", "photos_formats": ["jpg"], "photos_none": "y",
    "videos_required": "yes", "videos_least": "1", "videos_most": "5", "videos_size": "2048", "videos_formats": ["mp4"],
}  # fmt: skip


@pytest.fixture
def made(app, now):
    with unit_of_work():
        found = tree(now)
        people = {role: person(found["HQ"], role, now=now) for role in ("coordinator", "reviewer")}
        people["stranger"] = person(found["HE"], "coordinator", now=now)
        people["reporter"] = person(found["HE"], "reporter", now=now)
    return found, people


@pytest.fixture
def planned(made, now) -> tuple[int, int]:
    """The ids of a draft campaign and of its draft task."""
    actor = Actor(None, "张主任")
    with unit_of_work():
        plan = CampaignPlan(
            year=2014, title="质量月", document_number="432号", theme="", starts_on=date(2014, 9, 1), ends_on=date(2014, 9, 30), zone="Asia/Shanghai"
        )  # fmt: skip
        campaign = campaigns.create_campaign(made[0]["HQ"], plan, actor=actor, now=now)
        slots = (SlotPlan(kind="summary", formats=("pdf",)),)
        task = campaigns.create_task(
            campaign, TaskPlan(title="总结", opens_at=now, due_at=DUE, cutoff_at=DUE, slots=slots), actor=actor, now=now
        )
        return campaign.id, task.id


def organised(made):
    db.session.expire_all()
    return queries.campaigns_of([made[0]["HQ"].id])[0]


def test_a_campaign_is_written_down_and_read_back(client, made):
    client.sign_in(made[1]["coordinator"])
    answer = client.post("/desk/campaigns/new", data={**CAMPAIGN, "organiser": made[0]["HQ"].id})
    assert answer.status_code == 302
    found = organised(made)
    assert answer.location == f"/desk/campaigns/{found.id}"
    assert [(area.title, area.body) for area in found.focus_areas] == [
        ("提升", "说明"),
        ("整治", "另一个"),
        ("宣传", ""),
    ]
    assert [(one.list_title, one.text) for one in found.slogans] == [("全国口号", "一"), ("全国口号", "二")]
    page = client.get(f"/desk/campaigns/{found.id}/edit").text
    assert "提升｜说明" in page


def test_every_fault_of_a_campaign_is_told_at_once_and_nothing_typed_is_lost(client, made):
    client.sign_in(made[1]["coordinator"])
    wrong = {"title": "", "document_number": "", "year": "1066", "ends_on": "2014-08-31", "theme": "长" * 301}
    answer = client.post("/desk/campaigns/new", data={**CAMPAIGN, **wrong, "organiser": made[0]["HQ"].id})
    assert answer.status_code == 200
    for sentence in (
        "请填写活动的标题",
        "请填写通知的文号",
        "年度应在 1978 至 2100 之间",
        "结束日期早于开始日期",
        "“活动主题”超过 300 个字",
        "宣传",
        "长" * 301,
    ):
        assert sentence in answer.text
    assert queries.campaigns_of([made[0]["HQ"].id]) == []


def test_one_more_list_of_slogans_is_added_without_saving(client, made):
    client.sign_in(made[1]["coordinator"])
    page = client.post("/desk/campaigns/new", data={**CAMPAIGN, "step": "add-list"}).text
    assert 'name="slogan_title_3"' in page
    assert "二" in page
    assert queries.campaigns_of([made[0]["HQ"].id]) == []


def test_a_campaign_is_organised_only_where_one_coordinates(client, made):
    client.sign_in(made[1]["stranger"])
    client.post("/desk/campaigns/new", data={**CAMPAIGN, "organiser": made[0]["HQ"].id})
    assert queries.campaigns_of([made[0]["HQ"].id]) == []


def test_the_second_to_save_sees_both_versions_and_may_then_save(client, made, planned, now):
    campaign_id, _task = planned
    client.sign_in(made[1]["coordinator"])
    with unit_of_work():
        plan = CampaignPlan(
            year=2014, title="对方的标题", document_number="432号", theme="", starts_on=date(2014, 9, 1), ends_on=date(2014, 9, 30), zone="Asia/Shanghai"
        )  # fmt: skip
        campaigns.edit_campaign(organised(made), plan, version=1, actor=Actor(None, "张主任"), now=now)
    mine = {**CAMPAIGN, "organiser": made[0]["HQ"].id, "title": "我的标题"}
    page = client.post(f"/desk/campaigns/{campaign_id}/edit", data=mine)
    assert page.status_code == 200
    for words in ("张主任已在另一处保存过", "对方的标题", "我的标题", 'name="version" type="hidden" value="2"'):
        assert words in page.text
    assert organised(made).title == "对方的标题"
    assert client.post(f"/desk/campaigns/{campaign_id}/edit", data={**mine, "version": "2"}).status_code == 302
    assert organised(made).title == "我的标题"


def test_a_task_is_written_down_with_its_moments_in_utc(client, made, planned):
    campaign_id, _task = planned
    client.sign_in(made[1]["coordinator"])
    answer = client.post(f"/desk/campaigns/{campaign_id}/tasks/new", data=TASK)
    assert answer.status_code == 302
    found = queries.tasks_of([campaign_id])[-1]
    assert (found.opens_at, found.due_at, found.cutoff_at) == (
        datetime(2014, 9, 1, 1, tzinfo=UTC), DUE, datetime(2014, 10, 31, 9, 30, tzinfo=UTC),
    )  # fmt: skip
    told = [
        (slot.kind, slot.required, slot.most, slot.formats, slot.max_bytes, slot.takes_text, slot.may_declare_none)
        for slot in found.slots
    ]
    assert told == [
        ("summary", True, 5, "docx pdf", 50 << 20, True, False),
        ("photos", False, 30, "jpg", 1 << 19, False, True),
    ]
    page = client.get(f"/desk/tasks/{found.id}/edit").text
    assert 'value="17:30"' in page
    assert 'value="0.5"' in page


def test_every_fault_of_a_task_is_told_at_once(client, made, planned):
    campaign_id, _task = planned
    client.sign_in(made[1]["coordinator"])
    wrong = {
        "title": "", "due_on": "2014-08-01", "due_clock": "other", "due_other": "", "cutoff_on": "2014-07-01",
        "summary_least": "9", "summary_size": "", "photos_formats": [], "guidance": "还在这里",
    }  # fmt: skip
    answer = client.post(f"/desk/campaigns/{campaign_id}/tasks/new", data={**TASK, **wrong})
    assert answer.status_code == 200
    for sentence in (
        "请填写报送事项的标题",
        "请填写时间",
        "截止时间不晚于开始时间",
        "关闭时间早于截止时间",
        "最少个数大于最多个数",
        "请填写数字",
        "没有可用的格式",
        "还在这里",
    ):
        assert sentence in answer.text, sentence
    assert len(queries.tasks_of([campaign_id])) == 1


def test_bureaus_are_assigned_found_and_taken_off(client, made, planned):
    _campaign, task_id = planned
    bureaus, people = made
    client.sign_in(people["coordinator"])
    address = f"/desk/tasks/{task_id}/assign"
    assert "河北质监局" in client.get(f"{address}?text=hebei").text
    assert client.post(address, data={"step": "assign", "bureau": [bureaus["JS"].id, "x"]}).status_code == 302
    client.post(address, data={"step": "assign-found", "region": "华北", "direct": "1"})
    assert queries.assigned_bureau_ids(task_id) == {bureaus["JS"].id, bureaus["HE"].id}
    page = client.get(address).text
    assert "已分派 2 个单位" in page
    assert "其中 1 个单位没有可用的填报人" in page
    client.post(address, data={"step": "unassign", "bureau": [bureaus["JS"].id]})
    assert queries.assigned_bureau_ids(task_id) == {bureaus["HE"].id}
    assert client.post(address, data={"step": "burn", "bureau": ["1"]}).status_code == 404


def test_opening_tells_every_reason_with_its_mend_and_then_opens_once(client, made, planned):
    _campaign, task_id = planned
    bureaus, people = made
    client.sign_in(people["coordinator"])
    address = f"/desk/tasks/{task_id}/open"
    assert "还没有分派给任何单位" in client.get(address).text
    assert client.post(address).location == address
    client.post(f"/desk/tasks/{task_id}/assign", data={"step": "assign", "bureau": [bureaus["JS"].id]})
    page = client.get(address).text
    assert "没有可用的填报人" in page
    assert f"/desk/tasks/{task_id}/assign?only=unreachable" in page
    client.post(f"/desk/tasks/{task_id}/assign", data={"step": "unassign", "bureau": [bureaus["JS"].id]})
    client.post(f"/desk/tasks/{task_id}/assign", data={"step": "assign", "bureau": [bureaus["HE"].id]})
    assert "1 个单位将在“我的任务”中看到" in client.get(address).text
    for _twice in range(2):
        assert client.post(address).location == f"/desk/tasks/{task_id}"
    db.session.expire_all()
    assert queries.task(task_id).state == "open"
    for step, state in (("close", "closed"), ("reopen", "open")):
        assert client.get(f"/desk/tasks/{task_id}/{step}").status_code == 200
        client.post(f"/desk/tasks/{task_id}/{step}")
        db.session.expire_all()
        assert queries.task(task_id).state == state


def test_a_campaign_is_opened_and_closed_with_what_follows_from_it(client, made, planned):
    campaign_id, task_id = planned
    bureaus, people = made
    client.sign_in(people["coordinator"])
    client.post(f"/desk/tasks/{task_id}/assign", data={"step": "assign", "bureau": [bureaus["HE"].id]})
    client.post(f"/desk/tasks/{task_id}/open")
    address = f"/desk/campaigns/{campaign_id}"
    asked = client.get(f"{address}/close").text
    assert "其中 1 个开放的报送事项会一并关闭，1 个单位不能再提交" in asked
    assert campaign_state(campaign_id) == ("open", "open")
    for _twice in range(2):
        assert client.post(f"{address}/close").location == address
        assert campaign_state(campaign_id) == ("closed", "closed"), "its open tasks are closed with it"
    assert "活动已关闭，其中的报送事项也已关闭" in client.get(address).text
    assert client.get(f"{address}/open").status_code == 200
    for _twice in range(2):
        assert client.post(f"{address}/open").location == address
        assert campaign_state(campaign_id) == ("open", "closed"), "a task is opened again by itself"
    assert "活动已开放" in client.get(address).text


def campaign_state(campaign_id):
    """The state of a campaign and of its only task."""
    db.session.expire_all()
    (task,) = queries.tasks_of([campaign_id])
    return task.campaign.state, task.state


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("coordinator", (200, 200, 200)),
        ("reviewer", (200, 404, 404)),
        ("stranger", (404, 404, 404)),
        ("reporter", (404, 404, 404)),
    ],
)
def test_only_the_organisers_coordinator_changes_things(client, made, planned, who, statuses):
    campaign_id, task_id = planned
    client.sign_in(made[1][who])
    pages = (f"/desk/campaigns/{campaign_id}", f"/desk/campaigns/{campaign_id}/edit", f"/desk/tasks/{task_id}/assign")
    assert tuple(client.get(page).status_code for page in pages) == statuses
    if who != "coordinator":
        for page in (
            *pages[1:],
            f"/desk/tasks/{task_id}/open",
            f"/desk/tasks/{task_id}/close",
            f"/desk/campaigns/{campaign_id}/close",
        ):
            assert client.post(page).status_code == 404


def test_a_list_without_campaigns_says_how_they_get_here(client, made):
    client.sign_in(made[1]["coordinator"])
    assert "还没有活动" in client.get("/desk/campaigns").text


@pytest.mark.parametrize("more", [0, 5])
def test_the_list_costs_the_same_however_long(client, made, planned, count_queries, now, more):
    with unit_of_work():
        for _number in range(more):
            plan = TaskPlan(
                title="又一项",
                opens_at=now,
                due_at=DUE,
                cutoff_at=DUE,
                slots=(SlotPlan(kind="photos", formats=("jpg",)),),
            )
            campaigns.create_task(organised(made), plan, actor=Actor(None, "张主任"), now=now)
    client.sign_in(made[1]["coordinator"])
    with count_queries() as asked:
        assert client.get("/desk/campaigns").status_code == 200
    # One of them reads the calendar of working days, which is told beside each deadline that lies ahead.
    asked.expect(9)


def test_a_media_window_is_written_down_and_read_back(client, made, planned):
    campaign_id, task_id = planned
    client.sign_in(made[1]["coordinator"])
    page = client.get(f"/desk/tasks/{task_id}/edit").text
    assert "图片、视频可在截止后多少小时内传完" in page
    wanted = {**TASK, "title": "附报", "media_window": "24", "version": "1"}
    assert client.post(f"/desk/tasks/{task_id}/edit", data=wanted).status_code == 302
    db.session.rollback()
    found = queries.find_task(task_id, organiser_ids=[made[0]["HQ"].id])
    assert (found.title, found.media_window_hours) == ("附报", 24)
    [field] = re.findall(r'<input[^>]* name="media_window"[^>]*>', client.get(f"/desk/tasks/{task_id}/edit").text)
    assert 'value="24"' in field
    answer = client.post(
        f"/desk/campaigns/{campaign_id}/tasks/new",
        data={**TASK, "media_window": "24", "cutoff_on": "2014-10-15", "cutoff_clock": "24:00"},
    )
    assert "关闭时间早于图片、视频传完的期限" in answer.text
    answer = client.post(f"/desk/campaigns/{campaign_id}/tasks/new", data={**TASK, "media_window": "200"})
    assert "应在 0 至 168 小时之间" in answer.text
