"""What a password and an account must be."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LANGUAGES = ("zh_Hans_CN", "en")
LONGEST_NAME = 80
LONGEST_ADDRESS = 254
LONGEST_PHONE = 40
# The letters that an envelope takes (core/envelopes.py), and a domain of at least two names.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: a code and the facts of its sentence."""

    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


def account_problems(address: str, name: str, phone: str) -> list[Problem]:
    """Everything wrong with a person as written; the address in lower case and without blanks around it."""
    problems = []
    if not is_address(address):
        problems.append(Problem("email_invalid", {"email": address}))
    if not 1 <= len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        problems.append(Problem("name_missing", {"limit": LONGEST_NAME}))
    if len(phone.strip()) > LONGEST_PHONE or not phone.isprintable():
        problems.append(Problem("phone_unusable", {"limit": LONGEST_PHONE}))
    return problems


def is_address(text: str) -> bool:
    """Whether a text is one mailbox to which letters can be sent; whether it exists only a letter can tell."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None and ".." not in text


def password_problems(password: str, *, email: str, common: Collection[str]) -> list[str]:
    """Everything wrong with a new password, as codes; empty when it may be used.

    Length and a list of common passwords decide, not character classes: NIST SP 800-63B advises so.
    """
    codes = []
    if len(password) < SHORTEST_PASSWORD:
        codes.append("password_too_short")
    if len(password) > LONGEST_PASSWORD:
        codes.append("password_too_long")
    lowered = password.casefold()
    if lowered in common or (email and lowered in {email.casefold(), email.partition("@")[0].casefold()}):
        codes.append("password_common")
    if len(set(password)) < 4 and len(password) >= SHORTEST_PASSWORD:
        codes.append("password_common")
    return codes
