"""What makes a slot complete, what stands in the way of submitting, and which moves a report may make."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reporting.files import rules as files

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
    """What a working copy holds for one slot. `has_text` counts only where the slot takes text.

    `files` are there; `coming` are promised, and count like them while their media `may_follow` in the task's window.
    """

    kind: str
    required: bool
    least: int
    most: int
    takes_text: bool
    files: int
    has_text: bool
    declared: bool
    arrived: bool = False
    coming: int = 0
    may_follow: bool = False

    @property
    def present(self) -> int:
        """How many places of the slot are taken."""
        return self.files + self.coming

    @property
    def counted(self) -> int:
        """How many files count as handed in."""
        return self.present if self.may_follow else self.files


def is_complete(slot: SlotContent) -> bool:
    """Whether a slot would count as handed in: declared none, or enough files, or text where text is taken."""
    if slot.declared:
        return True
    has_text = slot.takes_text and slot.has_text
    return slot.present <= slot.most and would_do(least=slot.least, files=slot.counted, has_text=has_text)


def would_do(*, least: int, files: int, has_text: bool) -> bool:
    """Whether so many files, or a text, are what a slot asks for."""
    return has_text or files >= max(1, least)


def is_empty(slot: SlotContent) -> bool:
    """Whether nothing at all stands in a slot."""
    return not slot.present and not slot.declared and not (slot.takes_text and slot.has_text)


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
    waiting = {slot.kind: slot.coming for slot in slots if slot.coming and not slot.may_follow}
    problems += [Problem("media_not_arrived", slot=kind, limit=count) for kind, count in waiting.items()]
    emptied = [slot.kind for slot in slots if slot.arrived and not is_complete(slot) and slot.kind not in waiting]
    problems += [Problem("slot_emptied", slot=kind) for kind in emptied]
    return problems


def preparation_problems(slots: Sequence[SlotContent], *, title: str, state: str, changed: bool) -> list[Problem]:
    """The same for handing the working copy to the certifier."""
    return submission_problems(
        slots, title=title, state=state, changed=changed, needs_certifier=False, is_certifier=True
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a manifest as a browser sends it: the hash is SHA-256 in 64 small hex digits, the size in bytes."""

    name: str
    size: int
    sha256: str
    caption: str = ""


def entry_problems(entry: Entry, *, formats: Collection[str], max_bytes: int) -> list[str]:
    """Everything against promising a file, as codes; what only the content can tell is told when it comes."""
    claimed = files.format_named(entry.name)
    checks = [
        ("hash_malformed", re.fullmatch(r"[0-9a-f]{64}", entry.sha256) is None),
        ("type_not_allowed", claimed is None or claimed.code not in files.allowed_codes(formats)),
        ("file_empty", entry.size <= 0),
        ("file_too_large", entry.size > max_bytes),
        ("caption_too_long", len(entry.caption) > LONGEST_CAPTION),
    ]
    return [code for code, wrong in checks if wrong]


class Doubt(StrEnum):
    """What a photo gives reason to look at once more; it is never refused for it."""

    OUTSIDE = "outside"
    SEEN = "seen"


def photo_doubts(taken_on: date | None, *, starts_on: date, ends_on: date, is_elsewhere: bool) -> list[Doubt]:
    """What speaks for a second look: the day on which it was taken, and the same content in another report."""
    is_outside = taken_on is not None and not starts_on <= taken_on <= ends_on
    return [doubt for doubt, holds in ((Doubt.OUTSIDE, is_outside), (Doubt.SEEN, is_elsewhere)) if holds]


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
