"""The board of a task: how many stand how, and every bureau with its slots, its review and its due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, stream_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from reporting.bureaus.rules import DESK_ROLES, Role
from reporting.core import clock
from reporting.core.db import let_go
from reporting.dashboard import queries
from reporting.dashboard.rules import OWING, TO_COME, Filter
from reporting.deadlines.rules import Standing
from reporting.reports.rules import ReviewState
from reporting.tracking import queries as tracking
from reporting.web.codes import kind_word
from reporting.web.desk import blueprint
from reporting.web.desk.place import own_task
from reporting.web.desk.wording import in_english
from reporting.web.formats import due_stamp_words, stamp_words
from reporting.web.guards import person, policy

PER_PAGE = 100
ALL = "all"
# The numbers on top, each a link to its list: a filter's name and value.
HEADLINES = (
    ("standing", ""),
    ("standing", Standing.ON_TIME),
    ("standing", Standing.LATE),
    ("standing", Standing.PARTIAL),
    ("standing", Standing.MISSING),
    ("standing", TO_COME),
    ("standing", OWING),
    ("review_state", ReviewState.SUBMITTED),
    ("review_state", ReviewState.ACCEPTED),
    ("review_state", ReviewState.RETURNED),
)


class Line(NamedTuple):
    """One bureau as it stands on the page: how it stands is drawn once for its group, the words are filled in."""

    group: queries.Group
    words: dict[str, str]


@dataclass
class Board:
    """What the page of a task shows."""

    task: Any
    wanted: Filter
    found: Sequence[queries.Seat]
    now: datetime
    page: int = 1
    whole: bool = False

    @cached_property
    def picked(self) -> list[queries.Seat]:
        """Those whom the filter lets through."""
        return queries.chosen(self.task, self.found, self.wanted)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of all stand how."""
        return queries.counts(self.found)

    @cached_property
    def choices(self) -> tuple[list[str], list[str]]:
        """The kinds and the regions that the filters offer."""
        return queries.kinds_and_regions(self.found)

    @cached_property
    def verdicts(self) -> dict[str, int]:
        """What the clock found at the deadline; nothing while it has not passed."""
        return tracking.verdict_counts(self.task.id) if self.now >= self.task.due_at else {}

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return 1 if self.whole else max(1, -(-len(self.picked) // PER_PAGE))

    @cached_property
    def lines(self) -> list[Line]:
        """The rows of this page."""
        first = 0 if self.whole else (min(self.page, self.pages) - 1) * PER_PAGE
        some = self.picked if self.whole else self.picked[first : first + PER_PAGE]
        return _lines(self.task, queries.rows(self.task, some), year=self.now.year)

    def address(self, **changed: object) -> str:
        """The address of this board with the filter and these changes; an empty value leaves its part out."""
        asked = {**self.wanted.told(), **changed}
        query = urlencode({name: value for name, value in asked.items() if value})
        return self._path + ("?" + query if query else "")

    @cached_property
    def _path(self) -> str:
        return url_for("desk.board", task_id=self.task.id)

    def drawn(self, draw: Callable[..., Markup]) -> dict[queries.Group, Markup]:
        """A row for each way of standing that this page has, with places for the words of each bureau."""
        zone, year = self.task.campaign.zone, self.now.year
        groups = {line.group for line in self.lines}
        return {group: draw(group, due_stamp_words(group.due_at, zone, year)) for group in groups}

    def headlines(self) -> list[tuple[str, int, str, bool]]:
        """Code, number, address of its list, and whether it is the one that is shown."""
        shown = self.wanted.told()
        told = []
        for name, value in HEADLINES:
            alone = {name: str(value)} if value else {}
            address = self._path + ("?" + urlencode(alone) if alone else "")
            told.append((str(value) or "all", self.counts[value or "all"], address, shown == alone))
        return told


def _lines(task: Any, rows: Sequence[queries.Row], *, year: int) -> list[Line]:
    """The rows as the page writes them; everything that costs is done once for all of them."""
    english, zone = in_english(), ZoneInfo(task.campaign.zone)
    before = url_for("desk.report", assignment_id=0)[:-1]
    kinds = {kind: kind_word(kind) for kind in {row.kind for row in rows}}
    told = []
    for row in rows:
        words = {
            "address": f"{before}{row.assignment_id}",
            "name": (english and row.name_en) or row.short_zh,
            "full_name": (english and row.name_en) or row.name_zh,
            "code": row.code,
            "about": f"{kinds[row.kind]} {row.region}",
            "changed": _stamp(row.changed_at, zone, year) or "–",
        }
        for place, moment in enumerate(row.arrived):
            words[f"stamp{place}"] = _stamp(moment, zone, year)
        told.append(Line(row.group, words))
    return told


def _stamp(moment: datetime | None, zone: tzinfo, year: int) -> str:
    return "" if moment is None else stamp_words(moment, zone, year)


@blueprint.get("/desk/tasks/<int:task_id>")
@policy(*DESK_ROLES)
def board(task_id: int) -> ResponseReturnValue:
    """How everybody stands with a task; `per_page=all` sends the whole list as it is written."""
    task, now = own_task(task_id, *DESK_ROLES), clock.now()
    wanted = asked_filter(task)
    page = request.args.get("page", 1, type=int)
    whole = request.args.get("per_page") == ALL
    shown = Board(task, wanted, queries.seats(task, now=now), now, page=max(1, page), whole=whole)
    facts = {
        "board": shown,
        "task": task,
        "campaign": task.campaign,
        "zone": task.campaign.zone,
        "coordinates": person().is_at(task.campaign.organiser_id, Role.COORDINATOR),
    }
    if not whole:
        return render_template("desk/board.html", **facts)
    # All is read before the first byte leaves, so that a slow reader holds neither a connection nor a snapshot; and
    # the token is in the session while its cookie can still be sent.
    _ = (shown.lines, shown.verdicts, generate_csrf())
    let_go()
    return Response(stream_template("desk/board.html", **facts), mimetype="text/html")


def asked_filter(task: Any) -> Filter:
    """The filter that the address asks for."""
    return Filter.of(request.args, slots=[slot.kind for slot in task.slots])
