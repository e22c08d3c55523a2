"""The letters that the demonstration's mail server has kept, as their readers would see them."""

import email
import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

_NAME = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}")
_ADDRESSED = re.compile(rb"Delivered-To: ([^\r\n]+)")
# The mail server writes the recipients on top, so the first bytes are enough to know whose letter it is.
_TOP_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Heading:
    """One line of the mailbox."""

    name: str
    recipients: Sequence[str]
    to: str
    sender: str
    subject: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter with both of its sides, and the headers that matter to a reader."""

    heading: Heading
    message_id: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the mailbox, newest first, and how many letters there are in all."""

    headings: Sequence[Heading]
    total: int


class Mailbox:
    """A folder of letters, one file each, named in the order of their arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def page(self, *, address: str, offset: int, limit: int) -> Listing:
        """Letters whose recipient contains `address`, all of them when it is empty."""
        names = sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)
        if address:
            wanted = address.casefold()
            names = [name for name in names if any(wanted in to.casefold() for to in self._recipients(name))]
        return Listing([self._heading(name) for name in names[offset : offset + limit]], len(names))

    def read(self, name: str) -> Opened | None:
        """One letter by its name, or None."""
        if _NAME.fullmatch(name) is None:
            return None
        try:
            message = self._parsed(self._path(name).read_bytes())
        except FileNotFoundError:
            return None
        return Opened(
            self._describe(name, message), str(message["message-id"]), _side(message, "plain"), _side(message, "html")
        )

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.eml"

    def _recipients(self, name: str) -> list[str]:
        with self._path(name).open("rb") as file:
            return [found.decode("ascii", "replace") for found in _ADDRESSED.findall(file.read(_TOP_BYTES))]

    def _heading(self, name: str) -> Heading:
        return self._describe(name, self._parsed(self._path(name).read_bytes()))

    def _parsed(self, raw: bytes) -> EmailMessage:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        if not isinstance(message, EmailMessage):
            raise TypeError("the policy makes no other kind of message")
        return message

    def _describe(self, name: str, message: EmailMessage) -> Heading:
        date = message["date"]
        return Heading(
            name,
            [str(address) for address in message.get_all("delivered-to", [])],
            _party(message, "to"),
            _party(message, "from"),
            str(message["subject"]),
            parsedate_to_datetime(str(date)) if date else None,
        )


def _party(message: EmailMessage, header: str) -> str:
    """A name with its address, as a reader sees it.

    Python 3.11 leaves a blank between the encoded words of a long name when it takes an address apart, so that 总局 may
    be read as 总 局; decoding the line as a whole does not.
    """
    line = next((str(value) for name, value in message.raw_items() if name.lower() == header), "")
    return str(make_header(decode_header("".join(line.splitlines()))))


def _side(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
