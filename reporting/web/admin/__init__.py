"""Door: bureaus and people, for administrators and coordinators."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)

# The pages hang themselves on the blueprint, which must be there before them.
from reporting.web.admin import bureau, bureaus, contacts, days, days_import, people, roster  # noqa: E402, F401
