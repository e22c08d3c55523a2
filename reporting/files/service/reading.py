"""What a proof needs to know of a file and how it says that the file did not pass."""

from collections.abc import Iterator
from contextlib import contextmanager

from reporting.core.errors import Reason, Refused


class Unreadable(Exception):
    """The file is not whole, or not what it says; the message is for the log, not for people."""


@contextmanager
def refusing(code: str, name: str) -> Iterator[None]:
    """Turn Unreadable into a refusal with this code."""
    try:
        yield
    except Unreadable as error:
        raise Refused(Reason.of(code, name=name)) from error
