"""The board of a task: how many stand how, and every bureau with its slots, its review and its due."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, stream_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from reporting import watching
from reporting.bureaus.rules import DESK_ROLES, Role
from reporting.campaigns.rules import State as TaskState
from reporting.core import clock, pulse
from reporting.core.db import let_go
from reporting.core.kit import kit
from reporting.dashboard import queries
from reporting.dashboard.rules import OWING, TO_COME, Filter
from reporting.deadlines import rules as deadlines
from reporting.deadlines.rules import Standing
from reporting.reports.queries import Media
from reporting.reports.rules import ReviewState
from reporting.tracking import queries as tracking
from reporting.tracking.rules import Stage
from reporting.web.codes import kind_word
from reporting.web.desk import blueprint
from reporting.web.desk.place import own_task
from reporting.web.desk.wording import in_english
from reporting.web.formats import due_stamp_words, stamp_words
from reporting.web.guards import person, policy
from reporting.web.workdays import workdays_left_words

PER_PAGE = 100
ALL = "all"
# The numbers on top, each a link to its list: a filter's name and value.
HEADLINES = (
    ("standing", ""),
    ("standing", Standing.ON_TIME),
    ("standing", Standing.LATE),
    ("standing", Standing.MANIFEST),
    ("standing", Standing.PARTIAL),
    ("standing", Standing.MISSING),
    ("standing", TO_COME),
    ("standing", OWING),
    ("review_state", ReviewState.SUBMITTED),
    ("review_state", ReviewState.ACCEPTED),
    ("review_state", ReviewState.RETURNED),
)


@dataclass
class Board:
    """What the page of a task shows."""

    task: Any
    wanted: Filter
    found: queries.Survey
    now: datetime
    page: int = 1
    whole: bool = False

    @cached_property
    def picked(self) -> list[int]:
        """Those whom the filter lets through."""
        return queries.chosen(self.task, self.found, self.wanted)

    @cached_property
    def verdicts(self) -> dict[str, int]:
        """What the clock found at the deadline; nothing while it has not passed."""
        return tracking.verdict_counts(self.task.id) if self.now >= self.task.due_at else {}

    @cached_property
    def faults(self) -> list[watching.Fault]:
        """What is wrong with the clock, of which headquarters must know while it relies on it."""
        if self.task.state != TaskState.OPEN:
            return []
        tick = kit().settings.tick_seconds
        return watching.clock_faults(pulse.pulses(), tick_seconds=tick, host_now=clock.system_clock())

    @property
    def workdays_left(self) -> str:
        """The working days until the deadline, or until the cut-off once it has passed: the head of the page tells them."""
        ahead = self.task.due_at if self.now < self.task.due_at else self.task.cutoff_at
        return workdays_left_words(ahead, self.now, self.task.campaign.zone)

    @property
    def media_until(self) -> datetime | None:
        """By when promised media must be in, for those without an extension."""
        return deadlines.media_until(self.task.due_at, self.task.media_window_hours)

    @cached_property
    def window_verdicts(self) -> dict[str, int]:
        """What the clock found at the end of the media window, of those who had media on the way."""
        if not self.task.media_window_hours or self.now < self.task.due_at:
            return {}
        return tracking.verdict_counts(self.task.id, Stage.WINDOW)

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return 1 if self.whole else max(1, -(-len(self.picked) // PER_PAGE))

    @cached_property
    def rows(self) -> list[queries.Row]:
        """The bureaus of this page."""
        first = 0 if self.whole else (min(self.page, self.pages) - 1) * PER_PAGE
        some = self.picked if self.whole else self.picked[first : first + PER_PAGE]
        return queries.rows(self.task, self.found, some)

    def lines(self, draw: Callable[..., Markup]) -> Iterator[Markup]:
        """The rows as the page writes them: drawn once for all that stand alike, and filled with each bureau's words."""
        zone, year = self.task.campaign.zone, self.now.year
        drawn: dict[queries.Group, tuple[Markup, list[tuple[str, Markup]]]] = {}
        words_of = Wording(zone, year)
        for row in self.rows:
            if row.group not in drawn:
                drawn[row.group] = _taken_apart(draw(row.group, due_stamp_words(row.group.due_at, zone, year)))
            head, places = drawn[row.group]
            words = words_of(row)
            # Joining escapes each word as it comes between two pieces of markup.
            yield head[:0].join([head, *(piece for name, tail in places for piece in (words[name], tail))])

    def address(self, **changed: object) -> str:
        """The address of this board with the filter and these changes; an empty value leaves its part out."""
        asked = {**self.wanted.told(), **changed}
        query = urlencode({name: value for name, value in asked.items() if value})
        return self._path + ("?" + query if query else "")

    @cached_property
    def _path(self) -> str:
        return url_for("desk.board", task_id=self.task.id)

    def headlines(self) -> list[tuple[str, int, str, bool]]:
        """Code, number, address of its list, and whether it is the one that is shown."""
        shown = self.wanted.told()
        told = []
        unused = set() if self.task.media_window_hours else {Standing.MANIFEST}
        for name, value in HEADLINES:
            if value in unused:
                continue
            alone = {name: str(value)} if value else {}
            address = self._path + ("?" + urlencode(alone) if alone else "")
            told.append((str(value) or "all", self.found.counts[value or "all"], address, shown == alone))
        return told


