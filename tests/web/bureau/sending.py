"""A reporter who uploads on the report page in a browser: chooses files, watches the list, and slows or cuts the line."""

import struct
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, expect

from reporting.demo.people import PASSWORD, email
from reporting.files.models import StoredFile
from reporting.reports import queries as reports
from reporting.uploads.models import Upload
from tests.files import material

# One for each page: a second session would not lift what the first has laid upon the line.
_sessions: dict[Page, CDPSession] = {}


def sign_in(page: Page, address: str, code: str = "Q-HE") -> Page:
    """Open the report as a bureau's reporter, and wait until its scripts have begun."""
    page.goto(address)
    page.fill("#email", email(code))
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{address}")
    page.wait_for_selector("#videos .upload.is-live")
    return page


def big_video(path: Path, size: int) -> Path:
    """A film that plays, made as large as wanted by a part which every player leaves out."""
    film = material.video("mp4")
    padding = size - len(film) - 8
    with path.open("wb") as target:
        target.write(film + struct.pack(">I4s", padding + 8, b"free"))
        block = bytes(range(251)) * 4177
        while padding > 0:
            target.write(block[: min(padding, len(block))])
            padding -= len(block)
    return path


def choose(page: Page, slot: str, *files: Any) -> None:
    """Choose files as the file dialog would."""
    page.set_input_files(f"#files_{slot}", list(files))


def row(page: Page, name: str) -> Locator:
    """A file's line among the uploads."""
    return page.locator(".upload-row").filter(has_text=name)


def wait_for_state(page: Page, name: str, *states: str) -> None:
    """Wait until a file's line stands in one of these states."""
    wanted = ", ".join(f'.upload-row[data-state="{state}"]' for state in states)
    expect(page.locator(wanted).filter(has_text=name)).to_be_visible(timeout=30_000)


def wait_for_percent(page: Page, percent: int) -> None:
    """Wait until the first upload has come so far."""
    page.wait_for_function(
        "percent => document.querySelector('.upload-row:not([data-state=reading]) .upload-bar')?.value >= percent",
        arg=percent,
        timeout=60_000,
    )


def slow_down(page: Page, bytes_a_second: int = -1, *, offline: bool = False) -> None:
    """A line that carries no more than this upwards, or nothing at all; -1 makes it free again."""
    if page not in _sessions:
        _sessions[page] = page.context.new_cdp_session(page)
    _sessions[page].send(
        "Network.emulateNetworkConditions",
        {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second},
    )


def attached(live: Any, address: str) -> list[tuple[str, str, str]]:
    """Name, caption and hash of the files in the report."""
    with live.inside():
        report = reports.find_report(int(address.rsplit("/", 1)[1]))
        if report is None:
            return []
        kept = {one.id: one.sha256 for one in StoredFile.query.all()}
        return [(one.name, one.caption, kept[one.file_id]) for one in reports.attachments(report.id)]


def made(live: Any) -> list[Upload]:
    """All uploads that were ever begun."""
    with live.inside():
        return list(Upload.query.order_by(Upload.id))
