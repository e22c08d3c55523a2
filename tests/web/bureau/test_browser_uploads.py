"""Uploading on the report page, in a real browser against a real server."""

import hashlib

import pytest
from playwright.sync_api import expect

from tests.cast import make_cast
from tests.files import material
from tests.fixtures.browser import check_accessibility, check_fits
from tests.web.bureau.sending import (
    attached,
    big_video,
    choose,
    made,
    row,
    sign_in,
    slow_down,
    wait_for_percent,
    wait_for_state,
)

pytestmark = pytest.mark.journey
MB = 1 << 20


@pytest.fixture
def report_url(live):
    with live.inside():
        return f"/assignments/{make_cast().assignment('Q-HE').id}"


@pytest.fixture
def enter(open_page, report_url):
    """Sign in as Hebei's reporter and open the report."""
    return lambda screen="desk", **more: sign_in(open_page(screen, **more), report_url)


def picture(name, size=(64, 48)):
    return {"name": name, "mimeType": "image/jpeg", "buffer": material.picture("JPEG", size)}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_photos_go_in_by_themselves_and_the_page_keeps_up(enter, live, report_url):
    page = enter()
    page.fill("#body", "选文件之前写的正文")
    choose(page, "photos", picture("甲.jpg"), picture("乙.jpg", (32, 32)))
    for name in ("甲.jpg", "乙.jpg"):
        expect(page.locator("#photos .file-card").filter(has_text=name)).to_be_visible()
    expect(page.locator(".upload-row")).to_have_count(0)
    expect(page.locator("#photos .slot-standing")).not_to_contain_text("缺")
    expect(page.locator(".checklist")).to_contain_text("2 张图片")
    assert page.input_value("#body") == "选文件之前写的正文"
    assert sorted(name for name, _caption, _hash in attached(live, report_url)) == ["乙.jpg", "甲.jpg"]
    assert {one.sha256 is not None and one.head is not None for one in made(live)} == {True}


def test_what_is_typed_while_bytes_travel_stands_beside_the_file(enter, live, report_url, tmp_path):
    film = big_video(tmp_path / "启动仪式.mp4", 4 * MB)
    page = enter()
    choose(page, "photos", picture("甲.jpg"))
    expect(page.locator("#photos .file-card")).to_have_count(1)
    page.fill("#photos .file-card input[type=text]", "还没有保存的说明")
    slow_down(page, MB)
    choose(page, "videos", film)
    wait_for_state(page, film.name, "sending")
    page.fill("#videos .upload-row input[data-word=caption]", "9月2日启动仪式")
    page.fill("#body", "传文件时写的正文")
    page.focus("#videos .upload-row input[data-word=caption]")
    expect(page.locator("#videos .file-card")).to_have_count(1, timeout=30_000)
    expect(page.locator("#videos .file-card input[name^=caption_]")).to_have_value("9月2日启动仪式")
    expect(page.locator("#videos .file-card input[name^=caption_]")).to_be_focused()
    assert page.input_value("#photos .file-card input[type=text]") == "还没有保存的说明"
    page.wait_for_selector("[data-saving-state][data-state=saved]")
    assert page.input_value("#body") == "传文件时写的正文"
    assert (film.name, "9月2日启动仪式", sha256(film)) in attached(live, report_url)
    check_accessibility(page)
    check_fits(page)


def test_words_typed_at_the_last_moment_are_kept_too(enter, live, report_url, tmp_path):
    film = big_video(tmp_path / "启动仪式.mp4", 3 * MB)
    page = enter(may_lose_line=True)
    page.route("**/uploads/*/words", lambda route: route.abort())
    slow_down(page, MB)
    choose(page, "videos", film)
    wait_for_state(page, film.name, "sending")
    page.fill("#videos .upload-row input[data-word=caption]", "没有送到的说明")
    expect(page.locator("#videos .file-card input[name^=caption_]")).to_have_value("没有送到的说明", timeout=30_000)
    expect(page.locator(".notice-success")).to_contain_text("说明已保存")
    assert attached(live, report_url)[0][1] == "没有送到的说明"


def test_an_upload_is_held_and_goes_on(enter, live, report_url, tmp_path):
    film = big_video(tmp_path / "启动仪式.mp4", 6 * MB)
    page = enter()
    slow_down(page, 2 * MB)
    choose(page, "videos", film)
    wait_for_percent(page, 20)
    page.get_by_role("button", name="暂停《启动仪式.mp4》").click()
    wait_for_state(page, film.name, "paused")
    expect(row(page, film.name)).to_contain_text("已暂停")
    expect(page.get_by_role("button", name="继续《启动仪式.mp4》")).to_be_focused()
    check_accessibility(page)
    slow_down(page)
    page.get_by_role("button", name="继续《启动仪式.mp4》").click()
    expect(page.locator("#videos .file-card")).to_have_count(1, timeout=30_000)
    assert [hash_ for _name, _caption, hash_ in attached(live, report_url)] == [sha256(film)]
    assert len(made(live)) == 1


