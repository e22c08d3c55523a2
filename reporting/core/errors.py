"""What a verb may raise. Rules return reasons, services raise them, doors turn them into sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reason:
    """Why something cannot be done: a code and the facts which its sentence needs."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str, **facts: Any) -> "Reason":
        """Write a reason in one line: `Reason.of("file_empty", name=name)`."""
        return cls(code, facts)


class Refused(Exception):
    """The verb changed nothing; every reason is told at once."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons


class Stale(Exception):
    """Somebody else has changed the row since the caller read it; `theirs` is what stands there now."""

    def __init__(self, by: str, theirs: Mapping[str, Any]) -> None:
        super().__init__(f"changed meanwhile by {by}")
        self.by = by
        self.theirs = theirs


class NotFound(Exception):
    """There is no such row, or it is not the caller's: the answer is the same for both."""


class NotAllowed(Exception):
    """The caller's role does not reach this page."""
