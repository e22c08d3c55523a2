"""Chromium, Chinese fonts, LibreOffice and strace for the tests: Debian packages, installed when we may."""

import os
import shutil
import subprocess
from pathlib import Path

from scripts.steps import run, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OFFICES = ("soffice", "libreoffice")
FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK*", "/usr/share/fonts/**/*wqy*", "/usr/share/fonts/**/NotoSansSC*")


def ensure() -> None:
    """Install what is missing when we are root on Debian; otherwise name it and go on without what needs it."""
    missing = missing_packages()
    if not missing:
        return
    command = f"apt-get install --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"Tests that need it will be skipped: this machine lacks {' and '.join(missing)}. As root: {command}")
        return
    say(f"Installing Debian packages for the tests: {', '.join(missing)} (one to two minutes)")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    mend = f"apt-get could not install {' '.join(missing)}. Check the network and the package sources, then: {command}"
    run(["apt-get", "update", "-qq"], environment=environment, mend=mend)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], environment=environment, mend=mend)


def missing_packages() -> list[str]:
    """The Debian packages that this machine still needs."""
    missing = []
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append("chromium")
    if not has_chinese_font():
        missing.append("fonts-noto-cjk")
    if not shutil.which("strace"):
        missing.append("strace")
    if not any(shutil.which(name) for name in OFFICES):
        missing.append("libreoffice-writer-nogui")
    return missing


def has_chinese_font() -> bool:
    """Whether pages in Chinese would show characters instead of boxes."""
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout
        return bool(listed.strip())
    return any(any(Path("/").glob(pattern.removeprefix("/"))) for pattern in FONTS)