def test_a_lost_line_is_told_and_found_again(enter, live, report_url, tmp_path):
    film = big_video(tmp_path / "启动仪式.mp4", 6 * MB)
    page = enter(may_lose_line=True)
    slow_down(page, 2 * MB)
    choose(page, "videos", film)
    wait_for_percent(page, 20)
    live.kill_web()
    wait_for_state(page, film.name, "line")
    expect(row(page, film.name)).to_contain_text("网络已断开")
    slow_down(page, offline=True)
    check_accessibility(page)
    live.serve()
    page.wait_for_timeout(3_000)
    wait_for_state(page, film.name, "line")
    slow_down(page)
    expect(page.locator("#videos .file-card")).to_have_count(1, timeout=60_000)
    assert [hash_ for _name, _caption, hash_ in attached(live, report_url)] == [sha256(film)]
    assert len(made(live)) == 1


def test_a_refusal_stands_beside_its_file_and_the_rest_goes_on(enter, live, report_url):
    page = enter()
    wrong = {"name": "截图.jpg", "mimeType": "image/jpeg", "buffer": b"<html><body>not a picture</body></html>"}
    choose(page, "photos", wrong, picture("甲.jpg"))
    wait_for_state(page, "截图.jpg", "refused")
    expect(row(page, "截图.jpg").locator(".field-errors")).to_contain_text("《截图.jpg》")
    expect(page.locator("#photos .file-card").filter(has_text="甲.jpg")).to_be_visible()
    choose(page, "photos", {"name": "歌曲.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3"})
    wait_for_state(page, "歌曲.mp3", "unusable")
    expect(row(page, "歌曲.mp3")).to_contain_text("格式不能用于此项材料")
    check_accessibility(page)
    page.get_by_role("button", name="移出列表《截图.jpg》").click()
    expect(row(page, "截图.jpg")).to_have_count(0)
    assert [name for name, _caption, _hash in attached(live, report_url)] == ["甲.jpg"]


