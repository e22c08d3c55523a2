"""The list of files goes in before the files: hashed by the browser, filed in a moment, filled by what follows."""

import hashlib

import pytest
from playwright.sync_api import expect

from reporting.core.db import unit_of_work
from reporting.reports import queries as reports
from tests.cast import make_cast
from tests.fixtures.browser import check_accessibility
from tests.web.bureau.sending import big_video, choose, row, sign_in, slow_down, wait_for_state

pytestmark = pytest.mark.journey
pytest.importorskip("reporting.web.bureau.manifest", reason="tasks have no media window here")
MB = 1 << 20


@pytest.fixture
def report_url(live):
    with live.inside():
        cast = make_cast()
        with unit_of_work():
            cast.task.media_window_hours = 24
        return f"/assignments/{cast.assignment('Q-HE').id}"


def in_report(live, address):
    with live.inside():
        report = reports.find_report(int(address.rsplit("/", 1)[1]))
        found = [] if report is None else reports.attachments(report.id)
        return [(one.name, one.sha256, one.caption, one.is_promised) for one in found]


def test_the_list_is_filed_while_the_film_still_travels(open_page, live, report_url, tmp_path):
    film = big_video(tmp_path / "启动仪式.mp4", 8 * MB)
    sha256 = hashlib.sha256(film.read_bytes()).hexdigest()
    page = sign_in(open_page(), report_url)
    slow_down(page, MB)
    choose(page, "videos", film)
    wait_for_state(page, film.name, "sending")
    page.fill("#videos .upload-row input[data-word=caption]", "9月2日启动仪式")
    page.get_by_role("button", name="先报清单（1 个文件）").click()
    expect(page.locator("#videos .upload-told")).to_contain_text("清单已报，共 1 个文件")
    expect(row(page, film.name)).to_contain_text("清单已报")
    expect(page.locator("#videos .file-card").filter(has_text=film.name)).to_be_visible()
    assert in_report(live, report_url) == [(film.name, sha256, "9月2日启动仪式", True)]
    check_accessibility(page)
    slow_down(page)
    expect(page.locator(".upload-row")).to_have_count(0, timeout=30_000)
    assert in_report(live, report_url) == [(film.name, sha256, "9月2日启动仪式", False)]
