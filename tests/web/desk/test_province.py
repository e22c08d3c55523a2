"""The organiser is a bureau: a province runs its own task for its cities, and neither desk sees the other's."""

import pytest
from sqlalchemy import select

from reporting import jobs
from reporting.campaigns import queries as campaigns
from reporting.core.db import db, unit_of_work
from reporting.outbox.models import Message
from reporting.outbox.rules import State
from tests.bureaus.arranging import person, tree
from tests.cast import beijing
from tests.web.bureau.desk import Desk
from tests.web.desk.test_planning import CAMPAIGN, TASK


@pytest.fixture
def now():
    return beijing(9, 20, 10)


@pytest.fixture
def provinces(app, now):
    """Headquarters, Hebei and its city Shijiazhuang, each with the people it needs, and a task of each organiser."""
    with unit_of_work():
        found = tree(now)
        people = {
            f"{code}-{role}": person(found[code], role, now=now)
            for code, role in (("HQ", "coordinator"), ("HE", "coordinator"), ("HE", "reporter"), ("HE-1", "reporter"))
        }
        ids = {code: bureau.id for code, bureau in found.items()}
    tasks = {
        "HQ": organise(app, people["HQ-coordinator"], ids["HQ"], [ids["HE"]], title="全国总结", due_on="2014-10-15"),
        "HE": organise(app, people["HE-coordinator"], ids["HE"], [ids["HE-1"]], title="全省总结", due_on="2014-10-08"),
    }
    return {"app": app, "people": people, "ids": ids, "tasks": tasks}


def organise(app, coordinator, organiser_id, owing, *, title, due_on):
    """Write down, assign and open a task on the pages, as its coordinator; gives its id."""
    client = app.test_client().sign_in(coordinator)
    made = client.post("/desk/campaigns/new", data={**CAMPAIGN, "title": title, "organiser": organiser_id})
    assert made.status_code == 302
    only_text = {name: value for name, value in TASK.items() if name != "photos_asked"}
    plan = {**only_text, "title": title, "due_on": due_on}
    assert client.post(f"{made.location}/tasks/new", data=plan).status_code == 302
    db.session.rollback()
    task_id = campaigns.tasks_of([int(made.location.rsplit("/", 1)[1])])[0].id
    client.post(f"/desk/tasks/{task_id}/assign", data={"step": "assign", "bureau": owing})
    assert client.post(f"/desk/tasks/{task_id}/open").location == f"/desk/tasks/{task_id}"
    return task_id


def as_(provinces, who):
    return provinces["app"].test_client().sign_in(provinces["people"][who])


def owed_by(provinces, organiser, code):
    found = campaigns.assignment_of(provinces["tasks"][organiser], provinces["ids"][code])
    assert found is not None
    db.session.rollback()
    return found.id


OTHERS = {"HQ": "HE", "HE": "HQ"}
OWING = {"HQ": "HE", "HE": "HE-1"}


@pytest.mark.parametrize("organiser", ["HQ", "HE"])
def test_each_desk_sees_its_own_task_and_no_other(provinces, organiser):
    client, other = as_(provinces, f"{organiser}-coordinator"), OTHERS[organiser]
    mine, theirs = provinces["tasks"][organiser], provinces["tasks"][other]
    pages = ("/desk/tasks/{task}", "/desk/tasks/{task}/assign", "/desk/tasks/{task}/edit", "/desk/tasks/{task}/export.csv",
             "/desk/tasks/{task}/export.xlsx")  # fmt: skip
    for page in pages:
        assert client.get(page.format(task=mine)).status_code == 200, page
        assert client.get(page.format(task=theirs)).status_code == 404, page
    own, foreign = owed_by(provinces, organiser, OWING[organiser]), owed_by(provinces, other, OWING[other])
    for page in ("/desk/assignments/{one}", "/desk/assignments/{one}/extend"):
        assert client.get(page.format(one=own)).status_code == 200
        assert client.get(page.format(one=foreign)).status_code == 404
    for page in ("assign", "open", "close"):
        assert client.post(f"/desk/tasks/{theirs}/{page}", data={"step": "assign-found"}).status_code == 404
    listed = client.get("/desk/campaigns").text
    titles = {"HQ": "全国总结", "HE": "全省总结"}
    assert titles[organiser] in listed
    assert titles[other] not in listed


def test_the_city_hands_in_and_its_province_alone_decides(provinces, hands):
    number = owed_by(provinces, "HE", "HE-1")
    hands.move_to(beijing(10, 7, 16))
    city = Desk(provinces["app"], provinces["people"]["HE-1-reporter"], number)
    city.open()
    assert city.press(title="石家庄总结", body="石家庄市活动总结正文").status_code == 303
    receipt = city.client.post(f"{city.url}/submit", data={"key": "a-key-of-the-browsers-own-1"})
    assert receipt.status_code == 303
    assert "河北" in city.client.get(receipt.location).text
    for stranger in ("HQ-coordinator", "HE-reporter"):
        assert as_(provinces, stranger).get(f"/desk/assignments/{number}").status_code == 404
        assert as_(provinces, stranger).get(f"/assignments/{number}").status_code == 404
        assert as_(provinces, stranger).get(receipt.location).status_code == 404
    desk = as_(provinces, "HE-coordinator")
    page = desk.get(f"/desk/assignments/{number}").text
    assert "石家庄市活动总结正文" in page
    submission = int(receipt.location.rsplit("/", 1)[1])
    data = {"submission": submission, "note": "好"}
    address = f"/desk/assignments/{number}/accept"
    assert as_(provinces, "HQ-coordinator").post(address, data=data).status_code == 404
    assert desk.post(address, data=data).status_code == 303
    assert "采纳" in city.client.get("/tasks").text


def test_each_clock_keeps_its_own_deadline_and_each_desk_its_own_letters(provinces, hands):
    hands.move_to(beijing(10, 9, 9, 30))  # the morning after Hebei's deadline, six days before headquarters'
    jobs.sweep()
    jobs.remind()
    jobs.digest()
    found = db.session.scalars(select(Message).where(Message.kind.in_(("reminder", "digest")))).all()
    told = {(one.kind, one.to_address, one.facts.get("step")): one.facts["organiser"]["name"] for one in found}
    assert told == {
        ("reminder", "he-1-reporter@test.example", "missed"): "河北省质量技术监督局",
        ("reminder", "he-reporter@test.example", "before"): "总局",
        ("digest", "he-coordinator@test.example", None): "河北省质量技术监督局",
    }
    by_organiser: dict[int, list[int]] = {}
    for letter in db.session.scalars(select(Message)):
        by_organiser.setdefault(letter.organiser_id, []).append(letter.id)
    db.session.rollback()
    ids = provinces["ids"]
    assert set(by_organiser) == {ids["HQ"], ids["HE"]}
    for organiser, other in OTHERS.items():
        client = as_(provinces, f"{organiser}-coordinator")
        page = client.get("/desk/letters").text
        for letter_id in by_organiser[ids[organiser]]:
            assert f'href="/desk/letters/{letter_id}"' in page
            assert client.get(f"/desk/letters/{letter_id}").status_code == 200
        for letter_id in by_organiser[ids[other]]:
            assert f'href="/desk/letters/{letter_id}"' not in page
            for address in (f"/desk/letters/{letter_id}", f"/desk/letters/{letter_id}/content"):
                assert client.get(address).status_code == 404
            assert client.post(f"/desk/letters/{letter_id}/resend").status_code == 404
    assert set(db.session.scalars(select(Message.state))) == {State.PENDING}
    db.session.rollback()
