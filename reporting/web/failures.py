"""What a person sees when something cannot be done: one page each, and never a trace."""

import secrets
from http import HTTPStatus

import structlog
from flask import Flask, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from reporting.core.db import DatabaseAway
from reporting.core.errors import NotAllowed, NotFound, Refused
from reporting.core.kit import kit
from reporting.core.vault import VaultFull
from reporting.web import words
from reporting.web.guards import typed_words
from reporting.web.streaming import RequestCut

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Let every failure speak in sentences."""
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(NotAllowed, _not_found)
    app.register_error_handler(404, _not_found)
    app.register_error_handler(403, _not_found)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(RequestCut, _cut)
    app.register_error_handler(VaultFull, _full)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _misunderstood)
    app.register_error_handler(DatabaseAway, _busy)
    app.register_error_handler(Exception, _unforeseen)


def wants_json() -> bool:
    """Whether a script asks, which wants facts rather than a page."""
    return request.accept_mimetypes.best == "application/json"


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    """The form has no valid token: nothing is done, and what was typed is given back to be sent again."""
    typed = typed_words()
    if wants_json():
        return {"error": "csrf"}, 400
    return render_template("errors/csrf.html", typed=typed, action=request.full_path.rstrip("?")), 400


def _not_found(_error: Exception) -> ResponseReturnValue:
    """A foreign row and a missing one answer alike."""
    if wants_json():
        return {"error": "not-found"}, 404
    return render_template("errors/404.html", typed=_posted()), 404


def _posted() -> list[tuple[str, str]]:
    """What was typed into the form that failed; nothing when its body could not be read."""
    try:
        return typed_words() if request.method == "POST" else []
    except HTTPException:
        return []


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    return render_template("errors/413.html", limit=kit().settings.max_request_bytes, typed=_posted()), 413


def _cut(_error: RequestCut) -> ResponseReturnValue:
    return render_template("errors/cut.html"), 400


def _full(_error: VaultFull) -> ResponseReturnValue:
    log.error("vault_full")
    return render_template("errors/507.html", typed=_posted()), 507


def _refused(error: Refused) -> ResponseReturnValue:
    """A refusal which its page did not catch: say it, and go back to where the person came from."""
    for reason in error.reasons:
        flash(words.reason_sentence(reason), "danger")
    return redirect(request.path if "GET" in _methods() else url_for("public.start"))


def _methods() -> set[str]:
    return set((request.url_rule.methods if request.url_rule else None) or ())


def _misunderstood(error: HTTPException) -> ResponseReturnValue:
    """A request that no page understands; redirects and answers without a body go their way."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    if wants_json():
        return {"error": error.name}, error.code
    return render_template("errors/400.html"), error.code


def _busy(error: DatabaseAway) -> ResponseReturnValue:
    """The database does not answer, or is held for too long: nothing was changed, and waiting helps."""
    log.error("database_busy", error=str(error.orig), path=request.path)
    # The page must not ask the database again who is reading it.
    g.person, g._login_user = None, AnonymousUserMixin()  # noqa: SLF001 - Flask-Login looks here, and offers no other way
    if wants_json():
        return {"error": "busy"}, 503, {"Retry-After": "10"}
    return render_template("errors/503.html"), 503, {"Retry-After": "10"}


def _unforeseen(error: Exception) -> ResponseReturnValue:
    """Anything else: an id for the person to quote, the trace for the log."""
    name = secrets.token_hex(4)
    log.error("unforeseen", error_id=name, path=request.path, exc_info=error)
    if wants_json():
        return {"error": "unforeseen", "id": name}, 500
    return render_template("errors/500.html", error_id=name), 500
