"""What I owe: the list of tasks."""

from datetime import UTC, datetime

import pytest

from reporting.core.db import db, unit_of_work
from reporting.web.bureau.home import PER_PAGE
from tests import crowd
from tests.cast import beijing


def test_shows_what_is_owed_by_when_and_the_next_step(client, cast):
    page = client.sign_in(cast.user("Q-HE")).get("/tasks")
    assert page.status_code == 200
    text = page.text
    assert "2014年全国“质量月”活动" in text
    assert "2014年10月15日 (周三) 24:00" in text
    assert "还有 2 天" in text
    assert "还差：活动总结、图片、视频" in text
    assert "开始填报" in text


@pytest.mark.parametrize(
    ("language", "left", "guessed"),
    [
        ("zh_Hans_CN", "还有 6 个工作日", "还有 6 个工作日（估算）"),
        ("en", "6 working days left", "6 working days left (estimate)"),
    ],
)
def test_tells_the_working_days_left_and_whether_they_are_an_estimate(client, cast, hands, language, left, guessed):
    hands.move_to(beijing(10, 8, 9))
    with unit_of_work():
        cast.user("Q-HE").language = language
    number = cast.assignment("Q-HE").id
    client.sign_in(cast.user("Q-HE"))
    for address in ("/tasks", f"/assignments/{number}", f"/assignments/{number}/check"):
        assert f'<p class="deadline-workdays number">{left}</p>' in client.get(address).text, address
    hands.move_to(datetime(2027, 1, 4, 1, tzinfo=UTC))
    with unit_of_work():
        cast.assignment("Q-HE").due_at = datetime(2027, 1, 12, 16, tzinfo=UTC)
    assert f'<p class="deadline-workdays number">{guessed}</p>' in client.get("/tasks").text


def test_names_the_bureau_when_several_are_served(client, cast):
    both = client.sign_in(cast.user("Q-NB")).get("/tasks").text
    assert "宁波市质监局" in both
    assert "宁波检验检疫局" in both
    assert both.count("task-bureau") == 2
    assert "task-bureau" not in client.sign_in(cast.user("Q-HE")).get("/tasks").text


def test_nobody_sees_another_bureaus_task(client, cast):
    page = client.sign_in(cast.user("C-SH")).get("/tasks").text
    assert f"/assignments/{cast.assignment('C-SH').id}" in page
    assert f"/assignments/{cast.assignment('Q-HE').id}" not in page


def test_what_is_still_owed_is_the_next_step_after_a_part_came_in(client, cast):
    cast.hand_in("Q-HE", beijing(10, 12, 9))
    page = client.sign_in(cast.user("Q-HE")).get("/tasks").text
    assert "补报图片、视频" in page
    assert page.count("送达") == 1, "each slot tells when it arrived, and the others did not"
    assert "2014年10月12日 (周日) 09:00 送达" in page
    assert "部分已报" in page


def test_a_complete_one_leads_to_its_receipt(client, cast):
    round_id = cast.hand_in_all("Q-HE", beijing(10, 12, 9))
    page = client.sign_in(cast.user("Q-HE")).get("/tasks").text
    assert "材料已全部提交" in page
    assert f'href="/receipts/{round_id}"' in page


def test_after_the_cut_off_it_stands_among_the_closed_ones(client, cast, hands):
    hands.move_to(beijing(11, 1))
    page = client.sign_in(cast.user("Q-HE")).get("/tasks").text
    assert "没有需要办理的任务" in page
    assert "未报：活动总结、图片、视频" in page
    assert "btn-primary" not in page


def test_empty_says_what_will_be_here(client, app):
    with unit_of_work():
        reporter = crowd.person("reporter", crowd.bureaus(1)[0])
    assert "现在没有要报送的任务" in client.sign_in(reporter).get("/tasks").text


def test_a_stranger_is_sent_to_sign_in(client, cast):
    assert client.get("/tasks").location.startswith("/account/sign-in")
    assert client.sign_in(cast.user("HQ", "leader")).get("/tasks").status_code == 404


@pytest.mark.parametrize("count", [1, 3, 150])
def test_takes_twelve_queries_however_many_tasks(client, app, count_queries, count):
    with unit_of_work():
        bureau = crowd.bureaus(1)[0]
        reporter = crowd.person("reporter", bureau)
        for number in range(count):
            made = crowd.task()
            history = (crowd.PUNCTUAL, crowd.PARTIAL, crowd.NOTHING)[number % 3]
            crowd.hand_in(made, crowd.assignments(made, [bureau]), [history])
    db.session.rollback()
    client.sign_in(reporter)
    with count_queries() as queries:
        page = client.get("/tasks")
    assert page.text.count("task-card") == min(count, PER_PAGE)
    assert ("共 150 条" in page.text) is (count > PER_PAGE)
    # One of them reads the calendar of working days, which is told beside each deadline that lies ahead.
    queries.expect(12)
