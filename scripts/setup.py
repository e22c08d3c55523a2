"""Prepare this folder for running or testing. Safe to repeat; quick when nothing has changed.

Usage: scripts/setup run|test|front
  run    virtual environment, run-time packages, front end, translations
  test   the same with the checking tools, and the browser for the journeys
  front  only what the browser side needs

Each step keeps a stamp, the hash of what it was made from, and is passed over while that stays the same.
Only the standard library is used here, because nothing else is installed yet.
"""

import fcntl
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import browser, daemons, front
from scripts.steps import ROOT, VENV, Stop, run, say, stamp

PYTHON = VENV / "bin" / "python"
REQUIREMENTS = {"run": "requirements.txt", "test": "requirements-dev.txt"}
PROFILES = ("run", "test", "front")


def main(arguments: list[str]) -> int:
    """Carry out the steps of one profile; gives the exit code."""
    profile = arguments[0] if arguments else "run"
    if profile not in PROFILES:
        print(f"{profile!r} is none of {', '.join(PROFILES)}", file=sys.stderr)
        return 2
    try:
        make_environment()
        # Two `make` at once must not install into the same folder.
        with (VENV / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            prepare(profile)
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        return 1
    return 0


def prepare(profile: str) -> None:
    """Everything after the virtual environment."""
    if profile != "front":
        install_packages(profile)
    front.build(PYTHON)
    if profile != "front":
        compile_translations()
    if profile == "test":
        browser.ensure()
        daemons.ensure()


def make_environment() -> None:
    """A virtual environment in .venv, made anew when it is broken."""
    if works(PYTHON):
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Stop(
            "This Python cannot make virtual environments: its package `venv` is missing.\n"
            "Install it (Debian and Ubuntu: apt-get install python3-venv) and run the same command again."
        )
    say("Making a virtual environment in .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(VENV)], mend="See whether the disk is full and this folder may be written.")
    # The database server of the tests drops root's rights and must still be able to read its own programs.
    VENV.chmod(0o755)


def works(python: Path) -> bool:
    """Whether the environment's Python starts, is new enough and has pip."""
    question = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", question], capture_output=True, check=False).returncode == 0


def install_packages(profile: str) -> None:
    """The Python packages of the profile, at the versions of constraints.txt."""
    inputs = [ROOT / "requirements.txt", ROOT / "constraints.txt"]
    if profile == "test":
        inputs.append(ROOT / REQUIREMENTS["test"])
    with stamp(f"packages-{profile}", inputs) as changed:
        if not changed:
            return
        say(f"Installing Python packages from {REQUIREMENTS[profile]} (one to two minutes the first time)")
        wanted = ["-r", str(ROOT / REQUIREMENTS[profile]), "-c", str(ROOT / "constraints.txt")]
        run(
            [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
            mend="pip could not install the packages. Check that this machine reaches a Python package index\n"
            "(a proxy goes into HTTPS_PROXY, a mirror into PIP_INDEX_URL), then run the same command again.",
        )


def compile_translations() -> None:
    """Turn the message catalogues into what the application reads."""
    catalogues = sorted((ROOT / "reporting" / "translations").glob("*/LC_MESSAGES/*.po"))
    made = [file.with_suffix(".mo") for file in catalogues]
    with stamp("translations", catalogues, made) as changed:
        if not changed or not catalogues:
            return
        say("Compiling translations")
        run(
            [str(VENV / "bin" / "pybabel"), "-q", "compile", "-d", str(ROOT / "reporting" / "translations")],
            mend="A message catalogue has a fault in the line named above; mend it and run `make translations`.",
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
