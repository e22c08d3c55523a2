"""All that the organiser sees of one bureau's report: the round, what is owed, the people, and what happened when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from reporting.audit import queries as audit
from reporting.bureaus import queries as bureaus
from reporting.bureaus.rules import REPORTING_ROLES
from reporting.campaigns import queries as campaigns
from reporting.campaigns.rules import State as TaskState
from reporting.dashboard import queries as dashboard
from reporting.deadlines import rules as deadlines
from reporting.outbox import queries as letters
from reporting.receipts import queries as receipts
from reporting.reminders import queries as reminders
from reporting.reports import queries as reports
from reporting.reports.rules import ReviewState, review_state
from reporting.reviews import queries as reviews
from reporting.tracking import queries as tracking
from reporting.web.doubts import Doubts
from reporting.web.shelf import Shelf


class Event(NamedTuple):
    """Something that happened: when, of which sort, and the row that tells it."""

    at: datetime
    sort: str
    row: Any


class SlotNow(NamedTuple):
    """One slot as it stands now."""

    kind: str
    standing: str
    arrived_at: datetime | None
    media: reports.Media | None


@dataclass
class Dossier:
    """One assignment as the organiser reads it; `seen_round` chooses a round, else the latest is shown."""

    assignment: Any
    now: datetime
    seen_round: int | None = None

    @property
    def task(self) -> Any:
        """What is asked."""
        return self.assignment.task

    @property
    def zone(self) -> str:
        """The zone of the campaign."""
        return str(self.task.campaign.zone)

    @cached_property
    def bureau(self) -> Any:
        """Who owes it."""
        return bureaus.find(self.assignment.bureau_id)

    @cached_property
    def contacts(self) -> list[bureaus.Contact]:
        """The bureau's reporting people."""
        return bureaus.contacts([self.assignment.bureau_id], REPORTING_ROLES)

    @cached_property
    def arrivals(self) -> dict[int, deadlines.Arrival]:
        """When each slot first came in, by slot."""
        return reports.arrivals([self.assignment.id]).get(self.assignment.id, {})

    @cached_property
    def came(self) -> dict[int, Any]:
        """The files of the round that is shown which have come in by now."""
        return reports.came_in(self.seen.id) if self.seen else {}

    @property
    def awaited(self) -> list[str]:
        """The slots of the round that is shown of which files are still on the way."""
        files = self.seen.files if self.seen else []
        return list(dict.fromkeys(file.slot_kind for file in files if file.attachment_id not in self.came))

    @cached_property
    def slots(self) -> list[SlotNow]:
        """Each slot as it stands now."""
        arrived, media = self.arrivals, reports.media_of([self.assignment.id])
        told = []
        for slot in self.task.slots:
            arrival = arrived.get(slot.id)
            stand = deadlines.slot_standing(
                required=slot.required, arrival=arrival, due_at=self.assignment.due_at, now=self.now
            )
            came_at = deadlines.came_at(arrival) if arrival and stand not in dashboard.NOT_SHOWN else None
            told.append(SlotNow(slot.kind, stand, came_at, media.get((self.assignment.id, slot.id))))
        return told

    @property
    def standing(self) -> str:
        """How the whole stands now."""
        window = deadlines.Window(self.task.opens_at, self.assignment.due_at, self.assignment.cutoff_at)
        slots = [deadlines.SlotStanding(slot.standing) for slot in self.slots]
        return deadlines.standing(slots, window=window, now=self.now)

    @property
    def owed(self) -> list[str]:
        """The kinds of the slots that are owed now."""
        return [slot.kind for slot in self.slots if slot.standing in deadlines.NOT_IN]

    @cached_property
    def report(self) -> Any:
        """The working copy, or None."""
        return reports.find_report(self.assignment.id)

    @property
    def review_state(self) -> str:
        """Where the report is between draft and acceptance."""
        if self.report is None:
            return ReviewState.NONE
        held = self.report
        return review_state(held.state, revision=held.revision, prepared_revision=held.prepared_revision)

    @cached_property
    def rounds(self) -> Sequence[Any]:
        """Every round, the first first."""
        return reports.submissions(self.assignment.id)

    @property
    def seen(self) -> Any:
        """The round that the page shows, or None while there is none."""
        chosen = [one for one in self.rounds if one.round == self.seen_round]
        return (chosen or [*self.rounds][-1:] or [None])[0]

    @cached_property
    def shelf(self) -> Shelf:
        """How the files of the round that is shown can be looked at, as far as they have come in."""
        return Shelf.of(self.came.values(), own=False)

    @cached_property
    def doubts(self) -> Doubts:
        """What its photos give reason to look at once more."""
        return Doubts.of(self.came.values(), self.assignment, self.shelf, own=False)

    @property
    def is_latest(self) -> bool:
        """Whether the round that is shown is the last one."""
        return bool(self.rounds) and self.seen is self.rounds[-1]

    @property
    def may_be_decided(self) -> bool:
        """Whether the round that is shown waits for a decision."""
        return self.is_latest and self.review_state == ReviewState.SUBMITTED

    @property
    def may_be_accepted(self) -> bool:
        """Whether the round that is shown lacks nothing."""
        return not self.owed_in_round and not self.awaited

    @property
    def owed_in_round(self) -> list[str]:
        """The required slots that had not come in with the round that is shown."""
        return [slot.kind for slot in self.seen.slots if slot.standing in deadlines.NOT_IN] if self.seen else []

    @property
    def may_come_back(self) -> bool:
        """Whether the bureau could still hand in again after a return."""
        return bool(self.task.state == TaskState.OPEN and self.now < self.assignment.cutoff_at)

    @cached_property
    def numbers(self) -> dict[int, str]:
        """Receipt numbers by round."""
        return receipts.of_submissions([one.id for one in self.rounds])

    @cached_property
    def decisions(self) -> Sequence[Any]:
        """Every decision, the first first."""
        return reviews.of_assignment(self.assignment.id)

    @cached_property
    def changes(self) -> Sequence[Any]:
        """Every change of the due, oldest first."""
        return campaigns.due_changes(self.assignment.id)

    @property
    def is_extended(self) -> bool:
        """Whether this bureau has a due of its own."""
        return bool(self.assignment.due_at != self.task.due_at)

    @cached_property
    def letters(self) -> Sequence[Any]:
        """The latest letters about this assignment, newest first."""
        causes = [f"receipt:{one.id}:" for one in self.rounds]
        causes += [f"{kind}:{one.id}:" for one in self.decisions for kind in ("accepted", "returned")]
        causes += [f"extension:{self.assignment.id}.", *reminders.letter_keys(self.assignment.id)]
        return letters.of_causes(causes)

    @cached_property
    def entries(self) -> Sequence[Any]:
        """The record of what was done, newest first."""
        return audit.of("assignment", self.assignment.id)

    @property
    def history(self) -> list[Event]:
        """Rounds, decisions, verdicts, changes of the due and media that were whole, newest first."""
        told = [Event(one.received_at, "round", one) for one in self.rounds]
        told += [Event(one.decided_at, "decision", one) for one in self.decisions]
        told += [Event(one.due_at, "verdict", one) for one in tracking.verdicts(self.assignment.id)]
        told += [Event(one.granted_at, "due", one) for one in self.changes]
        kinds = {slot.id: slot.kind for slot in self.task.slots}
        told += [
            Event(arrival.whole_at, "media", kinds[slot_id])
            for slot_id, arrival in self.arrivals.items()
            if arrival.whole_at is not None
        ]
        return sorted(told, key=lambda event: event.at, reverse=True)

    @cached_property
    def queue(self) -> tuple[int | None, int | None]:
        """The reports before and after this one that wait for a reviewer."""
        return dashboard.neighbours(self.task, self.assignment.id)
