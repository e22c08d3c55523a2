"""What a photo gives reason to look at once more, as its own bureau and its organiser read it. It is never a refusal."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from reporting.files.rules import codes_of
from reporting.files.rules.renditions import code_of
from reporting.reports import queries as reports
from reporting.reports.rules import photo_doubts
from reporting.web.shelf import Shelf


class Found(NamedTuple):
    """One doubt, with the day on which the photo was taken and the other report that has it."""

    doubt: str
    taken_on: date | None
    place: reports.Place | None


class Doubts:
    """The photos of one report, and where else each was handed in; one query for all of them."""

    def __init__(self, campaign: Any, shelf: Shelf, places: Mapping[int, reports.Place]) -> None:
        self._campaign, self._shelf, self._places = campaign, shelf, places

    @classmethod
    def of(cls, attached: Iterable[Any], assignment: Any, shelf: Shelf, *, own: bool) -> "Doubts":
        """The doubts about attachments, for their own bureau (which hears of its own reports only) or its organiser."""
        campaign = assignment.task.campaign
        ids = {one.file_id for one in attached if one.file_id is not None and _is_photo(one)}
        asks = {"bureau_id": assignment.bureau_id} if own else {"organiser_id": campaign.organiser_id}
        return cls(campaign, shelf, reports.also_in(ids, assignment.id, **asks) if ids else {})

    def about(self, attached: Any) -> list[Found]:
        """What is to be said of one attachment; nothing of what has not come, or is no photo."""
        if attached is None or attached.is_promised or not _is_photo(attached):
            return []
        place, taken = self._places.get(attached.file_id), self._shelf.taken_on(attached) or attached.taken_on
        days = {"starts_on": self._campaign.starts_on, "ends_on": self._campaign.ends_on}
        return [Found(doubt, taken, place) for doubt in photo_doubts(taken, is_elsewhere=place is not None, **days)]


def _is_photo(attached: Any) -> bool:
    return code_of(attached.media_type) in codes_of("photo")
