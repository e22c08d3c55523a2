"""The story itself, in a browser: from the hand-in over the deadline to the decision, with real files and real letters."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reporting.bureaus import queries as bureaus
from reporting.campaigns import queries as campaigns
from reporting.core.db import db, unit_of_work
from reporting.demo import people, stages
from reporting.demo.roster import rows
from reporting.demo_material import make_docx, make_heic, make_photo, make_video
from reporting.tracking import queries as tracking
from tests.cast import beijing
from tests.fixtures.browser import check_accessibility, check_fits
from tests.fixtures.live import Live
from tests.fixtures.mail import Received

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
EVE = beijing(10, 14, 16, 30)
JUST_BEFORE = beijing(10, 15, 23, 58)


def begin(live: Live) -> int:
    """The whole campaign of 2014, opened on 29 September; the clock stands on the afternoon of 14 October."""
    from reporting.bureaus import service as bureau_service
    from reporting.core.actor import SYSTEM

    opened = beijing(9, 29, 9)
    with live.inside():
        live.move_clock_to(opened)
        with unit_of_work():
            bureau_service.import_roster(rows(), actor=SYSTEM, now=opened, today=opened.date())
            people.make_people(rows(), now=opened)
        task_id = stages.open_campaign(now=opened)
        db.session.rollback()
    live.move_clock_to(EVE)
    return task_id


def sign_in(page: Page, email: str) -> Page:
    page.goto("/account/sign-in")
    page.get_by_label("电子邮箱").fill(email)
    page.get_by_label("密码").fill(people.PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/tasks" if "hq-" not in email else "**/desk/campaigns")
    return page


@pytest.fixture
def material(tmp_path: Path) -> dict[str, Path]:
    """A paper, three photographs (one HEIC) and a film, under Chinese names."""
    made = {
        "河北省“质量月”活动总结.docx": make_docx("活动总结", ["一、加强领导", "二、广泛宣传"]),
        "启动仪式现场.jpg": make_photo(1, "启动仪式"),
        "咨询服务.jpg": make_photo(2, "咨询服务"),
        "开放日 IMG_2003.HEIC": make_heic(3, "实验室开放日"),
        "“质量月”启动仪式.mp4": make_video(2),
    }
    found = {}
    for name, content in made.items():
        found[name] = tmp_path / name
        found[name].write_bytes(content)
    return found


def upload(page: Page, slot: str, files: list[Path]) -> None:
    page.locator(f"input[name=files_{slot}]").set_input_files([str(path) for path in files])
    for path in files:
        expect(page.locator(f"#{slot}").get_by_role("link", name=path.name).first).to_be_visible()


def open_report(page: Page) -> None:
    page.goto("/tasks")
    page.get_by_role("link", name="活动总结").first.click()
    page.wait_for_url("**/assignments/*")


def check_and_submit(page: Page) -> None:
    page.get_by_role("region", name="进度和下一步").get_by_role("button", name="核对并提交").click()
    page.wait_for_url("**/check")
    check_accessibility(page)
    page.get_by_role("button", name="提交活动总结").click()
    page.wait_for_url("**/receipts/*")


def hand_in_summary(page: Page, text: str) -> None:
    """Only the summary, as text."""
    open_report(page)
    page.get_by_label("总结正文").fill(text)
    check_and_submit(page)


def hand_in_everything(page: Page, material: dict[str, Path]) -> None:
    open_report(page)
    page.get_by_label("总结正文").fill("我局紧紧围绕“推动‘三个转变’，建设质量强国”主题开展活动。")
    expect(page.get_by_text("已自动保存").first).to_be_visible()
    named = list(material.values())
    upload(page, "summary", named[:1])
    upload(page, "photos", named[1:4])
    upload(page, "videos", named[4:])
    check_accessibility(page)
    check_fits(page)
    check_and_submit(page)


def missed_letters(live: Live, address: str) -> list[Received]:
    """The letters of the morning after to one person."""
    return [letter for letter in live.sink.to(address) if "未按时报送" in letter.subject]


def owed_in(text: str) -> list[str]:
    """What a letter's text says is still owed, for each bureau in it."""
    return re.findall(r"^尚缺：(.+)$", text.replace("\r\n", "\n"), re.MULTILINE)


