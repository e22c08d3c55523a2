"""What a password and an account must be."""

from collections.abc import Collection

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LANGUAGES = ("zh_Hans_CN", "en")
LONGEST_NAME = 80


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
