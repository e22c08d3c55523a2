"""Pages of the organiser: campaigns, the board, reports and their decisions, letters, exports."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__)

# The pages hang themselves on the blueprint, which must be there before them.
from reporting.web.desk import board, exporting, extending, letters, material, review, wording  # noqa: E402, F401

blueprint.context_processor(lambda: {"wording": wording})
from reporting.web.desk import assigning, campaign_editing, campaigns, opening, tasks  # noqa: E402, F401
