"""clamd and nginx for the tests that ask real ones: Debian packages, installed when we may. The tests start their own."""

import os
import shutil
from pathlib import Path

from scripts.steps import run, say

# Each package with its program.
PACKAGES = {"clamav-daemon": "clamd", "nginx-light": "nginx"}
# Debian starts a service with its package; the tests need none, and clamd would load signatures nobody asked for.
POLICY = Path("/usr/sbin/policy-rc.d")


def ensure() -> None:
    """Install what is missing when we are root on Debian; otherwise name it and go on without those tests."""
    missing = [package for package, program in PACKAGES.items() if not is_there(program)]
    if not missing:
        return
    names = " ".join(missing)
    command = f"apt-get install --no-install-recommends {names}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"Tests of virus checks and of nginx will be skipped: this machine lacks {names}. As root: {command}")
        return
    say(f"Installing Debian packages for the tests of virus checks and of nginx: {names}")
    mend = f"apt-get could not install {names}. Check the network and the package sources, then: {command}"
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    is_ours = not POLICY.exists()
    if is_ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        POLICY.chmod(0o755)
    try:
        run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], environment=environment, mend=mend
        )
    finally:
        if is_ours:
            POLICY.unlink()


def is_there(program: str) -> bool:
    """Whether a program can be started; daemons often lie outside a person's path."""
    return shutil.which(program) is not None or Path("/usr/sbin", program).exists()