def _taken_apart(drawn: Markup) -> tuple[Markup, list[tuple[str, Markup]]]:
    """Markup with places such as `%(name)s`: what stands before the first, and each place's name with what follows it.

    The markup's own operator, which fills places too, looks at each word several times and was a tenth of the board.
    """
    head, *rest = drawn.split("%(")
    return head, [(str(name), tail) for name, _end, tail in (piece.partition(")s") for piece in rest)]


class Wording:
    """The words of a row by the names of their places; what costs is done once for all rows."""

    def __init__(self, zone: str, year: int) -> None:
        self.english, self.zone, self.year = in_english(), ZoneInfo(zone), year
        self.before = url_for("desk.report", assignment_id=0)[:-1]
        self.kinds: dict[str, str] = {}

    def __call__(self, row: queries.Row) -> dict[str, str]:
        """The words of one bureau."""
        if row.kind not in self.kinds:
            self.kinds[row.kind] = kind_word(row.kind)
        words = {
            "address": f"{self.before}{row.assignment_id}",
            "name": (self.english and row.name_en) or row.short_zh,
            "full_name": (self.english and row.name_en) or row.name_zh,
            "code": row.code,
            "about": f"{self.kinds[row.kind]} {row.region}",
            "changed": self._stamp(row.changed_at) or "–",
        }
        for place, moment in enumerate(row.arrived):
            words[f"stamp{place}"] = self._way(row.media[place]) + self._stamp(moment)
        return words

    def _way(self, media: Media | None) -> str:
        return "" if media is None else f"{media.came}/{media.total} "

    def _stamp(self, moment: datetime | None) -> str:
        return "" if moment is None else stamp_words(moment, self.zone, self.year)


@blueprint.get("/desk/tasks/<int:task_id>")
@policy(*DESK_ROLES)
def board(task_id: int) -> ResponseReturnValue:
    """How everybody stands with a task; `per_page=all` sends the whole list as it is written."""
    task, now = own_task(task_id, *DESK_ROLES), clock.now()
    wanted = asked_filter(task)
    page = request.args.get("page", 1, type=int)
    whole = request.args.get("per_page") == ALL
    shown = Board(task, wanted, queries.survey(task, now=now), now, page=max(1, page), whole=whole)
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
    _ = (shown.rows, shown.verdicts, shown.window_verdicts, shown.faults, shown.workdays_left, generate_csrf())
    let_go()
    return Response(stream_template("desk/board.html", **facts), mimetype="text/html")


def asked_filter(task: Any) -> Filter:
    """The filter that the address asks for."""
    return Filter.of(request.args, slots=[slot.kind for slot in task.slots])
