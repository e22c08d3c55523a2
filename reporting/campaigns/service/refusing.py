"""Codes against something become one refusal."""

from reporting.core.errors import Reason, Refused


def refuse(codes: list[str]) -> None:
    """Raise Refused with every reason, if there is one."""
    if codes:
        raise Refused(*(Reason.of(code) for code in codes))
