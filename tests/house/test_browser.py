"""The browser's guards can fail, and its server starts, moves its clock and ends."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from reporting.core import clock
from tests.fixtures.application import NOW
from tests.fixtures.browser import check_accessibility, check_fits, watched_pages
from tests.fixtures.live import Live, alarms

pytestmark = pytest.mark.journey
GOOD = "<!doctype html><html lang=zh><title>x</title><main><h1>报送</h1></main></html>"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page without a server."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def test_axe_finds_a_picture_without_words(page: Page) -> None:
    page.set_content(GOOD.replace("</main>", "<img src='data:,'></main>"))
    with pytest.raises(AssertionError, match="image-alt"):
        check_accessibility(page)
    page.set_content(GOOD)
    check_accessibility(page)


def test_what_sticks_out_is_found(page: Page) -> None:
    page.set_content(GOOD.replace("</main>", "<div style='width: 900px'>x</div></main>"))
    with pytest.raises(AssertionError, match="sticks out"):
        check_fits(page)
    page.set_content(GOOD)
    check_fits(page)


@pytest.mark.parametrize(
    ("offence", "told"),
    [
        ("<script>console.error('went wrong')</script>", "went wrong"),
        ("<script>setTimeout(() => { throw new Error('went wrong') })</script>", "went wrong"),
        ("<img alt='' src='http://127.0.0.1:9/x.png'>", "asked a stranger"),
    ],
)
def test_a_page_that_misbehaves_fails(chromium: Browser, offence: str, told: str) -> None:
    with (
        pytest.raises(AssertionError, match=told),
        watched_pages(chromium, "http://127.0.0.1:8") as open_page,
    ):
        page = open_page()
        page.set_content(GOOD.replace("</main>", f"{offence}</main>"))
        page.wait_for_timeout(200)


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_the_server_serves_and_its_clock_moves(live: Live, open_page: Callable[..., Page], screen: str) -> None:
    page = open_page(screen)
    answer = page.goto("/healthz")
    assert answer is not None
    assert answer.status == 200
    assert abs(clock.now() - NOW) < timedelta(minutes=2)
    live.move_clock_to(NOW + timedelta(days=3))
    assert abs(clock.now() - NOW - timedelta(days=3)) < timedelta(minutes=2)
    assert "routes" in live.command("--help") or live.command("routes")


@pytest.mark.parametrize(
    "told",
    [
        '{"error_id": "12ab", "event": "unforeseen", "level": "error"}',
        "2014-10-13 [error    ] job_failed  job=sweep",
        "Traceback (most recent call last):",
        "/x/y.py:3: DeprecationWarning: gone in the next version",
    ],
)
def test_a_fault_in_a_log_is_found(told: str) -> None:
    assert alarms(f"[INFO] Booting worker\n{told}\n")
    assert not alarms("[INFO] Booting worker\n2014-10-13 [warning  ] mail_server_away\n")


def test_a_warning_ends_a_child_of_the_live_server(live: Live) -> None:
    program = "import warnings; warnings.warn('old', DeprecationWarning)"
    done = subprocess.run([sys.executable, "-c", program], env=live.environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "DeprecationWarning: old" in done.stderr
