"""Every list with 1, with 3 and with 3,200 rows: the same number of statements, one page at a time, the total told."""

from datetime import date

import pytest
from flask import Flask

from reporting.accounts.models import User
from reporting.bureaus.models import Membership
from reporting.campaigns import queries as campaigns
from reporting.campaigns.models import Assignment, Campaign, Slot, Task
from reporting.core.db import db, unit_of_work
from reporting.outbox.models import Message
from tests import crowd
from tests.fixtures.application import Client

PAGE = 100
LISTS = {
    "/desk/tasks/{task}/assign": 11,
    "/admin/bureaus": 8,
    "/admin/people": 4,
    "/desk/letters": 5,
}


def arrange(count: int) -> tuple[int, object]:
    """So many bureaus, each with a reporter and a letter; gives the task and somebody who may see all of it."""
    with unit_of_work():
        made = crowd.task()
        ids = crowd.bureaus(count)
        crowd.assignments(made, ids)
        organiser = crowd.organiser().id
        reader = crowd.person("coordinator", organiser)
        crowd.add(User, (_reporter(reader.id + 1 + place) for place in range(count)))
        crowd.add(Membership, (_post(reader.id + 1 + place, bureau_id) for place, bureau_id in enumerate(ids)))
        crowd.add(Message, (_letter(number, organiser) for number in range(count)))
        return made.id, reader


def _reporter(number: int) -> dict[str, object]:
    return {
        "id": number, "email": f"p{number}@example.cn", "name": "李敏", "phone": "", "active": True, "must_change_password": False,
        "language": "zh_Hans_CN", "fs_uniquifier": f"u{number}", "created_at": crowd.OPENS,
    }  # fmt: skip


def _post(user_id: int, bureau_id: int) -> dict[str, object]:
    return {"user_id": user_id, "bureau_id": bureau_id, "role": "reporter", "since_at": crowd.OPENS}


def _letter(number: int, organiser_id: int) -> dict[str, object]:
    return {
        "kind": "reminder", "key": f"reminder:{number}", "organiser_id": organiser_id, "to_address": f"p{number}@example.cn",
        "to_name": "李敏", "language": "zh_Hans_CN", "facts": {}, "state": "sent", "attempts": 1, "doubts": 0, "created_at": crowd.OPENS,
        "subject": f"第 {number} 封",
    }  # fmt: skip


@pytest.mark.timeout(180)
@pytest.mark.parametrize("count", [1, 3, 3200])
def test_a_list_asks_the_same_whatever_its_length(app: Flask, client: Client, count_queries, count: int) -> None:
    task_id, reader = arrange(count)
    client.sign_in(reader)
    told = {}
    for address in LISTS:
        with count_queries() as asked:
            answer = client.get(address.format(task=task_id))
        assert answer.status_code == 200
        told[address] = len(asked)
        assert 1 <= answer.text.count("<tr") <= 2 * PAGE + 10, f"{address} shows {answer.text.count('<tr')} rows"
        if count > PAGE:
            assert f"{count:,}" in answer.text or f"{count + 1:,}" in answer.text, f"{address} does not tell the total"
    assert told == LISTS
    db.session.rollback()


def arrange_years(count: int) -> tuple[object, object]:
    """So many campaigns of one task each, all of them owed by one bureau; gives the bureau's reporter and the reader."""
    with unit_of_work():
        organiser, bureau_id = crowd.organiser().id, crowd.bureaus(1)[0]
        numbers = range(1, count + 1)
        crowd.add(Campaign, (_campaign(number, organiser) for number in numbers))
        crowd.add(Task, (_task(number) for number in numbers))
        crowd.add(Slot, ({"task_id": number, **_SLOT} for number in numbers))
        crowd.add(Assignment, (_assignment(number, bureau_id) for number in numbers))
        return crowd.person("reporter", bureau_id), crowd.person("coordinator", organiser)


def _campaign(number: int, organiser_id: int) -> dict[str, object]:
    return {
        "id": number, "organiser_id": organiser_id, "year": 2014, "title": f"第 {number} 项活动", "title_en": "", "document_number": "432号",
        "theme": "", "starts_on": date(2014, 9, 1), "ends_on": date(2014, 9, 30), "zone": "Asia/Shanghai", "state": "open",
        "created_at": crowd.OPENS,
    }  # fmt: skip


def _task(number: int) -> dict[str, object]:
    return {
        "id": number, "campaign_id": number, "title": f"第 {number} 项总结", "title_en": "", "opens_at": crowd.OPENS, "due_at": crowd.DUE,
        "cutoff_at": crowd.CUTOFF, "state": "open", "opened_at": crowd.OPENS,
    }  # fmt: skip


_SLOT = {
    "position": 0,
    "kind": "summary",
    "required": True,
    "most": 5,
    "formats": "docx",
    "max_bytes": 2**20,
    "takes_text": True,
}


def _assignment(number: int, bureau_id: int) -> dict[str, object]:
    return {
        "id": number, "task_id": number, "bureau_id": bureau_id, "due_at": crowd.DUE, "cutoff_at": crowd.CUTOFF, "due_rev": 0,
        "created_at": crowd.OPENS,
    }  # fmt: skip


@pytest.mark.timeout(180)
@pytest.mark.parametrize("count", [1, 3, 3200])
def test_no_year_is_cut_off_without_a_word(app: Flask, count_queries, count: int) -> None:
    """A bureau's tasks and an organiser's campaigns are paged; the first page leads to the last, and that holds the rest."""
    reporter, coordinator = arrange_years(count)
    lists = {"/tasks": (reporter, "task-card", 50, 12), "/desk/campaigns": (coordinator, 'id="campaign-', 20, 9)}
    for address, (reader, mark, per_page, queries) in lists.items():
        client = app.test_client().sign_in(reader)
        with count_queries() as asked:
            page = client.get(address).text
        asked.expect(queries)
        assert page.count(mark) == min(count, per_page)
        pages = -(-count // per_page)
        assert (f"共 {count:,} 条" in page, f'href="{address}?page={pages}"' in page) == (pages > 1, pages > 1)
        last = client.get(f"{address}?page={pages}").text
        assert last.count(mark) == count - (pages - 1) * per_page
        assert client.get(f"{address}?page=99999").text.count(mark) == last.count(mark), "beyond the end is the end"
    db.session.rollback()


def test_every_bureau_without_a_reporter_is_counted(app: Flask) -> None:
    with unit_of_work():
        made = crowd.task()
        crowd.assignments(made, crowd.bureaus(600))
        assert len(campaigns.assigned_without(made.id, "reporter")) == 600


def test_the_clock_passes_over_no_task(app: Flask) -> None:
    arrange_years(600)
    assert len(campaigns.open_tasks()) == 600
    db.session.rollback()
