"""Hash first over the deadline, in a browser: the manifest at 23:59, the photos the next morning, on time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reporting.core.db import db
from reporting.demo import people
from reporting.demo_material import make_photo
from tests.cast import beijing, make_cast
from tests.fixtures.browser import check_accessibility, check_fits
from tests.fixtures.live import Live

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

# What a page does with chosen files: hash each, and send the list of them before any byte of theirs.
FILE_MANIFEST = """
async ([input, address]) => {
  const token = document.querySelector("#work input[name=csrf_token]").value;
  const files = [];
  for (const file of input.files) {
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const sha256 = Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
    files.push({ name: file.name, size: file.size, sha256, caption: "" });
  }
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify({ files }) });
  return [answer.status, await answer.json()];
}
"""


def sign_in(page: Page, email: str, home: str) -> Page:
    page.goto("/account/sign-in")
    page.get_by_label("电子邮箱").fill(email)
    page.get_by_label("密码").fill(people.PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(home)
    return page


def look(page: Page) -> None:
    check_accessibility(page)
    check_fits(page)


def choose(page: Page, files: list[Path]) -> None:
    page.locator("input[name=files_photos]").set_input_files([str(path) for path in files])


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_manifest_before_midnight_photos_in_the_morning(
    live: Live, open_page: Callable[..., Page], tmp_path: Path, screen: str
) -> None:
    live.move_clock_to(beijing(10, 15, 23, 58))
    with live.inside():
        cast = make_cast(window_hours=24)
        number, task_id = cast.assignment("Q-HE").id, cast.task_id
        db.session.rollback()
    photos = [tmp_path / f"启动仪式{place}.jpg" for place in (1, 2)]
    for place, path in enumerate(photos):
        path.write_bytes(make_photo(place, "启动仪式"))
    page = sign_in(open_page(screen), people.email("Q-HE"), "**/tasks")
    # The page's own script takes chosen files up by itself (tests/web/bureau/test_browser_manifest.py); here its plain form
    # stays, so that the manifest and the media come by two ways and at two times.
    page.route("**/dist/report.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"/assignments/{number}")
    page.get_by_label("总结正文").fill("围绕主题开展活动。")
    choose(page, photos)
    box = page.locator("input[name=files_photos]").element_handle()
    status, told = page.evaluate(FILE_MANIFEST, [box, f"/assignments/{number}/slots/photos/manifest"])
    assert (status, told["reasons"], len(told["files"])) == (200, [], 2)
    choose(page, [])
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#photos").get_by_text("已登记，尚未传完")).to_have_count(2)
    look(page)
    page.get_by_role("region", name="进度和下一步").get_by_role("button", name="核对并提交").click()
    page.wait_for_url("**/check")
    look(page)
    page.get_by_role("button", name="提交活动总结").click()
    page.wait_for_url("**/receipts/*")
    receipt = page.url
    expect(page.get_by_text("现已收到 0/2").first).to_be_visible()
    look(page)

    live.move_clock_to(beijing(10, 16, 8))
    live.command("sweep")
    page.goto("/tasks")
    expect(page.get_by_text("清单已到，材料上传中").first).to_be_visible()
    look(page)
    page.goto(f"/assignments/{number}")
    choose(page, photos[:1])
    page.get_by_role("button", name="上传图片", exact=True).click()
    expect(page.locator("#photos").get_by_text("已登记，尚未传完")).to_have_count(1)
    look(page)
    desk = sign_in(open_page(screen), people.email("HQ", "coordinator"), "**/desk/campaigns")
    for address in (f"/desk/tasks/{task_id}", f"/desk/assignments/{number}", f"/desk/tasks/{task_id}/edit"):
        desk.goto(address)
        look(desk)
    desk.goto(f"/desk/tasks/{task_id}?standing=partial")
    expect(desk.get_by_text("1/2 10-15 23:58").first).to_be_visible()

    choose(page, photos[1:])
    page.get_by_role("button", name="上传图片", exact=True).click()
    expect(page.locator("#photos").get_by_text("已登记，尚未传完")).to_have_count(0)
    expect(page.get_by_text("图片的文件已全部传完").first).to_be_visible()
    expect(page.locator(".slot-standing").nth(1)).to_contain_text("按时")
    page.goto(receipt)
    expect(page.get_by_text("现已收到 2/2").first).to_be_visible()
