"""Links in letters: a place, named by a room as a code, becomes an address below the configured base."""

from collections.abc import Callable
from typing import Any

PATHS = {
    "assignment": "/assignments/{id}",
    "receipt": "/receipts/{id}",
    "board": "/desk/tasks/{id}",
    "home": "/tasks",
    "sign-in": "/account/sign-in",
}


def absolute(place: str, base_url: str) -> str:
    """The address of `assignment:12`; it never asks the request who it is. KeyError for an unknown place."""
    name, _, number = place.partition(":")
    return base_url + PATHS[name].format(id=number)


def resolving(render: Callable[..., str], base_url: str) -> Callable[..., str]:
    """A renderer of letters that turns the place in the fact `link` into an address first."""

    def resolved(name: str, /, **facts: Any) -> str:
        if facts.get("link"):
            facts["link"] = absolute(facts["link"], base_url)
        return render(name, **facts)

    return resolved
