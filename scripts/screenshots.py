"""Take the pictures of the documents from running demonstrations of their own.

python -m scripts.screenshots              every picture, into docs/pictures
python -m scripts.screenshots board.png    only these, and those of their stages on which they build, unwritten

Each picture is a function of `scripts/pictures.py`. A stage of the demonstration is built once for all of its pictures, in a
temporary folder, on free ports; every wait has a bound. Pages, names and clock are those of the demonstration, so two runs give
nearly the same pictures.
"""

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import app
from scripts.browser import BROWSERS
from scripts.pictures import PICTURES, Camera, Picture
from scripts.steps import ROOT, Stop, say

FOLDER = ROOT / "docs" / "pictures"
LARGEST_BYTES = 150_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
]
SCREENS = {"desk": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
PATIENCE_MS = 20_000


@contextmanager
def demonstration(stage: str) -> Iterator[str]:
    """A demonstration at a stage; gives its address, and takes everything away at the end."""
    with tempfile.TemporaryDirectory(prefix="baosong-pictures-") as folder:
        place = app.Place(Path(folder) / "instance", Path(folder) / "uploads")
        place.instance.mkdir()
        port, mail_port = app.free_port(), app.free_port()
        household = app.Household(app.demonstration_environment(place, port, mail_port))
        try:
            app.set_up(household, place, mail_port, stage)
            app.serve(household, "127.0.0.1", port)
            yield f"http://127.0.0.1:{port}"
        finally:
            household.end()


def opener(browser: Browser, home: str) -> Camera:
    """A camera for one demonstration: it opens pages as a new visitor each time."""

    def open_page(screen: str, language: str) -> Page:
        context = browser.new_context(
            base_url=home,
            viewport=SCREENS[screen],
            is_mobile=screen == "phone",
            has_touch=screen == "phone",
            locale=language,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()

    return Camera(open_page)


def develop(picture: Picture, shot: bytes) -> int:
    """Write a picture with a palette of its own; gives its size. Raises Stop when it is too heavy for a document."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    small = image.quantize(colors=192, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    FOLDER.mkdir(parents=True, exist_ok=True)
    target = FOLDER / picture.name
    small.save(target, optimize=True)
    size = target.stat().st_size
    if size > LARGEST_BYTES:
        raise Stop(f"{picture.name} has {size} bytes, more than {LARGEST_BYTES}: show less of the page.")
    return size


def take(wanted: list[Picture]) -> None:
    """Take pictures, one stage after another. One builds on another's clicks, so all of a stage are taken."""
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        raise Stop("There is no Chromium here. Debian and Ubuntu: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for stage in dict.fromkeys(picture.stage for picture in wanted):
            with demonstration(stage) as home:
                camera = opener(browser, home)
                for picture in [one for one in PICTURES if one.stage == stage]:
                    shot = picture.take(camera)
                    if picture in wanted:
                        say(f"{picture.name}: {develop(picture, shot) // 1024} kB")
        browser.close()


def main(names: list[str]) -> int:
    """Take the named pictures, or all; gives the exit code."""
    unknown = sorted(set(names) - {picture.name for picture in PICTURES})
    if unknown:
        print(
            f"No such picture: {', '.join(unknown)}. There are: {', '.join(p.name for p in PICTURES)}", file=sys.stderr
        )
        return 2
    try:
        take([picture for picture in PICTURES if not names or picture.name in names])
    except (Stop, app.CannotStart) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
