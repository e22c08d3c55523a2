"""What a filter of the board lets through, and in which order the bureaus stand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from reporting.deadlines.rules import Standing
from reporting.reports.rules import ReviewState

# The most pressing first.
ORDER = (
    Standing.MISSING,
    Standing.PARTIAL,
    Standing.DUE_SOON,
    Standing.OPEN,
    Standing.MANIFEST,
    Standing.LATE,
    Standing.ON_TIME,
    Standing.UPCOMING,
)
# Two questions that several standings answer: who still owes anything, and from whom nothing is in while there is time.
OWING = "owing"
TO_COME = "to_come"
STILL_TO_COME = frozenset({Standing.UPCOMING, Standing.OPEN, Standing.DUE_SOON})
STANDINGS = (*ORDER, OWING, TO_COME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the reader wants to see; an empty value lets everything through."""

    text: str = ""
    kind: str = ""
    region: str = ""
    standing: str = ""
    review_state: str = ""
    owes: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str], *, slots: Collection[str]) -> "Filter":
        """A filter from what an address says; a word that means nothing here filters nothing."""
        return cls(
            text=asked.get("text", "").strip()[:100],
            kind=asked.get("kind", "")[:20],
            region=asked.get("region", "")[:20],
            standing=_known(asked.get("standing", ""), STANDINGS),
            review_state=_known(asked.get("review_state", ""), tuple(ReviewState)),
            owes=_known(asked.get("owes", ""), slots),
        )

    def told(self) -> dict[str, str]:
        """The values that are set, by name, for an address."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value}


def _known(word: str, words: Collection[str]) -> str:
    return word if word in words else ""


def matches(standing: Standing, review_state: str, owed: Collection[str], wanted: Filter) -> bool:
    """Whether assignments that stand so are wanted."""
    if wanted.standing == OWING:
        fits = bool(owed)
    elif wanted.standing == TO_COME:
        fits = standing in STILL_TO_COME
    else:
        fits = wanted.standing in {"", standing}
    return fits and wanted.review_state in {"", review_state} and (not wanted.owes or wanted.owes in owed)
