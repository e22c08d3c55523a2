"""Making accounts and changing passwords. The only room that knows Flask-Security."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from argon2 import PasswordHasher
from flask_security.utils import get_hmac, hash_password, verify_password

from reporting.accounts import queries, rules
from reporting.accounts.models import User
from reporting.audit import service as audit
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import Reason, Refused

COMMON_PASSWORDS = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())


# What a first password is made of: no letters that are mistaken for others when they are read from paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# The least that OWASP advises. It is enough for 59 random bits that live until the first sign-in, and lets a list of
# 200 people be taken on while its reader waits; a password that a person has chosen gets the full cost.
_FIRST = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True, repr=False)
class FirstPassword:
    """A first password: `plain` is shown once to whoever hands it on, `hashed` is what is stored."""

    plain: str
    hashed: str


def first_password() -> FirstPassword:
    """Make a first password of three groups of four letters.

    Hashing is slow on purpose: make them before the transaction begins.
    """
    plain = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    # Flask-Security checks the keyed hash of what was typed, not the text itself.
    return FirstPassword(plain, _FIRST.hash(get_hmac(plain).decode("ascii")))


def add(
    email: str,
    name: str,
    *,
    password: str | FirstPassword,
    actor: Actor,
    now: datetime,
    phone: str = "",
    final: bool = False,
) -> User:
    """Make an account; the first password must be changed at the first sign-in unless it is `final`.

    Raises Refused for a bad address, a missing or overlong name or number, or an address that is taken.
    """
    address = email.strip().lower()
    problems = [Reason.of(problem.code, **problem.facts) for problem in rules.account_problems(address, name, phone)]
    if not problems and queries.find_by_email(address):
        problems.append(Reason.of("email_taken", email=address))
    if problems:
        raise Refused(*problems)
    user = User(
        email=address,
        name=name.strip(),
        phone=phone.strip(),
        password=_hashed(password),
        must_change_password=not final,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    audit.record("account.added", "user", user.id, actor=actor, now=now, email=address)
    return user


def _hashed(password: str | FirstPassword) -> str:
    hashed: str = password.hashed if isinstance(password, FirstPassword) else hash_password(password)
    return hashed


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


def reset_password(user: User, *, password: str | FirstPassword, actor: Actor, now: datetime) -> None:
    """Give a new first password, which must be changed at the next sign-in; ends every session."""
    user.password = _hashed(password)
    user.must_change_password = True
    user.fs_uniquifier = secrets.token_hex(32)
    audit.record("account.password_reset", "user", user.id, actor=actor, now=now)


def choose_language(user: User, language: str, *, actor: Actor, now: datetime) -> None:
    """Set the language of pages and letters; raises Refused for one that is not offered."""
    if language not in rules.LANGUAGES:
        raise Refused(Reason.of("language_unknown", language=language))
    if user.language == language:
        return
    user.language = language
    audit.record("account.language_chosen", "user", user.id, actor=actor, now=now, language=language)


def set_active(user: User, *, active: bool, actor: Actor, now: datetime) -> None:
    """Enable or disable an account; disabling ends its sessions at once."""
    if user.active == active:
        return
    user.active = active
    user.fs_uniquifier = secrets.token_hex(32)
    audit.record("account.enabled" if active else "account.disabled", "user", user.id, actor=actor, now=now)
