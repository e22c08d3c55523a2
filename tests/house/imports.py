"""Who may import whom: the order of the rooms, what each kind of file may see, and who knows which library."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import BESIDE_JOBS, DOORS, FLOOR, KINDS, RANK, ROOMS, Import, Source, reporting_sources

# The files above the rooms that may see everything below the doors, or all of it: wiring has no rank.
WIRING = ("__init__", "tables")
FLASKS = ("flask", "flask_babel", "flask_wtf", "flask_security", "flask_login", "flask_migrate", "wtforms", "werkzeug")
MAY_SEE = {
    "rules": {"rules"},
    "models": {"models", "rules"},
    "queries": {"models", "rules", "queries"},
    "service": set(KINDS),
}
# What a pure file may take from the standard library: nothing that reads, waits, prints or throws dice.
PURE = {
    *("__future__", "abc", "base64", "bisect", "calendar", "collections", "dataclasses", "datetime", "decimal", "enum"),
    *("fractions", "functools", "graphlib", "hashlib", "hmac", "html", "itertools", "json", "math", "operator", "re"),
    *("statistics", "string", "struct", "textwrap", "types", "typing", "unicodedata", "zoneinfo"),
}
# `core` knows the framework in these two files only: the database's binding, and the kit that create_app hands over.
CORE_WITH_FLASK = {"reporting/core/db.py", "reporting/core/kit.py"}


def rooms_import_leftwards(root: Path) -> Iterator[str]:
    """A room sees only what stands to its left; the floor sees no room; nobody but a door sees a door."""
    for source in reporting_sources(root):
        for found in source.imports:
            if found.room is None or found.room == source.area:
                continue
            if source.area in RANK and found.room not in RANK[: RANK.index(source.area)]:
                yield f"{source.at(found.line)} {source.area} imports {found.room}, which stands to its right"
            elif source.area in DOORS and found.room in DOORS:
                yield f"{source.at(found.line)} the door {source.area} imports the door {found.room}"
            elif source.area in BESIDE_JOBS and found.room in DOORS:
                yield f"{source.at(found.line)} {source.area} imports the door {found.room}"


def rooms_are_known(root: Path) -> Iterator[str]:
    """Every folder of reporting/ is a room of the design, the floor, a door, or holds no code."""
    for path in sorted((root / "reporting").iterdir()):
        known = {*RANK, *DOORS, *BESIDE_JOBS, *WIRING, "static", "translations", "migrations", "__pycache__"}
        if path.name.removesuffix(".py") not in known and (path.is_dir() or path.suffix == ".py"):
            yield f"{path.relative_to(root)} is no room of the design and no door"


def rooms_hold_four_kinds(root: Path) -> Iterator[str]:
    """A room's files are models, rules, queries and service, and its __init__.py is empty."""
    for source in reporting_sources(root):
        if source.area not in ROOMS:
            continue
        if source.kind == "__init__" and source.text.strip():
            yield f"{source.name} is not empty: import the room's module and name it at the call"
        elif source.kind not in {*KINDS, "__init__"}:
            yield f"{source.name} is none of models, rules, queries, service"


def kinds_see_what_they_may(root: Path) -> Iterator[str]:
    """What each kind of file may import of our own."""
    for source in reporting_sources(root):
        for found in source.imports:
            if source.kind in MAY_SEE and (fault := _fault_of_kind(source, found)):
                yield f"{source.at(found.line)} {fault}"


def _fault_of_kind(source: Source, found: Import) -> str | None:
    kind = source.kind or ""
    if found.kind is not None and found.kind not in MAY_SEE[kind]:
        return f"{kind} imports {found.module}: it may see {', '.join(sorted(MAY_SEE[kind]))}"
    if found.room in ROOMS and found.kind is None:
        return f"{kind} imports the room {found.room} and not one of its files"
    if found.room == FLOOR and kind == "rules":
        return f"rules import {found.module}: they are handed plain values and give plain answers"
    if found.room == FLOOR and kind in {"models", "queries"} and found.module != "reporting.core.db":
        return f"{kind} imports {found.module}: of the floor it needs core.db only"
    if found.module.split(".")[0] == "config":
        return f"{kind} imports config: what it needs of the settings is handed to it"
    return None


def rules_are_pure(root: Path) -> Iterator[str]:
    """Rules take from the standard library only what neither reads, waits, prints nor throws dice."""
    for source in reporting_sources(root):
        if source.kind != "rules":
            continue
        for found in source.imports:
            top = found.module.split(".")[0]
            if top == "reporting":
                continue
            if top not in sys.stdlib_module_names:
                yield f"{source.at(found.line)} rules import {found.module}, which is not in the standard library"
            elif top not in PURE:
                yield f"{source.at(found.line)} rules import {found.module}, which may read, wait, print or throw dice"
        for call in source.calls:
            if getattr(call.func, "id", None) in {"open", "print", "input", "exec", "eval"}:
                yield f"{source.at(call)} rules call {call.func.id}()"  # type: ignore[attr-defined]


def rooms_know_no_framework(root: Path) -> Iterator[str]:
    """Only the doors and the wiring know Flask; `accounts` may take Flask-Security's mixins and hashing."""
    for source in reporting_sources(root):
        if source.area not in RANK or source.name in CORE_WITH_FLASK:
            continue
        for found in source.imports:
            top = found.module.split(".")[0]
            if top in FLASKS and not (source.area == "accounts" and top == "flask_security"):
                yield f"{source.at(found.line)} {source.area} imports {found.module}"


def doors_call_verbs(root: Path) -> Iterator[str]:
    """Doors, jobs and the demonstration see no models (but to name a type), no SQLAlchemy and no session."""
    for source in reporting_sources(root):
        if source.area not in {*DOORS, *BESIDE_JOBS}:
            continue
        for found in source.imports:
            if found.only_for_types:
                continue
            if found.kind == "models" or found.module.split(".")[0] == "sqlalchemy":
                yield f"{source.at(found.line)} {source.area} imports {found.module}"
            elif found.module == "reporting.core.db" and "db" in found.names:
                yield f"{source.at(found.line)} {source.area} imports the database itself, not only unit_of_work"


def apscheduler_stays_in_its_file(root: Path) -> Iterator[str]:
    """APScheduler is only a clock, and appears once."""
    for source in reporting_sources(root):
        for found in source.imports:
            if found.module.split(".")[0] == "apscheduler" and source.area != "scheduler":
                yield f"{source.at(found.line)} imports {found.module}"
