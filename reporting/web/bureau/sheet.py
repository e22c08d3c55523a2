"""One report as its bureau sees it: everything that the report page and the check before submitting show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reporting.bureaus.rules import Role
from reporting.campaigns import queries as campaigns
from reporting.core.errors import Reason
from reporting.deadlines import rules as deadlines
from reporting.deadlines.rules import SlotStanding, Standing
from reporting.files import queries as files
from reporting.receipts import queries as receipts
from reporting.reports import queries as reports
from reporting.reports import rules
from reporting.reports import service as report_service
from reporting.reports.rules import ReviewState, SlotContent, State
from reporting.reviews import queries as reviews
from reporting.tracking import queries as tracking
from reporting.web.bureau.place import own_assignment
from reporting.web.doubts import Doubts
from reporting.web.guards import Person, person
from reporting.web.scanned import not_shown
from reporting.web.shelf import Shelf


@dataclass(frozen=True)
class SlotSheet:
    """One slot: what is asked, what stands in the working copy, what has arrived, and how much of the last round's media."""

    slot: Any
    content: SlotContent
    standing: SlotStanding
    arrival: deadlines.Arrival | None
    media: reports.Media | None
    files: Sequence[Any]
    removed: Sequence[Any]
    declaration: Any

    @property
    def kind(self) -> str:
        """The slot's kind, which also names its place on the page."""
        return str(self.slot.kind)

    @property
    def came_at(self) -> datetime | None:
        """The moment of its arrival that counts."""
        return None if self.arrival is None else deadlines.came_at(self.arrival)

    @property
    def is_on_the_way(self) -> bool:
        """Whether its manifest is in and its media are not all."""
        return self.standing == SlotStanding.MANIFEST

    @property
    def is_complete(self) -> bool:
        """Whether the working copy has what the slot asks for."""
        return rules.is_complete(self.content)


@dataclass(frozen=True)
class Sheet:
    """A report with its task. `gate` and `problems` are reasons against changing and against submitting now."""

    assignment: Any
    bureau: Any
    report: Any
    slots: Sequence[SlotSheet]
    contents: Mapping[int, Any]
    shelf: Shelf
    doubts: Doubts
    standing: Standing
    state: ReviewState
    gate: Sequence[Reason]
    problems: Sequence[Reason]
    rounds: Sequence[Any]
    receipts: Mapping[int, str]
    reviews: Sequence[Any]
    is_certifier: bool

    @property
    def task(self) -> Any:
        """What is asked of everybody."""
        return self.assignment.task

    @property
    def campaign(self) -> Any:
        """For which campaign."""
        return self.task.campaign

    @property
    def is_open(self) -> bool:
        """Whether the bureau may still change something."""
        return not self.gate and self.state != ReviewState.ACCEPTED

    @property
    def owed(self) -> list[str]:
        """The required slots that the working copy lacks."""
        return rules.still_owed([slot.content for slot in self.slots])

    @property
    def not_in(self) -> list[str]:
        """The required slots that have not arrived."""
        return [slot.kind for slot in self.slots if slot.standing in deadlines.NOT_IN]

    @property
    def on_the_way(self) -> list[str]:
        """The slots whose manifest is in and whose media are not all."""
        return [slot.kind for slot in self.slots if slot.is_on_the_way]

    @property
    def media_until(self) -> datetime | None:
        """By when promised media must be in; None where the task gives them no time of their own."""
        found: datetime | None = self.assignment.media_until
        return found

    @property
    def asked(self) -> Any:
        """The decision by which the report was given back, while it is open for that."""
        return (
            self.reviews[-1]
            if self.reviews and self.report is not None and self.report.state == State.RETURNED
            else None
        )

    @property
    def has_changes(self) -> bool:
        """Whether something was written after the last round."""
        return self.report is not None and self.report.submitted_revision != self.report.revision

    @property
    def is_settled(self) -> bool:
        """Whether all is in, and nothing was changed or asked since; more may still be written."""
        waiting = self.is_open and self.state == ReviewState.SUBMITTED
        return waiting and not self.owed and not self.on_the_way and not self.has_changes

    @property
    def brings_something_new(self) -> bool:
        """Whether submitting now would let a slot arrive for the first time."""
        return any(slot.is_complete and slot.arrival is None for slot in self.slots)

    @property
    def needs_certifier(self) -> bool:
        """Whether the reader must leave submitting to the certifier."""
        return bool(self.task.sign_off) and not self.is_certifier