def wait_for(found: Callable[[], bool], what: str, seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found():
            return
        time.sleep(0.25)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def verdicts(live: Live, task_id: int) -> dict[str, int]:
    with live.inside():
        counted = tracking.verdict_counts(task_id)
        db.session.rollback()
    return counted


def board_number(page: Page, task_id: int, standing: str) -> int:
    """The number on the board that leads to the list of a standing."""
    page.goto(f"/desk/tasks/{task_id}")
    found = page.locator(f"a[href*='standing={standing}']").first
    return int("".join(character for character in found.inner_text() if character.isdigit()))


def assignment_of(live: Live, task_id: int, code: str) -> int:
    with live.inside():
        bureau = bureaus.find_by_code(code)
        assert bureau is not None
        found = campaigns.assignment_of(task_id, bureau.id)
        assert found is not None
        number = found.id
        db.session.rollback()
    return number


def test_the_story_from_hand_in_to_acceptance(
    live: Live, open_page: Callable[..., Page], material: dict[str, Path]
) -> None:
    task_id = begin(live)
    hebei, shanghai = sign_in(open_page(), "q-he@demo.example"), sign_in(open_page("phone"), "c-sh@demo.example")

    hand_in_everything(hebei, material)
    receipt_url = hebei.url
    expect(hebei.get_by_text("BS-2014-000001").first).to_be_visible()
    for name in material:
        expect(hebei.get_by_text(name).first).to_be_visible()
    check_accessibility(hebei)
    hand_in_summary(shanghai, "上海检验检疫局“质量月”活动总结。")
    expect(shanghai.get_by_text("BS-2014-000002").first).to_be_visible()
    check_fits(shanghai)

    live.move_clock_to(JUST_BEFORE)
    scheduler = live.start_scheduler()
    wait_for(lambda: len(live.sink.to("q-he@demo.example")) == 1, "the receipt's letter")
    assert "BS-2014-000001" in live.sink.to("q-he@demo.example")[0].subject
    assert verdicts(live, task_id) == {}

    live.move_clock_to(beijing(10, 16, 9, 1))
    wait_for(lambda: verdicts(live, task_id) == {"missing": 70, "partial": 1, "on_time": 1}, "the verdicts")
    wait_for(
        lambda: any("未按时报送" in letter.subject for letter in live.sink.to("c-sh@demo.example")), "the reminder"
    )
    missed = next(letter for letter in live.sink.to("c-sh@demo.example") if "未按时报送" in letter.subject)
    assert "图片、视频" in missed.subject
    assert owed_in(missed.text) == ["图片、视频"]
    assert not any("未按时报送" in letter.subject for letter in live.sink.to("q-he@demo.example"))
    wait_for(lambda: len([one for one in live.sink.letters if "未按时报送" in one.subject]) == 70, "70 reminders")
    assert [owed_in(letter.text) for letter in missed_letters(live, "q-bj@demo.example")] == [["活动总结、图片、视频"]]
    assert missed_letters(live, "q-he@demo.example") == [], "who has handed in everything is told nothing"
    live.stop(scheduler)

    desk = sign_in(open_page(), "hq-coordinator@demo.example")
    assert board_number(desk, task_id, "missing") == 70
    assert board_number(desk, task_id, "partial") == 1
    assert board_number(desk, task_id, "on_time") == 1
    check_accessibility(desk)

    number = assignment_of(live, task_id, "Q-HE")
    desk.goto(f"/desk/assignments/{number}")
    expect(desk.get_by_text("启动仪式现场.jpg").first).to_be_visible()
    check_accessibility(desk)
    return_report(desk, "请补充一张启动仪式全景图片。")

    open_report(hebei)
    expect(hebei.get_by_text("请补充一张启动仪式全景图片。").first).to_be_visible()
    extra = material["启动仪式现场.jpg"].with_name("启动仪式全景.jpg")
    extra.write_bytes(make_photo(9, "启动仪式全景"))
    upload(hebei, "photos", [extra])
    check_and_submit(hebei)
    expect(hebei.get_by_text("BS-2014-000003").first).to_be_visible()
    hebei.goto(receipt_url)
    expect(hebei.get_by_text("BS-2014-000001").first).to_be_visible()

    reviewer = sign_in(open_page(language="zh-CN"), "hq-reviewer@demo.example")
    reviewer.goto(f"/desk/assignments/{number}")
    accept_report(reviewer)
    assert board_number(desk, task_id, "on_time") == 1, "the first round was on time, and that mark stays"

    guangdong = sign_in(open_page(), "q-gd@demo.example")
    hand_in_everything(guangdong, material)
    expect(guangdong.get_by_text("逾期").first).to_be_visible()
    live.move_clock_to(beijing(10, 30, 9))
    assert board_number(desk, task_id, "late") == 1
    assert board_number(desk, task_id, "missing") == 69
    assert verdicts(live, task_id) == {"missing": 70, "partial": 1, "on_time": 1}, "a verdict is a fact and stays"


def return_report(desk: Page, note: str) -> None:
    desk.get_by_label("审阅意见").first.fill(note)
    desk.get_by_role("button", name="退回修改").click()
    expect(desk.get_by_text(note).first).to_be_visible()


def accept_report(desk: Page) -> None:
    desk.get_by_role("button", name="采纳").click()
    expect(desk.get_by_text("已采纳").first).to_be_visible()


def test_a_scheduler_that_was_away_for_49_hours_tells_the_same_story(live: Live) -> None:
    task_id = begin(live)
    from tests.cast import Cast

    cast = Cast(task_id)
    with live.inside():
        cast.hand_in_all("Q-HE", beijing(10, 14, 16))
        cast.hand_in("C-SH", beijing(10, 15, 23, 59, 59))
        cast.hand_in_all("Q-GD", beijing(10, 16, 0, 0, 0))
        cast.hand_in("Q-GX", beijing(10, 17, 8), declare=("photos",))
        db.session.rollback()
    live.move_clock_to(beijing(10, 18, 1))
    live.start_scheduler()
    wait_for(lambda: verdicts(live, task_id) == {"missing": 70, "partial": 1, "on_time": 1}, "the verdicts")
    with live.inside():
        found = {code: tracking.verdicts(cast.assignment(code).id) for code in ("Q-HE", "C-SH", "Q-GD", "Q-GX", "Q-BJ")}
        told = {code: (one.standing, one.owed_kinds, one.due_at) for code, (one,) in found.items()}
        db.session.rollback()
    due = beijing(10, 16)
    everything = ["summary", "photos", "videos"]
    assert told == {
        "Q-HE": ("on_time", [], due),
        "C-SH": ("partial", ["photos", "videos"], due),
        "Q-GD": ("missing", everything, due),
        "Q-GX": ("missing", everything, due),
        "Q-BJ": ("missing", everything, due),
    }
    wait_for(lambda: len([one for one in live.sink.letters if "未按时报送" in one.subject]) == 69, "69 letters")
    everybody = ["活动总结、图片、视频"]
    owed = {
        "c-sh@demo.example": [["图片、视频"]],
        "q-he@demo.example": [],
        "q-gd@demo.example": [],  # late, and in by now
        "q-gx@demo.example": [["视频"]],
        "q-bj@demo.example": [everybody],
        "q-nb@demo.example": [everybody * 2],  # one letter for both bureaus
    }
    told = {address: [owed_in(letter.text) for letter in missed_letters(live, address)] for address in owed}
    assert told == owed
