"""What makes a slot complete, what stands in the way of submitting, and which moves a report may make."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LONGEST_TITLE = 120
LONGEST_BODY = 50_000
LONGEST_CAPTION = 200
LONGEST_PLACE = 100
LONGEST_CREDIT = 60
LONGEST_REASON = 300


class State(StrEnum):
    """Where a report stands on its road."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class ReviewState(StrEnum):
    """The same as people see it: nothing yet, and waiting for the certifier, are told apart."""

    NONE = "none"
    DRAFT = "draft"
    PREPARED = "prepared"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


def review_state(state: str | None, *, revision: int, prepared_revision: int | None) -> ReviewState:
    """How a report is shown; a report is prepared only as long as nothing was changed since."""
    if state is None:
        return ReviewState.NONE
    if state in {State.DRAFT, State.RETURNED} and prepared_revision is not None and prepared_revision == revision:
        return ReviewState.PREPARED
    return ReviewState(state)


@dataclass(frozen=True, slots=True)
class SlotContent:
    """What a working copy holds for one slot. `has_text` counts only where the slot takes text."""

    kind: str
    required: bool
    least: int
    most: int
    takes_text: bool
    files: int
    has_text: bool
    declared: bool
    arrived: bool = False


def is_complete(slot: SlotContent) -> bool:
    """Whether a slot would count as handed in: declared none, or enough files, or text where text is taken."""
    if slot.declared:
        return True
    if slot.takes_text and slot.has_text:
        return slot.files <= slot.most
    return max(1, slot.least) <= slot.files <= slot.most


def is_empty(slot: SlotContent) -> bool:
    """Whether nothing at all stands in a slot."""
    return not slot.files and not slot.declared and not (slot.takes_text and slot.has_text)


def still_owed(slots: Sequence[SlotContent]) -> list[str]:
    """The kinds of the required slots that are not complete."""
    return [slot.kind for slot in slots if slot.required and not is_complete(slot)]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way: a code, and the slot it is about if any."""

    code: str
    slot: str | None = None
    limit: int | None = None


def submission_problems(
    slots: Sequence[SlotContent], *, title: str, state: str, changed: bool, needs_certifier: bool, is_certifier: bool
) -> list[Problem]:
    """Everything that stands in the way of submitting, all at once; empty when it may go."""
    problems = []
    if not title.strip():
        problems.append(Problem("title_missing", limit=LONGEST_TITLE))
    if state == State.ACCEPTED:
        problems.append(Problem("already_accepted"))
    elif not changed:
        problems.append(Problem("already_submitted"))
    if needs_certifier and not is_certifier:
        problems.append(Problem("needs_certifier"))
    required = [slot for slot in slots if slot.required] or list(slots)
    if not any(is_complete(slot) for slot in required):
        problems.append(Problem("nothing_complete"))
    problems += [Problem("slot_emptied", slot=slot.kind) for slot in slots if slot.arrived and not is_complete(slot)]
    return problems


def preparation_problems(slots: Sequence[SlotContent], *, title: str, state: str, changed: bool) -> list[Problem]:
    """The same for handing the working copy to the certifier."""
    return submission_problems(
        slots, title=title, state=state, changed=changed, needs_certifier=False, is_certifier=True
    )


def text_problems(title: str, body: str) -> list[Problem]:
    """What is too long; a draft may lack a title."""
    problems = []
    if len(title) > LONGEST_TITLE:
        problems.append(Problem("title_too_long", limit=LONGEST_TITLE))
    if len(body) > LONGEST_BODY:
        problems.append(Problem("text_too_long", limit=LONGEST_BODY))
    return problems


def clean(text: str) -> str:
    """Text as it is kept: NFC, line ends as one character, no control characters but tab and new line."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def clean_line(text: str) -> str:
    """The same for a field of one line."""
    return " ".join(clean(text).split())
