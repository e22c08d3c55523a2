"""What I owe, by when, what is still missing, and the next step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus.rules import REPORTING_ROLES, Role
from reporting.campaigns import queries as campaigns
from reporting.campaigns.rules import State as TaskState
from reporting.core import clock
from reporting.deadlines import rules as deadlines
from reporting.deadlines.rules import Gate, SlotStanding, Standing
from reporting.reports import queries as reports
from reporting.reports.rules import ReviewState, SlotContent, is_complete, is_empty
from reporting.reviews import queries as reviews
from reporting.web.bureau import wording
from reporting.web.bureau.place import blueprint
from reporting.web.bureau.sheet import named, state_of, window_of
from reporting.web.guards import person, policy

PER_PAGE = 50


@dataclass(frozen=True)
class CardSlot:
    """One slot of an assignment: how it stands, what the working copy holds, how many files of the last round have come
    (None without a round), and when it first arrived.
    """

    kind: str
    standing: SlotStanding
    content: SlotContent
    media: reports.Media | None
    arrived_at: datetime | None


@dataclass(frozen=True)
class Card:
    """One assignment in the list, with its slots in their order."""

    assignment: Any
    bureau: Any
    standing: Standing
    state: ReviewState
    gate: Gate
    slots: Sequence[CardSlot]
    has_changes: bool
    is_certifier: bool
    receipt_id: int | None
    asked: Any

    @property
    def owed(self) -> list[str]:
        """The required slots that have not arrived."""
        return [slot.kind for slot in self.slots if slot.standing in deadlines.NOT_IN]

    @property
    def on_the_way(self) -> list[str]:
        """The slots whose manifest is in and whose media are not all."""
        return [slot.kind for slot in self.slots if slot.standing == SlotStanding.MANIFEST]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be done: accepted, or the gate is shut for good."""
        return self.state == ReviewState.ACCEPTED or self.gate == Gate.CLOSED

    @property
    def is_done(self) -> bool:
        """Whether all is in and nothing was changed or asked since."""
        settled = not self.owed and not self.on_the_way
        return settled and not self.has_changes and self.state == ReviewState.SUBMITTED

    @property
    def next_step(self) -> tuple[str, str, bool]:
        """The verb of the button, its address, and whether it is the thing to do now."""
        page = url_for("bureau.report", assignment_id=self.assignment.id)
        if self.receipt_id is not None and (self.is_over or self.is_done):
            return _("查看回执"), url_for("bureau.receipt", submission_id=self.receipt_id), False
        if self.is_over or self.gate == Gate.NOT_OPEN_YET:
            return _("查看要求"), page, False
        return *self._work_to_do(page), True

    def _work_to_do(self, page: str) -> tuple[str, str]:
        check = url_for("bureau.check", assignment_id=self.assignment.id)
        if self.state == ReviewState.PREPARED:
            return (_("核对并签发提交"), check) if self.is_certifier else (_("查看待签发的材料"), page)
        if self.state == ReviewState.RETURNED:
            return _("按审阅意见修改"), page
        if all(is_empty(slot.content) for slot in self.slots):
            return _("开始填报"), page
        if self.on_the_way and not self.owed and not self.has_changes:
            return _("继续上传材料"), page
        ready = all(is_complete(slot.content) for slot in self.slots if slot.kind in self.owed)
        if ready and (self.owed or self.has_changes):
            return _("核对并提交"), check
        return (_("补报%(slots)s", slots=wording.owed_words(self.owed)) if self.receipt_id else _("继续填报")), page


@blueprint.get("/tasks")
@policy("reporter", "certifier")
def home() -> ResponseReturnValue:
    """Every assignment of the bureaus I report for: what is to be done first, what is over last."""
    mine = person().bureaus_as(*REPORTING_ROLES)
    total = campaigns.count_assignments_of_bureaus(mine)
    pages = max(-(-total // PER_PAGE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    found = campaigns.assignments_of_bureaus(mine, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    cards = _cards(found, now=clock.now())
    several = len({card.assignment.bureau_id for card in cards}) > 1
    return render_template(
        "bureau/home.html",
        due=[card for card in cards if not card.is_over],
        over=[card for card in cards if card.is_over],
        several=several,
        page=page,
        pages=pages,
        total=total,
    )


def _cards(found: Sequence[Any], *, now: datetime) -> list[Card]:
    reader = person()
    if not found:
        return []
    ids = [assignment.id for assignment in found]
    held, arrived = reports.reports_of(ids), reports.arrivals(ids)
    contents = reports.contents_of(found, held, arrived, now=now)
    awaited = any(deadlines.is_pending(arrival) for mine in arrived.values() for arrival in mine.values())
    media = reports.media_of(ids) if awaited else {}
    rounds, decisions = reports.latest_submission_ids(ids), reviews.latest_of(ids)
    return [
        _card(
            assignment,
            held.get(assignment.id),
            arrived.get(assignment.id, {}),
            [
                (content, media.get((assignment.id, slot.id)))
                for slot, content in zip(assignment.task.slots, contents[assignment.id], strict=True)
            ],
            now=now,
            bureau=named(reader, assignment.bureau_id),
            receipt_id=rounds.get(assignment.id),
            decision=decisions.get(assignment.id),
            is_certifier=reader.is_at(assignment.bureau_id, Role.CERTIFIER),
        )
        for assignment in found
    ]


def _card(
    assignment: Any, report: Any, arrived: Mapping[int, deadlines.Arrival],
    contents: Sequence[tuple[SlotContent, reports.Media | None]], *,
    now: datetime, bureau: Any, receipt_id: int | None, decision: Any, is_certifier: bool,
) -> Card:  # fmt: skip
    due_at, window, state = assignment.due_at, window_of(assignment), state_of(report)
    standings = [
        deadlines.slot_standing(required=slot.required, arrival=arrived.get(slot.id), due_at=due_at, now=now)
        for slot in assignment.task.slots
    ]
    is_open = assignment.task.state == TaskState.OPEN
    return Card(
        assignment=assignment,
        bureau=bureau,
        standing=deadlines.standing(standings, window=window, now=now),
        state=state,
        gate=deadlines.gate(window, now=now) if is_open else Gate.CLOSED,
        slots=[
            CardSlot(content.kind, standing, content, way, arrived[slot.id].arrived_at if slot.id in arrived else None)
            for slot, (content, way), standing in zip(assignment.task.slots, contents, standings, strict=True)
        ],
        has_changes=report is not None and report.submitted_revision != report.revision,
        is_certifier=is_certifier,
        receipt_id=receipt_id,
        asked=decision if state == ReviewState.RETURNED else None,
    )
