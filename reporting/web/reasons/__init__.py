"""Every refusal's sentence, gathered from one file an area. A code is written in exactly one of them."""

from collections.abc import Callable, Mapping
from typing import Any

from reporting.web.reasons import accounts, bureaus, campaigns, files, letters, reports, reviews, uploads, workdays

Sentence = Callable[[Mapping[str, Any]], str]


def _gathered(*areas: dict[str, Sentence]) -> dict[str, Sentence]:
    """All areas in one; ValueError when two of them write the same code, since one would hide the other."""
    together: dict[str, Sentence] = {}
    for area in areas:
        if twice := together.keys() & area.keys():
            raise ValueError(f"reason written twice: {sorted(twice)}")
        together.update(area)
    return together


SENTENCES: dict[str, Sentence] = _gathered(
    accounts.SENTENCES,
    bureaus.SENTENCES,
    campaigns.SENTENCES,
    files.SENTENCES,
    letters.SENTENCES,
    reports.SENTENCES,
    reviews.SENTENCES,
    uploads.SENTENCES,
    workdays.SENTENCES,
)
