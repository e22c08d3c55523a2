"""What the record says of a change."""

from collections.abc import Mapping
from datetime import date
from typing import Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The names whose values differ, each with what it was and what it is, as plain JSON; None where it is absent."""
    names = dict.fromkeys([*before, *after])
    told = {name: {"was": _plain(before.get(name)), "is": _plain(after.get(name))} for name in names}
    return {name: change for name, change in told.items() if change["was"] != change["is"]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
