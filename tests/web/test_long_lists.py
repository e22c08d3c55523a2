"""Every list with 1, with 3 and with 3,200 rows: the same number of statements, one page at a time, the total told."""

import pytest
from flask import Flask

from reporting.accounts.models import User
from reporting.bureaus.models import Membership
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