def test_leaving_with_unsent_files_warns(enter, report_url, tmp_path):
    film = big_video(tmp_path / "启动仪式.mp4", 6 * MB)
    page = enter()
    slow_down(page, MB)
    choose(page, "videos", film)
    wait_for_percent(page, 10)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.click("header a:has-text('我的任务')", no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith(report_url)
    slow_down(page)
    expect(page.locator("#videos .file-card")).to_have_count(1, timeout=30_000)
    page.click("header a:has-text('我的任务')")
    page.wait_for_url("**/tasks")
    assert asked == ["beforeunload"]


def test_other_buttons_work_while_files_travel(enter, live, report_url, tmp_path):
    film = big_video(tmp_path / "启动仪式.mp4", 4 * MB)
    page = enter()
    choose(page, "photos", picture("甲.jpg"), picture("乙.jpg", (32, 32)))
    expect(page.locator("#photos .file-card")).to_have_count(2)
    slow_down(page, MB)
    choose(page, "videos", film)
    wait_for_percent(page, 5)
    page.fill("#photos .file-card:first-child input[type=text]", "启动仪式")
    page.get_by_role("button", name="移除《乙.jpg》").click()
    expect(page.locator("#photos .file-card")).to_have_count(1)
    expect(page.locator(".notice-success")).to_contain_text("已移除《乙.jpg》")
    wait_for_state(page, film.name, "sending")
    expect(page.locator("#videos .file-card")).to_have_count(1, timeout=30_000)
    assert sorted(name for name, _caption, _hash in attached(live, report_url)) == ["启动仪式.mp4", "甲.jpg"]


def test_a_colleague_goes_on_elsewhere_with_the_same_content_only(enter, live, report_url, tmp_path):
    film = big_video(tmp_path / "启动仪式.mp4", 6 * MB)
    page = enter()
    slow_down(page, 2 * MB)
    choose(page, "videos", film)
    wait_for_percent(page, 30)
    page.fill("#videos .upload-row input[data-word=caption]", "领导致辞")
    page.get_by_role("button", name="暂停《启动仪式.mp4》").click()
    page.wait_for_timeout(1_000)
    there = enter()
    wait_for_state(there, film.name, "unfinished")
    expect(row(there, film.name)).to_contain_text("请重新选择同一文件")
    check_accessibility(there)
    content = bytearray(film.read_bytes())
    content[-5] ^= 1
    other = tmp_path / "另一处" / film.name
    other.parent.mkdir()
    other.write_bytes(content)
    choose(there, "videos", other)
    wait_for_state(there, film.name, "other")
    assert len(made(live)) == 1
    there.get_by_role("button", name="作为新文件上传《启动仪式.mp4》").click()
    expect(there.locator("#videos .file-card")).to_have_count(1, timeout=30_000)
    assert [one.sha256 for one in made(live)] == [sha256(film), sha256(other)]
    choose(there, "videos", film)
    expect(there.locator("#videos .file-card")).to_have_count(2, timeout=30_000)
    assert {hash_ for _name, _caption, hash_ in attached(live, report_url)} == {sha256(film), sha256(other)}
    assert "领导致辞" in {caption for _name, caption, _hash in attached(live, report_url)}
    assert len(made(live)) == 2


def test_a_phone_takes_photos_and_films(enter, live, report_url):
    page = enter("phone")
    camera = page.get_by_role("button", name="拍照上传")
    expect(camera).to_be_visible()
    with page.expect_file_chooser() as chooser:
        camera.click()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files(picture("image.jpg"))
    expect(page.locator("#photos .file-card")).to_have_count(1)
    expect(page.get_by_role("button", name="录像上传")).to_be_visible()
    check_accessibility(page)
    check_fits(page)
    assert [name for name, _caption, _hash in attached(live, report_url)] == ["image.jpg"]


def test_a_desk_has_folders_and_no_camera(enter, live, report_url, tmp_path):
    folder = tmp_path / "质量月照片"
    (folder / "第二天").mkdir(parents=True)
    (folder / "甲.jpg").write_bytes(material.picture("JPEG"))
    (folder / "第二天" / "乙.jpg").write_bytes(material.picture("JPEG", (32, 32)))
    (folder / "Thumbs.db").write_bytes(b"x")
    page = enter(language="en")
    expect(page.locator("[data-pick=camera]").first).to_be_hidden()
    page.locator("#photos [data-source=folder]").set_input_files(folder)
    expect(page.locator("#photos .file-card")).to_have_count(2)
    expect(page.locator("#photos .upload-told")).to_contain_text("1")
    assert len(attached(live, report_url)) == 2


def test_three_travel_at_a_time_and_all_can_be_held(enter, live, report_url):
    page = enter()
    slow_down(page, 30_000)
    choose(page, "photos", *(picture(f"{number}.jpg", (400 + number, 300)) for number in range(5)))
    expect(page.locator(".upload-row[data-state=waiting]")).to_have_count(2)
    expect(page.locator(".upload-row[data-state=sending]")).to_have_count(3)
    expect(page.locator("#photos [data-overall-words]")).to_contain_text("5 个文件")
    page.get_by_role("button", name="全部暂停").click()
    expect(page.locator(".upload-row[data-state=paused]")).to_have_count(5)
    slow_down(page)
    page.get_by_role("button", name="全部继续").click()
    expect(page.locator("#photos .file-card")).to_have_count(5, timeout=30_000)
    assert len(attached(live, report_url)) == 5


def test_giving_up_throws_the_bytes_away(enter, live, tmp_path):
    film = big_video(tmp_path / "启动仪式.mp4", 6 * MB)
    page = enter()
    slow_down(page, MB)
    choose(page, "videos", film)
    wait_for_percent(page, 15)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="取消上传《启动仪式.mp4》").click()
    expect(page.locator(".upload-row")).to_have_count(0)
    slow_down(page)
    page.reload()
    page.wait_for_selector("#videos .upload.is-live")
    expect(page.locator(".upload-row")).to_have_count(0)
    assert [one.state for one in made(live)] == ["ended"]


def test_after_signing_in_again_elsewhere_the_page_goes_on(enter, live, report_url):
    page = enter()
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    page.context.clear_cookies()
    choose(page, "photos", picture("甲.jpg"))
    wait_for_state(page, "甲.jpg", "signed-out")
    expect(row(page, "甲.jpg")).to_contain_text("请在新窗口重新登录")
    sign_in(page.context.new_page(), report_url)
    page.get_by_role("button", name="立即重试《甲.jpg》").click()
    expect(page.locator("#photos .file-card")).to_have_count(1)
    assert page.locator("meta[name=csrf-token]").get_attribute("content") != token
    assert [name for name, _caption, _hash in attached(live, report_url)] == ["甲.jpg"]


def test_a_browser_that_cannot_hash_uploads_all_the_same(enter, live, report_url):
    page = enter(may_lose_line=True)
    page.context.route("**/dist/hasher.js", lambda route: route.abort())
    choose(page, "photos", picture("甲.jpg"))
    expect(page.locator("#photos .file-card")).to_have_count(1)
    assert [(one.sha256, one.state) for one in made(live)] == [(None, "taken")]
    assert len(attached(live, report_url)) == 1


def test_a_refusal_is_told_even_when_its_answer_was_lost(enter, live, report_url):
    page = enter(may_lose_line=True)
    lost = []

    def lose_first_answer(route):
        if route.request.method == "PATCH" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/uploads/*", lose_first_answer)
    choose(page, "photos", {"name": "截图.jpg", "mimeType": "image/jpeg", "buffer": b"<html><body>x</body></html>"})
    wait_for_state(page, "截图.jpg", "refused")
    assert lost == [422]
    expect(row(page, "截图.jpg").locator(".field-errors")).to_contain_text("内容与扩展名不符")
    assert len(made(live)) == 1
    assert attached(live, report_url) == []