def read_sheet(assignment_id: int, *, now: datetime) -> Sheet:
    """Everything about one report; raises NotFound unless the reader serves its bureau."""
    assignment = own_assignment(assignment_id)
    report = reports.find_report(assignment_id)
    arrived = reports.arrivals([assignment_id])
    slots = _slots(assignment, report, arrived, now=now)
    rounds = reports.submissions(assignment_id)
    reader = person()
    is_certifier = reader.is_at(assignment.bureau_id, Role.CERTIFIER)
    present = [each for slot in slots for each in (*slot.files, *slot.removed)]
    kept = files.by_ids([each.file_id for each in present if not each.is_promised])
    shelf = Shelf(kept, files.renditions(kept), not_shown(kept.values(), own=True))
    return Sheet(
        assignment=assignment,
        bureau=named(reader, assignment.bureau_id),
        report=report,
        slots=slots,
        contents=kept,
        shelf=shelf,
        doubts=Doubts.of([each for slot in slots for each in slot.files], assignment, shelf, own=True),
        standing=deadlines.standing([slot.standing for slot in slots], window=window_of(assignment), now=now),
        state=state_of(report),
        gate=report_service.gate_reasons(assignment, now=now),
        problems=report_service.problems_now(assignment, report, is_certifier=is_certifier, now=now),
        rounds=rounds,
        receipts=receipts.of_submissions([each.id for each in rounds]),
        reviews=reviews.of_assignment(assignment_id),
        is_certifier=is_certifier,
    )


def window_of(assignment: Any) -> deadlines.Window:
    """The moments that hold for one bureau."""
    return deadlines.Window(assignment.task.opens_at, assignment.due_at, assignment.cutoff_at)


def state_of(report: Any) -> ReviewState:
    """Where a working copy stands between its first word and its acceptance."""
    if report is None:
        return ReviewState.NONE
    return rules.review_state(report.state, revision=report.revision, prepared_revision=report.prepared_revision)


def history_of(sheet: Sheet) -> list[tuple[datetime, str, Any]]:
    """What happened, in its order: rounds, decisions, changes of the due, and what the clock found at each due."""
    assignment_id = sheet.assignment.id
    events: list[tuple[datetime, str, Any]] = [(one.received_at, "round", one) for one in sheet.rounds]
    events += [(one.decided_at, "review", one) for one in sheet.reviews]
    events += [(one.granted_at, "due_change", one) for one in campaigns.due_changes(assignment_id)]
    events += [(one.due_at, "verdict", one) for one in tracking.verdicts(assignment_id)]
    events += [
        (slot.arrival.whole_at, "media", slot)
        for slot in sheet.slots
        if slot.arrival is not None and slot.arrival.whole_at is not None
    ]
    return sorted(events, key=lambda event: event[0])


@dataclass(frozen=True)
class Named:
    """A bureau's names."""

    name_zh: str
    short_zh: str
    name_en: str


def named(reader: Person, bureau_id: int) -> Named:
    """The names of a bureau which the reader serves; their post knows them."""
    found = next(post for post in reader.posts if post.bureau_id == bureau_id)
    return Named(found.bureau_name_zh, found.bureau_short_zh, found.bureau_name_en)


def _slots(
    assignment: Any, report: Any, arrived: Mapping[int, Mapping[int, deadlines.Arrival]], *, now: datetime
) -> list[SlotSheet]:
    held = {} if report is None else {assignment.id: report}
    contents = reports.contents_of([assignment], held, arrived, now=now)[assignment.id]
    media = reports.media_of([assignment.id])
    present = [] if report is None else reports.attachments(report.id)
    removed = [] if report is None else reports.removed_attachments(report.id)
    declared = {} if report is None else reports.declarations(report.id)
    mine = arrived.get(assignment.id, {})
    return [
        SlotSheet(
            slot=slot,
            content=content,
            standing=deadlines.slot_standing(
                required=slot.required, arrival=mine.get(slot.id), due_at=assignment.due_at, now=now
            ),
            arrival=mine.get(slot.id),
            media=media.get((assignment.id, slot.id)),
            files=[each for each in present if each.slot_id == slot.id],
            removed=[each for each in removed if each.slot_id == slot.id],
            declaration=declared.get(slot.id),
        )
        for slot, content in zip(assignment.task.slots, contents, strict=True)
    ]
