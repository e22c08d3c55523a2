"""Making accounts and changing passwords. The only room that knows Flask-Security."""

import secrets
from datetime import datetime
from pathlib import Path

from flask_security.utils import hash_password, verify_password

from reporting.accounts import queries, rules
from reporting.accounts.models import User
from reporting.audit import service as audit
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import Reason, Refused

COMMON_PASSWORDS = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())


def add(email: str, name: str, *, password: str, actor: Actor, now: datetime, phone: str = "", final: bool = False) -> User:
    """Make an account; the first password must be changed at the first sign-in unless it is `final`.

    Raises Refused for a bad address, a missing name or an address that is taken.
    """
    address = email.strip().lower()
    problems = _problems(address, name)
    if problems:
        raise Refused(*problems)
    user = User(
        email=address,
        name=name.strip(),
        phone=phone.strip(),
        password=hash_password(password),
        must_change_password=not final,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    audit.record("account.added", "user", user.id, actor=actor, now=now, email=address)
    return user


def _problems(address: str, name: str) -> list[Reason]:
    local, _, domain = address.rpartition("@")
    problems = []
    if not local or "." not in domain or any(c.isspace() for c in address) or len(address) > 254:
        problems.append(Reason.of("email_invalid", email=address))
    elif queries.find_by_email(address):
        problems.append(Reason.of("email_taken", email=address))
    if not name.strip() or len(name.strip()) > rules.LONGEST_NAME:
        problems.append(Reason.of("name_missing", limit=rules.LONGEST_NAME))
    return problems


def change_password(user: User, *, old: str, new: str, actor: Actor, now: datetime) -> None:
    """Replace the password; ends every other session of the account. Raises Refused with all reasons."""
    problems = []
    if not user.password or not verify_password(old, user.password):
        problems.append(Reason.of("password_wrong"))
    elif old == new:
        problems.append(Reason.of("password_same"))
    codes = rules.password_problems(new, email=user.email, common=COMMON_PASSWORDS)
    problems += [Reason.of(code, least=rules.SHORTEST_PASSWORD, most=rules.LONGEST_PASSWORD) for code in codes]
    if problems:
        raise Refused(*problems)
    user.password = hash_password(new)
    user.must_change_password = False
    user.fs_uniquifier = secrets.token_hex(32)
    audit.record("account.password_changed", "user", user.id, actor=actor, now=now)


def reset_password(user: User, *, password: str, actor: Actor, now: datetime) -> None:
    """Give a new first password, which must be changed at the next sign-in; ends every session."""
    user.password = hash_password(password)
    user.must_change_password = True
    user.fs_uniquifier = secrets.token_hex(32)
    audit.record("account.password_reset", "user", user.id, actor=actor, now=now)


def choose_language(user: User, language: str) -> None:
    """Set the language of pages and letters; raises Refused for one that is not offered."""
    if language not in rules.LANGUAGES:
        raise Refused(Reason.of("language_unknown", language=language))
    user.language = language


def set_active(user: User, *, active: bool, actor: Actor, now: datetime) -> None:
    """Enable or disable an account; disabling ends its sessions at once."""
    if user.active == active:
        return
    user.active = active
    user.fs_uniquifier = secrets.token_hex(32)
    audit.record("account.enabled" if active else "account.disabled", "user", user.id, actor=actor, now=now)
