"""Reads the project's Python files as syntax trees, for the tests about the code.

Every check takes the folder to look at, so that planted offences in a temporary folder prove that it can fail.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Design §4, but that the record stands before the working days, which write into it (decision 030). A room may import any
# room to its left, never one to its right.
RANK = [
    *("core", "audit", "workdays", "deadlines", "outbox", "accounts", "bureaus", "campaigns", "notices", "files"),
    *("uploads", "reports", "receipts", "reviews", "tracking", "reminders", "evidence", "dashboard", "documents"),
    *("exports", "search"),
]
FLOOR = "core"
ROOMS = RANK[1:]
KINDS = ("models", "rules", "queries", "service")
DOORS = ("web", "scheduler", "cli")
# They rank above the rooms and below the doors: the jobs, who leads, the watch, the post, how uploads arrive, the media's worker, the check, the
# demonstration and its mail sink.
BESIDE_JOBS = (
    "jobs",
    "leading",
    "watching",
    "posting",
    "arriving",
    "media",
    "checking",
    "demo",
    "demo_material",
    "sink",
)


@dataclass(frozen=True)
class Import:
    """One imported module, whole: `from reporting.audit import service` is `reporting.audit.service`."""

    line: int
    module: str
    names: tuple[str, ...]
    only_for_types: bool = False

    @property
    def room(self) -> str | None:
        """The part of the house it belongs to, or None when it is not ours."""
        parts = self.module.split(".")
        return parts[1] if parts[0] == "reporting" and len(parts) > 1 else None

    @property
    def kind(self) -> str | None:
        """`models`, `rules`, `queries`, `service`, or None when it names no file of a room."""
        parts = self.module.split(".")
        return parts[2] if self.room in ROOMS and len(parts) > 2 else None


@dataclass(frozen=True)
class Source:
    """One Python file below `root`."""

    root: Path
    path: Path

    @cached_property
    def text(self) -> str:
        """The file as it stands."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The file as a syntax tree."""
        return ast.parse(self.text, str(self.path))

    @property
    def name(self) -> str:
        """The path below the project's folder."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def area(self) -> str:
        """The room, `core`, or the door: `reporting/reports/rules.py` is in `reports`, `reporting/cli.py` in `cli`."""
        parts = self.path.relative_to(self.root).parts
        return (
            parts[1].removesuffix(".py") if parts[0] == "reporting" and len(parts) > 1 else parts[0].removesuffix(".py")
        )

    @property
    def kind(self) -> str | None:
        """Which kind of room file this is; a package of the same name counts as the file."""
        parts = self.path.relative_to(self.root).parts
        return parts[2].removesuffix(".py") if self.area in ROOMS and len(parts) > 2 else None

    def at(self, node: ast.AST | int) -> str:
        """Where a finding is: `path:line`."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.name}:{line}"

    @cached_property
    def imports(self) -> list[Import]:
        """Every import of the file, inside functions and type-checking blocks too."""
        return sorted(self._imports(), key=lambda found: found.line)

    def _imports(self) -> Iterator[Import]:
        guarded = [
            node for node in ast.walk(self.tree) if isinstance(node, ast.If) and dotted(node.test) == "TYPE_CHECKING"
        ]
        for_types = {inner for node in guarded for part in node.body for inner in ast.walk(part)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(node.lineno, alias.name, (), node in for_types)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from self._from(node, node.module, only_for_types=node in for_types)

    def _from(self, node: ast.ImportFrom, module: str, *, only_for_types: bool) -> Iterator[Import]:
        modules = [alias.name for alias in node.names if self._is_module(f"{module}.{alias.name}")]
        for name in modules:
            yield Import(node.lineno, f"{module}.{name}", (), only_for_types)
        names = tuple(alias.name for alias in node.names if alias.name not in modules)
        if names:
            yield Import(node.lineno, module, names, only_for_types)

    def _is_module(self, dotted: str) -> bool:
        for root in (self.root, ROOT):
            place = root.joinpath(*dotted.split("."))
            if place.with_suffix(".py").exists() or place.is_dir():
                return True
        # A planted offence names rooms that its small house does not have.
        parts = dotted.split(".")
        known = {*RANK, *DOORS, *BESIDE_JOBS}
        return parts[0] == "reporting" and (parts[-1] in KINDS or (len(parts) == 2 and parts[1] in known))

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function of the file, inner ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Every call of the file."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]


def dotted(node: ast.AST) -> str:
    """`db.session.commit` for the expression of that name; empty parts where something is computed."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def reporting_sources(root: Path) -> list[Source]:
    """Every Python file of the application, without the migrations, which Alembic shapes."""
    files = sorted((root / "reporting").rglob("*.py"))
    return [Source(root, path) for path in files if "migrations" not in path.relative_to(root).parts]


def own_sources(root: Path) -> list[Source]:
    """The application and everything that runs it."""
    beside = [path for name in ("app.py", "config.py") if (path := root / name).exists()]
    folders = [path for folder in ("scripts", "benchmarks") for path in sorted((root / folder).rglob("*.py"))]
    return [*reporting_sources(root), *(Source(root, path) for path in [*beside, *folders])]


def test_sources(root: Path) -> list[Source]:
    """The tests."""
    return [Source(root, path) for path in sorted((root / "tests").rglob("*.py"))]


test_sources.__test__ = False  # type: ignore[attr-defined] - pytest would take the name for a test


def listed(reason: str, offences: list[str]) -> str:
    """The text of a failure: why the rule exists, then each offence."""
    return "\n".join([reason, *(f"  {offence}" for offence in offences)])
