"""Baosong 报送: the wiring. Everything else is a floor, a room or a door."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_babel import Babel, force_locale
from flask_migrate import Migrate
from flask_security import Security, SQLAlchemyUserDatastore
from flask_wtf import CSRFProtect

from reporting import cli, tables, web
from reporting.accounts.models import Role, User
from reporting.core import clock, log
from reporting.core.db import db, prepare_engine
from reporting.core.kit import Kit
from reporting.core.letters import Letters, strictly
from reporting.core.post import SmtpPost
from reporting.core.scanner import Clamd
from reporting.core.vault import Vault
from reporting.web import guards, links
from reporting.web.streaming import StreamingRequest

if TYPE_CHECKING:
    from config import Settings

CHEAP_HASHES = {"argon2__time_cost": 1, "argon2__memory_cost": 64, "argon2__parallelism": 1}
ROOT = Path(__file__).resolve().parent.parent


class Baosong(Flask):
    """Flask with a request class that streams uploads to the vault."""

    request_class = StreamingRequest


def create_app(settings: "Settings") -> Flask:
    """Build the application from its settings: the web pages, the command line and the clock use the same one."""
    app = Baosong("reporting", template_folder=str(ROOT / "templates"), static_folder="static")
    app.config.from_mapping(_flask_config(settings))
    log.install(readable=settings.mode != "production")
    if settings.clock_file is not None:
        clock.use(clock.OffsetClock(settings.clock_file))
    tables.load()
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    Migrate(app, db, directory=str(ROOT / "reporting" / "migrations"), render_as_batch=True)
    Babel(
        app,
        locale_selector=web.chosen_language,
        default_locale=settings.default_language,
        default_translation_directories="translations",
    )
    Security(app, SQLAlchemyUserDatastore(db, User, Role))
    # The guard stands before the check of the token, since that check reads the whole body of a form.
    app.before_request(guards.guard)
    CSRFProtect(app)
    app.extensions["kit"] = Kit(
        settings=settings,
        vault=Vault(settings.uploads_dir, reserve_bytes=settings.reserve_bytes),
        letters=Letters(links.resolving(strictly(app.jinja_env), settings.public_base_url), force_locale),
        post=SmtpPost.of(settings),
        scanner=Clamd(settings.clamd, settings.clamd_max_bytes) if settings.clamd else None,
    )
    web.install(app, demonstration=settings.demonstration)
    cli.install(app)
    return app


def _flask_config(settings: "Settings") -> dict[str, Any]:
    production = settings.mode == "production"
    return {
        "SECRET_KEY": settings.secret_key,
        "ACCEL_PREFIX": settings.accel_prefix,
        "SQLALCHEMY_DATABASE_URI": settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1),
        "SQLALCHEMY_ENGINE_OPTIONS": {} if settings.database_url.startswith("sqlite") else {"pool_pre_ping": True},
        "MAX_CONTENT_LENGTH": settings.max_request_bytes,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024**2,
        "MAX_FORM_PARTS": 2000,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_NAME": "__Host-session" if production else "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "BABEL_DEFAULT_TIMEZONE": "UTC",
        "WTF_CSRF_TIME_LIMIT": None,
        "SECURITY_PASSWORD_SALT": settings.password_salt,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        # Tests and the demonstration make many accounts and guard none of them: their passwords are told to everybody.
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {} if settings.mode == "production" else CHEAP_HASHES,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_LOGIN_URL": "/account/sign-in",
        "SECURITY_LOGIN_USER_TEMPLATE": "account/sign_in.html",
        "SECURITY_LOGOUT_URL": "/account/session-end",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        # Roles are memberships at bureaus; there is no table of roles to join.
        "SECURITY_JOIN_USER_ROLES": False,
    }
