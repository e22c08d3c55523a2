"""clamd for the tests about virus checks: a Debian package, installed when we may. The tests start one of their own."""

import os
import shutil
from pathlib import Path

from scripts.steps import run, say

PACKAGE = "clamav-daemon"
# Debian starts a service with its package; the tests need none, and it would load signatures nobody asked for.
POLICY = Path("/usr/sbin/policy-rc.d")


def ensure() -> None:
    """Install clamd when it is missing and we are root on Debian; otherwise name it and go on without those tests."""
    if shutil.which("clamd") or Path("/usr/sbin/clamd").exists():
        return
    command = f"apt-get install --no-install-recommends {PACKAGE}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"Two tests of virus checks will be skipped: this machine lacks {PACKAGE}. As root: {command}")
        return
    say(f"Installing the Debian package {PACKAGE} for the tests of virus checks")
    mend = f"apt-get could not install {PACKAGE}. Check the network and the package sources, then: {command}"
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    is_ours = not POLICY.exists()
    if is_ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        POLICY.chmod(0o755)
    try:
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGE], environment=environment, mend=mend)
    finally:
        if is_ours:
            POLICY.unlink()
