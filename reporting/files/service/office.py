"""Old and foreign office documents, turned into PDF or text by LibreOffice where it is installed.

Each call has a profile of its own, so that several may run; the answer is the file that comes out, because
LibreOffice ends with 0 also when it has converted nothing.
"""

import shutil
import subprocess
from functools import cache
from pathlib import Path

from reporting.files.service.leash import on_leash

SECONDS = 120
_MEMORY = 4 << 30
_FILE = 512 << 20
_FILTERS = {"pdf": "pdf:writer_pdf_Export", "txt": "txt:Text (encoded):UTF8"}


class NotConverted(Exception):
    """LibreOffice gave no document; the message is for a log."""


@cache
def program() -> str | None:
    """The path of LibreOffice, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert(source: Path, ending: str, folder: Path) -> Path:
    """The document as `ending` (pdf, txt) in `folder`; raises NotConverted.

    `source` bears the ending of its format: LibreOffice would take a text for whatever it is called.
    """
    office = program()
    if office is None:
        raise NotConverted("LibreOffice is not installed")
    profile = folder / "profile"
    command = [
        *_confined(),
        *(office, "--headless", "--norestore", "--nolockcheck", f"-env:UserInstallation=file://{profile}"),
        *("--convert-to", _FILTERS[ending], "--outdir", str(folder), str(source)),
    ]
    told = _run(command, profile)
    made = folder / f"{source.stem}.{ending}"
    if not made.is_file() or made.stat().st_size == 0:
        raise NotConverted(f"LibreOffice made nothing: {told.strip()[-200:]}")
    return made


def _run(command: list[str], home: Path) -> str:
    child = subprocess.Popen(  # noqa: S603 - a fixed program; names are ours
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # Documents have read the environment out loud (CVE-2024-12426): there is nothing in it.
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    )
    # The whole session ends with it: soffice is a script that starts others.
    with child, on_leash(child.pid):
        try:
            return child.communicate(timeout=SECONDS)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            raise NotConverted(f"LibreOffice took more than {SECONDS} seconds") from None


@cache
def _confined() -> tuple[str, ...]:
    """What stands in front of the command to bound it and to take the network away, as far as this machine can."""
    limit = shutil.which("prlimit")
    bounded = (limit, f"--cpu={SECONDS}", f"--as={_MEMORY}", f"--fsize={_FILE}", "--core=0") if limit else ()
    alone = shutil.which("unshare")
    if alone is not None:
        tried = subprocess.run([alone, "--map-root-user", "--net", "true"], check=False, capture_output=True)  # noqa: S603 - the same fixed program
        if tried.returncode == 0:
            return (*bounded, alone, "--map-root-user", "--net")
    return bounded
