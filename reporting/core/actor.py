"""Who is acting: handed to every verb that changes something."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the clock.

    `user_id` is None for the system; `name` is what the audit keeps, whatever becomes of the account.
    """

    user_id: int | None
    name: str


SYSTEM = Actor(user_id=None, name="system")
