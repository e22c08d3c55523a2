"""300 MB through Uppy while the server is killed twice and the page is loaded anew once: nothing is lost, nothing is mixed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cast import make_cast
from tests.fixtures.live import Live
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

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
SIZE = 300 << 20
LINE = 60 << 20


def test_a_large_film_survives_two_deaths_and_a_reload(
    open_page: Callable[..., Page], live: Live, tmp_path: Path
) -> None:
    film = big_video(tmp_path / "“质量月”启动仪式.mp4", SIZE)
    with live.inside():
        address = f"/assignments/{make_cast().assignment('Q-HE').id}"
    page = sign_in(open_page(may_lose_line=True), address)
    posted: list[str] = []
    page.on("request", lambda sent: sent.method == "POST" and sent.url.endswith("/uploads") and posted.append(sent.url))
    slow_down(page, LINE)
    choose(page, "videos", film)
    wait_for_percent(page, 20)
    _die_and_rise(page, live, film.name)
    wait_for_percent(page, 45)
    held = made(live)[0].offset
    assert held > SIZE // 10, "what had arrived before the first death is still there"
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_selector("#videos .upload.is-live")
    wait_for_state(page, film.name, "unfinished")
    expect(row(page, film.name)).to_contain_text("请重新选择同一文件")
    choose(page, "videos", film)
    wait_for_state(page, film.name, "sending")
    wait_for_percent(page, 70)
    _die_and_rise(page, live, film.name)
    slow_down(page)
    expect(page.locator("#videos .file-card").filter(has_text=film.name)).to_be_visible(timeout=90_000)
    with film.open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest()
    assert [hash_ for _name, _caption, hash_ in attached(live, address)] == [whole]
    with live.inside():
        kept = live.app.extensions["kit"].vault
        with kept.open(whole) as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == whole
    assert len(posted) == 1
    assert len(made(live)) == 1


def _die_and_rise(page: Page, live: Live, name: str) -> None:
    live.kill_web()
    wait_for_state(page, name, "line")
    live.serve()
    wait_for_state(page, name, "sending", "checking", "arrived")
