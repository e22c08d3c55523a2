"""How far the reader reaches: the own bureaus as administrator or coordinator, and everything below."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from reporting.bureaus import queries
from reporting.bureaus.rules import Role
from reporting.core.errors import NotFound
from reporting.core.kit import kit
from reporting.web.guards import person

ROLES = (Role.ADMINISTRATOR, Role.COORDINATOR)


def roots() -> list[int]:
    """The bureaus at and below which the reader may look."""
    return person().bureaus_as(*ROLES)


def today(now: datetime) -> date:
    """The day on which names change and bureaus close, on the clocks of the installation."""
    return now.astimezone(ZoneInfo(kit().settings.default_zone)).date()


def giver() -> Any:
    """The reader as somebody who appoints others."""
    return queries.giver((post.bureau_id, post.role) for post in person().posts)


def find_bureau(bureau_id: int) -> Any:
    """A bureau within reach; raises NotFound for any other."""
    found = queries.find_below(bureau_id, roots())
    if found is None:
        raise NotFound
    return found


def find_administered(bureau_id: int) -> Any:
    """A bureau at or below one which the reader administers; raises NotFound for any other."""
    found = queries.find_below(bureau_id, person().bureaus_as(Role.ADMINISTRATOR))
    if found is None:
        raise NotFound
    return found


def find_person(user_id: int) -> Any:
    """Somebody who serves within reach; raises NotFound for anybody else."""
    found = queries.find_person_below(user_id, roots())
    if found is None:
        raise NotFound
    return found


def keeps_calendar() -> bool:
    """Whether the reader may correct the calendar of working days, which holds for everybody: at the top of the tree only."""
    mine = queries.by_ids(person().bureaus_as(Role.ADMINISTRATOR))
    return any(bureau.parent_id is None for bureau in mine.values())


def require_calendar() -> None:
    """Raise NotFound unless the reader keeps the calendar."""
    if not keeps_calendar():
        raise NotFound


def may_manage(user_id: int) -> bool:
    """Whether the reader could have given every role that a person holds.

    Only then may the account be touched: a password reset below would else open a door above.
    """
    appoints = giver()
    return all(
        membership.role in appoints.roles_at(bureau.code) for membership, bureau in queries.memberships_of(user_id)
    )


def find_managed(user_id: int) -> Any:
    """Somebody whose account the reader may touch; raises NotFound for anybody else."""
    found = find_person(user_id)
    if not may_manage(user_id):
        raise NotFound
    return found
