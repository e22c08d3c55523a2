"""What a person may be at a bureau, and who may make them so."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person may do at a bureau."""

    REPORTER = "reporter"
    CERTIFIER = "certifier"
    REVIEWER = "reviewer"
    COORDINATOR = "coordinator"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


REPORTING_ROLES = (Role.REPORTER, Role.CERTIFIER)
DESK_ROLES = (Role.COORDINATOR, Role.REVIEWER, Role.LEADER)


def givable_roles(
    bureau_id: int, *, parents: Mapping[int, int | None], posts: Iterable[tuple[int, str]]
) -> tuple[Role, ...]:
    """The roles that somebody with these posts (bureau, role) may give at a bureau and take away there.

    An administrator gives any role at the own bureau and below, a coordinator reporters and certifiers below.
    `parents` maps each bureau's id to its parent's.
    """
    above = _ancestors(bureau_id, parents)
    held = set(posts)
    if any((at, str(Role.ADMINISTRATOR)) in held for at in {bureau_id, *above}):
        return tuple(Role)
    if any((at, str(Role.COORDINATOR)) in held for at in above):
        return REPORTING_ROLES
    return ()


def _ancestors(bureau_id: int, parents: Mapping[int, int | None]) -> set[int]:
    found: set[int] = set()
    above = parents.get(bureau_id)
    while above is not None and above not in found:
        found.add(above)
        above = parents.get(above)
    return found
