"""The report page in a browser: what its scripts add, and that all of it works without them."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from reporting.demo.people import PASSWORD, email
from reporting.reports import queries as reports
from tests.cast import make_cast
from tests.files import material
from tests.fixtures.browser import check_accessibility

pytestmark = pytest.mark.journey


@pytest.fixture
def report_url(live):
    with live.inside():
        return f"/assignments/{make_cast().assignment('Q-HE').id}"


@pytest.fixture
def enter(open_page, report_url):
    """Sign in as Hebei's reporter and open the report."""

    def begin(screen="desk", **more):
        page = open_page(screen, **more)
        page.goto(report_url)
        page.fill("#email", email("Q-HE"))
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(f"**{report_url}")
        return page

    return begin


def picture(name, size=(64, 48)):
    return {"name": name, "mimeType": "image/jpeg", "buffer": material.picture("JPEG", size)}


def stored(live, report_url):
    with live.inside():
        report = reports.find_report(int(report_url.rsplit("/", 1)[1]))
        if report is None:
            return None
        return report.body, [(file.name, file.caption) for file in reports.attachments(report.id)]


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_without_javascript_every_button_keeps_everything(enter, live, report_url, screen):
    page = enter(screen, javascript=False)
    page.fill("#body", "没有脚本时写的正文")
    page.set_input_files("#files_photos", [picture("甲.jpg"), picture("乙.jpg", (32, 32))])
    page.click("button:has-text('上传图片')")
    assert page.input_value("#body") == "没有脚本时写的正文"
    page.fill("#photos .file-card:first-child input[type=text]", "启动仪式")
    page.fill("#body", "又写了一段")
    page.click("[aria-label='下移《甲.jpg》']")
    assert stored(live, report_url) == ("又写了一段", [("乙.jpg", ""), ("甲.jpg", "启动仪式")])
    page.fill("#body", "最后一段")
    page.click(".next-step button")
    page.wait_for_url("**/check")
    page.click(".next-step button")
    page.wait_for_url("**/receipts/*")
    assert "BS-2014-000001" in page.inner_text("main")
    assert stored(live, report_url)[0] == "最后一段"


def test_two_windows_are_offered_both_texts(enter, live, report_url):
    first = enter()
    second = first.context.new_page()
    second.goto(report_url)
    second.fill("#body", "第二个窗口的文字")
    second.click("#title")
    second.wait_for_selector("[data-saving-state][data-state=saved]")
    first.fill("#body", "第一个窗口的文字")
    first.click("#title")
    first.click("button:has-text('对照两份文字')")
    first.wait_for_selector(".two-texts")
    assert first.input_value("#theirs-body") == "第二个窗口的文字"
    assert first.input_value("#body") == "第一个窗口的文字"
    check_accessibility(first)
    first.click("text=采用对方版本，放弃我的")
    first.wait_for_url(f"**{report_url}*")
    first.wait_for_timeout(500)
    assert first.input_value("#body") == "第二个窗口的文字"
    assert first.locator("[data-script-notice]").count() == 0
    assert stored(live, report_url)[0] == "第二个窗口的文字"


def wait_until_saved(page):
    page.wait_for_selector("[data-saving-state][data-state=saved]")


def close_without_a_word(page):
    """Close a window that has no connection: the request which a closing page leaves to the browser is lost as well."""
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no connection')); }")
    page.close()


def test_what_is_typed_without_a_connection_is_saved_when_it_is_back(enter, live, report_url):
    page = enter()
    page.context.set_offline(True)
    page.fill("#title", "断网时的标题")
    page.fill("#body", "断网时写的正文")
    page.click("#title")
    page.wait_for_selector("[data-saving-state][data-state=offline]")
    assert stored(live, report_url) is None, "nothing can have arrived"
    check_accessibility(page)
    page.context.set_offline(False)
    wait_until_saved(page)
    assert stored(live, report_url)[0] == "断网时写的正文"


def test_what_is_typed_without_a_connection_survives_a_closed_window(enter, live, report_url):
    page = enter()
    page.context.set_offline(True)
    page.fill("#body", "断网时写的正文")
    page.click("#title")
    page.wait_for_selector("[data-saving-state][data-state=offline]")
    close_without_a_word(page)
    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto(report_url)
    page.wait_for_selector("[data-script-notice]")
    assert page.input_value("#body") == "断网时写的正文"
    wait_until_saved(page)
    page.reload()
    assert page.input_value("#body") == "断网时写的正文"
    assert page.locator("[data-script-notice]").count() == 0, "what is saved need not be brought back again"
    assert stored(live, report_url)[0] == "断网时写的正文"


def test_two_windows_without_a_connection_keep_both_texts(enter, live, report_url):
    first = enter()
    second = first.context.new_page()
    second.goto(report_url)
    first.context.set_offline(True)
    for window, text in ((first, "第一个窗口的文字"), (second, "第二个窗口的文字")):
        window.fill("#body", text)
        window.click("#title")
        window.wait_for_selector("[data-saving-state][data-state=offline]")
    close_without_a_word(first)
    close_without_a_word(second)
    page = first.context.new_page()
    page.clock.install(time=datetime.now(UTC) + timedelta(minutes=5))
    page.context.set_offline(False)
    page.goto(report_url)
    expect(page.locator("#body")).to_have_value("第二个窗口的文字")
    page.wait_for_selector("text=本机还存有另一个窗口没有来得及保存的文字")
    assert stored(live, report_url)[0] == "第二个窗口的文字"
    page.fill("#body", "第二个窗口的文字，又写了一句")
    page.click("button:has-text('对照两份文字')")
    page.wait_for_selector(".two-texts")
    assert page.input_value("#theirs-body") == "第二个窗口的文字，又写了一句", "what was typed since is saved first"
    assert page.input_value("#body") == "第一个窗口的文字"
    check_accessibility(page)
    page.fill("#body", "两个窗口的文字")
    page.click("main form button.btn-primary")
    page.wait_for_url(f"**{report_url}*")
    expect(page.locator("#body")).to_have_value("两个窗口的文字")
    page.reload()
    expect(page.locator("#body")).to_have_value("两个窗口的文字")
    assert page.locator("[data-script-notice]").count() == 0, "both texts are dealt with"
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('baosong-draft'))") == []
    assert stored(live, report_url)[0] == "两个窗口的文字"


def test_a_reload_right_after_typing_loses_nothing(enter, live, report_url):
    page = enter()
    page.fill("#body", "刚写完就刷新")
    page.reload()
    expect(page.locator("#body")).to_have_value("刚写完就刷新")
    expect(page.locator("[data-saving-state]")).not_to_have_attribute("data-state", "saving")
    wait_until_saved(page)
    assert stored(live, report_url)[0] == "刚写完就刷新"


def test_text_kept_here_never_overwrites_a_newer_version(enter, live, report_url):
    page = enter()
    page.context.set_offline(True)
    page.fill("#body", "断网的人写的")
    page.click("#title")
    page.wait_for_selector("[data-saving-state][data-state=offline]")
    close_without_a_word(page)
    other = enter()
    other.fill("#body", "别处的人写的")
    other.click("#title")
    wait_until_saved(other)
    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto(report_url)
    page.wait_for_selector("[data-saving-state][data-state=conflict]")
    assert page.input_value("#body") == "断网的人写的"
    assert stored(live, report_url)[0] == "别处的人写的"
    page.click("button:has-text('对照两份文字')")
    page.wait_for_selector(".two-texts")
    assert (page.input_value("#theirs-body"), page.input_value("#body")) == ("别处的人写的", "断网的人写的")
    check_accessibility(page)
