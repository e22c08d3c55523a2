"""The pages: blueprints, what every template knows, security headers and error pages."""

import secrets
from typing import Any

from flask import Flask, Response, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from reporting.bureaus.rules import Role
from reporting.core import clock
from reporting.core.kit import kit
from reporting.web import account, failures, guards, public, words, workdays

LANGUAGES = ("zh_Hans_CN", "en")
# The worker that reads files for their SHA-256, below the static folder.
HASHER = "dist/hasher.js"


def install(app: Flask, *, demonstration: bool) -> None:
    """Register every page, and refuse to start while one of them declares no policy."""
    app.after_request(_headers)
    app.context_processor(_context)
    words.install(app)
    workdays.install(app)
    failures.install(app)
    for blueprint in (account.blueprint, public.blueprint):
        app.register_blueprint(blueprint)
    _install_areas(app)
    if demonstration:
        from reporting.web import demonstration as pages

        app.register_blueprint(pages.blueprint)
    guards.require_policies(app)


def _install_areas(app: Flask) -> None:
    from reporting.web import admin, bureau, desk, uploads

    for area in (bureau, desk, admin, uploads):
        app.register_blueprint(area.blueprint)
    # Their address is the right to use them, and they outlive the session whose token a form would carry.
    app.extensions["csrf"].exempt(uploads.transfer.transfer)


def chosen_language() -> str:
    """The signed-in person's language, else the visitor's cookie, else the browser's, else the default."""
    found = guards.find_person()
    if found is not None:
        return found.language
    cookie = request.cookies.get("language")
    if cookie in LANGUAGES:
        return cookie
    wanted = request.accept_languages.best_match(["zh-CN", "zh", "en"])
    default: str = kit().settings.default_language
    if wanted is None:
        return default
    return "en" if wanted == "en" else "zh_Hans_CN"


def csp_nonce() -> str:
    """One random value a response, without which no script runs."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def _headers(response: Response) -> Response:
    """Strict headers for every answer; a page that serves files sets its own policy first."""
    response.headers.setdefault("Content-Security-Policy", _content_policy())
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.add("Cookie")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _content_policy() -> str:
    """What a page may load and run. A worker is bound by the policy of its own answer, and only that one may run WebAssembly."""
    if request.endpoint == "static" and request.path.endswith(f"/{HASHER}"):
        return "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; frame-ancestors 'none'; base-uri 'none'"
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{csp_nonce()}'; worker-src 'self'; style-src 'self'; "
        "img-src 'self' data:; media-src 'self'; font-src 'self' data:; connect-src 'self'; form-action 'self'; "
        "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def _context() -> dict[str, Any]:
    settings = kit().settings
    return {
        "person": guards.find_person(),
        "navigation": _navigation(),
        "demonstration": {"now": clock.now(), "zone": settings.default_zone} if settings.demonstration else None,
        "language": str(get_locale() or settings.default_language),
        "csp_nonce": csp_nonce,
        "now": clock.now(),
    }


def _navigation() -> list[tuple[str, str, bool]]:
    found = guards.find_person()
    if found is None:
        return []
    places = [
        ("bureau.home", _("我的任务"), {Role.REPORTER, Role.CERTIFIER}),
        ("desk.campaigns", _("活动"), {Role.COORDINATOR, Role.REVIEWER, Role.LEADER}),
        ("admin.bureaus", _("单位"), {Role.ADMINISTRATOR, Role.COORDINATOR}),
        ("admin.people", _("人员"), {Role.ADMINISTRATOR, Role.COORDINATOR}),
        ("desk.letters", _("信件"), {Role.COORDINATOR}),
        ("public.help_page", _("帮助"), {*Role}),
    ]
    here = (request.endpoint or "").split(".")[0]
    return [
        (url_for(name), label, request.endpoint == name or _covers(name, here))
        for name, label, roles in places
        if found.roles & roles
    ]


def _covers(endpoint: str, area: str) -> bool:
    """A section stays marked on the pages below it: the report page belongs to 我的任务, the board to 活动."""
    here = request.path
    if area == "admin":
        return endpoint == (
            "admin.people" if here.startswith("/admin/people") or "/people/" in here else "admin.bureaus"
        )
    if area == "desk":
        return endpoint == ("desk.letters" if here.startswith("/desk/letters") else "desk.campaigns")
    return area == "bureau" and endpoint == "bureau.home"
