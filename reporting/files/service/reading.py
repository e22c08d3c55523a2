"""What a proof needs to know of a file and how it says that the file did not pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reporting.core.errors import Reason, Refused


class Unreadable(Exception):
    """The file is not whole, or not what it says; the message is for the log, not for people."""


class Unfit(Exception):
    """The file may be whole, but we do not take it; `code` and `facts` make the reason, but for the file's name."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@contextmanager
def refusing(code: str, name: str) -> Iterator[None]:
    """Turn Unreadable into a refusal with this code, and Unfit into one with its own."""
    try:
        yield
    except Unreadable as error:
        raise Refused(Reason.of(code, name=name)) from error
    except Unfit as error:
        raise Refused(Reason.of(error.code, name=name, **error.facts)) from error
