"""What a bureau may be called, and from which day on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

KINDS = ("headquarters", "quality", "ciq", "market", "city", "county", "other")
# The most characters of each field, as wide as its column.
LIMITS = {
    "code": 20,
    "name_zh": 200,
    "name_en": 300,
    "short_zh": 60,
    "division_code": 12,
    "region": 20,
    "parent_code": 20,
}
LONGEST_ALIAS = 200
# The Republic's; anything earlier is a slip of the finger.
EARLIEST_NAME = date(1949, 10, 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: a code and the facts of its sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a bureau at one time."""

    zh: str
    short_zh: str
    en: str = ""


def name_problems(names: Names, *, since: date, present_since: date | None, today: date) -> list[Problem]:
    """Everything wrong with a new name; `present_since` is the day on which the present one began.

    A name cannot begin after `today`: lists and letters show it from the moment it is saved.
    """
    problems = [] if names.zh else [Problem("bureau_name_missing")]
    written = (("name_zh", names.zh), ("short_zh", names.short_zh), ("name_en", names.en))
    problems += [
        Problem("bureau_name_too_long", {"field": name, "limit": LIMITS[name]})
        for name, text in written
        if len(text) > LIMITS[name]
    ]
    if since < EARLIEST_NAME:
        problems.append(Problem("name_day_unlikely", {"day": EARLIEST_NAME}))
    elif since > today:
        problems.append(Problem("name_day_ahead", {"day": today}))
    elif present_since is not None and since < present_since:
        problems.append(Problem("name_before_present", {"day": present_since}))
    return problems
