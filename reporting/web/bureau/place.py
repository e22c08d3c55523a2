"""Where the bureau's pages stand, and how they reach a row: through the bureaus which the reader serves."""

from typing import Any

from flask import Blueprint

from reporting.bureaus.rules import REPORTING_ROLES
from reporting.campaigns import queries as campaigns
from reporting.core.errors import NotFound
from reporting.web.bureau import wording
from reporting.web.guards import person

blueprint = Blueprint("bureau", __name__)
blueprint.context_processor(lambda: {"wording": wording})


def own_assignment(assignment_id: int) -> Any:
    """An assignment of a bureau for which the reader reports; raises NotFound for a foreign id as for a missing one."""
    found = campaigns.find_assignment(assignment_id, bureau_ids=person().bureaus_as(*REPORTING_ROLES))
    if found is None:
        raise NotFound
    return found
