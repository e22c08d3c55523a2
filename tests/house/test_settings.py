"""Every setting is told to whoever runs an installation, and every bad one is named."""

from dataclasses import fields
from pathlib import Path

from config import Settings
from tests.house.source import ROOT, listed

OPERATIONS = ROOT / "docs" / "operations.md"


def undocumented(text: str) -> list[str]:
    names = [f"BAOSONG_{one.name.upper()}" for one in fields(Settings)]
    return [name for name in names if f"`{name}`" not in text]


def test_every_setting_is_in_the_operations_guide() -> None:
    missing = undocumented(OPERATIONS.read_text(encoding="utf-8"))
    assert not missing, listed("Whoever runs an installation must not read the code to set it up.", missing)


def test_a_setting_that_is_not_told_is_found() -> None:
    assert "BAOSONG_SECRET_KEY" in undocumented("`BAOSONG_MODE`")
    assert "BAOSONG_MODE" not in undocumented("`BAOSONG_MODE`")


def test_the_environment_has_a_name_for_every_setting() -> None:
    text = (ROOT / "config.py").read_text(encoding="utf-8")
    nameless = [one.name for one in fields(Settings) if f'"BAOSONG_{one.name.upper()}"' not in text]
    assert not nameless, listed("A setting that the environment cannot reach can never be set.", nameless)


def test_no_file_names_a_registry_or_this_machine() -> None:
    found = []
    for name in ("package-lock.json", "constraints.txt", "requirements.txt", "requirements-dev.txt", ".npmrc"):
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
            address = "://" in line and '"url": "https://' not in line
            if address or '"resolved"' in line or " @ " in line or str(Path.home()) in line:
                found.append(f"{name}:{number} {line.strip()}")
    assert not found, listed("A lock that names hosts or folders is true on one machine only.", found)
