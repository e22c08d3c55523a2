"""What the documents promise is there: links, commands of make, and one page for each decision."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tests.house.source import ROOT, listed

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
# `make` as a command of its own, not as a package that is installed.
MADE = re.compile(r"(?:^|[;&|] *|\bsudo -u \S+ |\b[A-Z_]+=\S+ )make ([a-z][a-z-]*)\b")
IN_CODE = re.compile(r"`([^`\n]+)`")
# A file of ours between backticks: whole, or below reporting/ or one of its rooms, as `core/vault.py`.
NAMED_FILE = re.compile(r"(?:[\w-]+/)+[\w-]+\.(?:py|js|css|html|md|txt|toml|json)|[\w-]+\.(?:py|toml)")
EVENT = re.compile(r"\blog\.(?:debug|info|warning|error|critical|exception)\(\s*\"(\w+)\"")
NUMBERED = re.compile(r"(\d{3})-[a-z0-9-]+\.md")
LARGEST_PICTURE = 150_000
MOST_PICTURES = 14


def documents(root: Path) -> list[Path]:
    """Every document that a reader may be sent to."""
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])


def dead_links(root: Path) -> Iterator[str]:
    """Links to files that are not there, and to headings that a page does not have."""
    for page in documents(root):
        for address in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:", address):
                continue
            path, _, place = unquote(address).partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists() or not target.is_relative_to(root):
                yield f"{page.relative_to(root)} links to {address}, which is not there"
            elif place and place not in anchors(target):
                yield f"{page.relative_to(root)} links to {address}, and there is no such heading"


def anchors(page: Path) -> set[str]:
    """The names by which the headings of a page can be reached."""
    found = HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def unknown_targets(root: Path) -> Iterator[str]:
    """`make …` in a document that the Makefile does not know."""
    known = set(TARGET.findall((root / "Makefile").read_text(encoding="utf-8")))
    for page in documents(root):
        for target in made_in(page.read_text(encoding="utf-8")):
            if target not in known:
                yield f"{page.relative_to(root)} tells to run `make {target}`, which the Makefile does not have"


def made_in(text: str) -> list[str]:
    """Every target of make that a text names, in a line of commands or between backticks."""
    commands = [line for fence in FENCE.finditer(text) for line in fence.group().splitlines()]
    commands += IN_CODE.findall(FENCE.sub("", text))
    return [target for line in commands for target in MADE.findall(line.strip())]


def lost_files(root: Path) -> Iterator[str]:
    """Files of ours that a document names and that are not there (any more)."""
    known = [path.relative_to(root).as_posix() for path in _own_files(root)]
    for page in documents(root):
        for name in dict.fromkeys(IN_CODE.findall(FENCE.sub("", page.read_text(encoding="utf-8")))):
            if NAMED_FILE.fullmatch(name) and not any(path == name or path.endswith(f"/{name}") for path in known):
                yield f"{page.relative_to(root)} names {name}, which is not there"


def untold_events(root: Path) -> Iterator[str]:
    """Events of the log that the operations guide does not explain."""
    told = (root / "docs" / "operations.md").read_text(encoding="utf-8")
    for file in sorted((root / "reporting").rglob("*.py")):
        for event in EVENT.findall(file.read_text(encoding="utf-8")):
            if f"`{event}`" not in told:
                yield f"{file.relative_to(root)} logs {event}"


def _own_files(root: Path) -> Iterator[Path]:
    folders = ("reporting", "tests", "scripts", "benchmarks", "templates", "front", "docs")
    yield from (path for path in root.iterdir() if path.is_file())
    for folder in folders:
        yield from (path for path in (root / folder).rglob("*") if path.is_file())


def untold_decisions(root: Path) -> Iterator[str]:
    """Decisions that the list does not have, and numbers that are given twice or left out."""
    folder = root / "docs" / "decisions"
    listed_ones = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    names = sorted(page.name for page in folder.glob("*.md") if page.name != "README.md")
    for place, name in enumerate(names, start=1):
        number = NUMBERED.fullmatch(name)
        if number is None or int(number.group(1)) != place:
            yield f"docs/decisions/{name} should be number {place:03d}"
        if name not in listed_ones:
            yield f"docs/decisions/{name} is not in the list of decisions"


def unused_or_heavy_pictures(root: Path) -> Iterator[str]:
    """Pictures that no page shows, or that are heavier than a page can bear."""
    shown = {
        (page.parent / address).resolve()
        for page in documents(root)
        for address in LINK.findall(page.read_text(encoding="utf-8"))
    }
    pictures = sorted((root / "docs" / "pictures").glob("*"))
    for picture in pictures:
        if picture.resolve() not in shown:
            yield f"docs/pictures/{picture.name} is shown nowhere"
        if picture.stat().st_size > LARGEST_PICTURE:
            yield f"docs/pictures/{picture.name} has {picture.stat().st_size} bytes"
    if len(pictures) > MOST_PICTURES:
        yield f"docs/pictures has {len(pictures)} pictures, more than {MOST_PICTURES}"


def test_every_link_leads_somewhere() -> None:
    found = list(dead_links(ROOT))
    assert not found, listed("A reader who follows a dead link stops reading.", found)


def test_every_command_of_make_exists() -> None:
    found = list(unknown_targets(ROOT))
    assert not found, listed("A command that a document tells must do something.", found)


def test_every_file_that_is_named_exists() -> None:
    found = list(lost_files(ROOT))
    assert not found, listed("A document that points at files must follow them when they move.", found)


def test_every_event_of_the_log_is_explained() -> None:
    found = list(untold_events(ROOT))
    assert not found, listed("Whoever is woken by an event must find out what it means.", found)


def test_every_decision_is_listed_and_numbered() -> None:
    found = list(untold_decisions(ROOT))
    assert not found, listed("Decisions are found by their list.", found)


def test_pictures_are_shown_and_small() -> None:
    found = list(unused_or_heavy_pictures(ROOT))
    assert not found, listed("Everybody who clones the project carries its pictures.", found)


def test_planted_faults_are_found(tmp_path: Path) -> None:
    decisions, pictures = tmp_path / "docs" / "decisions", tmp_path / "docs" / "pictures"
    decisions.mkdir(parents=True)
    pictures.mkdir()
    (tmp_path / "Makefile").write_text("run: setup\n\t@true\n")
    (tmp_path / "README.md").write_text(
        "# Top\n[gone](docs/gone.md) [out](../../etc/passwd) [far](#bottom) [here](#top) [web](https://example.org)\n"
        "`core/gone.py` and `Makefile` and `docs/decisions/README.md`\n"
        "`make run PORT=1` and `make nothing`\n```sh\napt-get install make nginx\ncd x && make less   # [no link](in/code.md)\n```\n"
    )
    (decisions / "README.md").write_text("[001](001-first.md)\n")
    (decisions / "001-first.md").write_text("# 001\n")
    (decisions / "003-third.md").write_text("# 003\n")
    (tmp_path / "docs" / "operations.md").write_text("`vault_full`\n")
    (tmp_path / "reporting").mkdir()
    (tmp_path / "reporting" / "jobs.py").write_text('log.info("vault_full")\nlog.error(\n    "job_lost", job=1)\n')
    (pictures / "big.png").write_bytes(b"\0" * (LARGEST_PICTURE + 1))
    assert len(list(dead_links(tmp_path))) == 3
    assert [one.split("`")[1] for one in unknown_targets(tmp_path)] == ["make less", "make nothing"]
    assert list(lost_files(tmp_path)) == ["README.md names core/gone.py, which is not there"]
    assert list(untold_events(tmp_path)) == ["reporting/jobs.py logs job_lost"]
    assert len(list(untold_decisions(tmp_path))) == 2
    assert len(list(unused_or_heavy_pictures(tmp_path))) == 2
