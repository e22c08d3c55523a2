"""The few pages that need no sign-in: where to go first, help, and whether the service lives."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reporting.bureaus.rules import DESK_ROLES, REPORTING_ROLES
from reporting.web.guards import find_person, policy

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@policy("anyone")
def start() -> ResponseReturnValue:
    """Send everybody to the page where their work is."""
    found = find_person()
    if found is None:
        return redirect(url_for("security.login"))
    if found.roles & set(REPORTING_ROLES):
        return redirect(url_for("bureau.home"))
    if found.roles & set(DESK_ROLES):
        return redirect(url_for("desk.campaigns"))
    if found.roles:
        return redirect(url_for("admin.bureaus"))
    return render_template("public/no_role.html")


@blueprint.get("/help")
@policy("anyone")
def help_page() -> ResponseReturnValue:
    """How to hand in, in one page."""
    return render_template("public/help.html")


# The pages for machines hang themselves on the blueprint, which must be there before them.
from reporting.web.public import health  # noqa: E402, F401
