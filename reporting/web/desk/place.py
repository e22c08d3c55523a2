"""How the organiser's pages reach a row: through the bureaus at which the reader organises."""

from typing import Any

from reporting.campaigns import queries as campaigns
from reporting.core.errors import NotFound
from reporting.web.guards import person


def own_task(task_id: int, *roles: str) -> Any:
    """A task of a bureau at which the reader has one of these roles; raises NotFound for any other."""
    found = campaigns.find_task(task_id, organiser_ids=person().bureaus_as(*roles))
    if found is None:
        raise NotFound
    return found


def own_report(assignment_id: int, *roles: str, lock: bool = False) -> Any:
    """An assignment to such a task; `lock` holds its row for a verb. Raises NotFound for any other."""
    organiser_ids = person().bureaus_as(*roles)
    found = campaigns.find_assignment_of_organiser(assignment_id, organiser_ids=organiser_ids, lock=lock)
    if found is None:
        raise NotFound
    return found
