"""How letters leave: an envelope, a server, and one connection for many letters."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from reporting.core.envelopes import Envelope
from reporting.core.letters import one_line

Security = Literal["none", "starttls", "tls"]


class LetterRefused(Exception):
    """The server did not take this letter; `code` and `text` are its answer."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text


class TemporaryFailure(LetterRefused):
    """The server refused this letter for now (4xx)."""


class PermanentFailure(LetterRefused):
    """The server refused this letter for good (5xx)."""


class ServerUnavailable(Exception):
    """The server cannot be reached, closed, or takes no letter from us at all; nothing was handed over."""


class DoubtfulDelivery(Exception):
    """The line broke after the text had been handed over: nobody knows whether the server keeps the letter."""


class Connection(Protocol):
    """A conversation with the server, for many letters."""

    def send(self, envelope: Envelope, before_text: Callable[[], None]) -> str:
        """Hand one letter over; gives the server's last words.

        `before_text` runs when the server has taken the recipient and waits for the text, of which nothing has
        left; what it raises ends this letter, and the next one can be sent. Raises TemporaryFailure, PermanentFailure,
        ServerUnavailable (nothing was handed over) or DoubtfulDelivery.
        """
        ...


class Post(Protocol):
    """Where letters are handed in."""

    @property
    def sender(self) -> str:
        """The address that letters come from."""
        ...

    def connect(self) -> AbstractContextManager[Connection]:
        """Open a conversation; raises ServerUnavailable."""
        ...

    @property
    def patience(self) -> float:
        """How many seconds the server may be silent before the line counts as broken."""
        ...


@dataclass(frozen=True)
class SmtpPost:
    """An SMTP server. TLS is verified against the system's authorities, or against `ca_file` when it is named."""

    host: str
    port: int
    sender: str
    security: Security = "none"
    user: str | None = None
    password: str | None = None
    patience: float = 30.0
    ca_file: str | None = None

    @classmethod
    def of(cls, settings: Any) -> "SmtpPost":
        """The server that the settings name."""
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.mail_from,
            security=settings.smtp_security,
            user=settings.smtp_user or None,
            password=settings.smtp_password or None,
            patience=float(settings.smtp_timeout),
            ca_file=str(settings.smtp_ca_file) if settings.smtp_ca_file else None,
        )

    @contextmanager
    def connect(self) -> Iterator["SmtpConnection"]:
        """Open a conversation, sign in when a user is set, and say goodbye at the end; raises ServerUnavailable."""
        connection = SmtpConnection(self)
        connection.open()
        try:
            yield connection
        finally:
            connection.close()

    def dial(self) -> smtplib.SMTP:
        """A fresh greeted line; raises OSError or SMTPException."""
        name = self.sender.rpartition("@")[2]
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, name, timeout=self.patience, context=self._trust())
        line = smtplib.SMTP(self.host, self.port, name, timeout=self.patience)
        if self.security == "starttls":
            try:
                line.ehlo()
                line.starttls(context=self._trust())
            except BaseException:
                line.close()
                raise
        return line

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)


class SmtpConnection:
    """One line to the server, dialled again when the server has closed it between two letters."""

    def __init__(self, post: SmtpPost) -> None:
        self._post = post
        self._line: smtplib.SMTP | None = None
        self._is_used = False

    def open(self) -> smtplib.SMTP:
        """Dial, greet and sign in; gives the line; raises ServerUnavailable."""
        line = None
        try:
            line = self._post.dial()
            line.ehlo_or_helo_if_needed()
            if self._post.user is not None:
                line.login(self._post.user, self._post.password or "")
        except (OSError, smtplib.SMTPException) as error:
            if line is not None:
                line.close()
            raise ServerUnavailable(_told(error)) from error
        self._line = line
        self._is_used = False
        return line

    def close(self) -> None:
        """Say goodbye; a server that has gone already is no error."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError, smtplib.SMTPException):
                line.quit()
            line.close()

    def send(self, envelope: Envelope, before_text: Callable[[], None]) -> str:
        """Hand one letter over, as `Connection.send` says."""
        line = self._address(envelope)
        self._expect(self._ask(line, "DATA"), (354,))
        try:
            before_text()
        except BaseException:
            # The server waits for a text that will not come; it forgets the letter when the line is cut.
            self._drop()
            raise
        return self._hand_over(line, envelope)

    def _address(self, envelope: Envelope) -> smtplib.SMTP:
        """MAIL and RCPT, on a fresh line when the old one was closed meanwhile."""
        line, (code, text) = self._mail(envelope)
        if code != 250:
            # The server takes nothing from our address: that is no fault of this recipient.
            self.close()
            raise ServerUnavailable(_reply(code, text))
        self._is_used = True
        self._expect(self._ask(line, f"RCPT TO:<{envelope.recipient}>"), (250, 251))
        return line

    def _mail(self, envelope: Envelope) -> tuple[smtplib.SMTP, tuple[int, bytes]]:
        order = f"MAIL FROM:<{envelope.sender}>"
        line = self._line
        if line is not None and self._is_used:
            # Servers close a line that has carried enough, or was idle: that is not a server that is away.
            with suppress(ServerUnavailable):
                reply = self._ask(line, order)
                if reply[0] != 421:
                    return line, reply
            self.close()
            line = None
        if line is None:
            line = self.open()
        return line, self._ask(line, order)

    def _ask(self, line: smtplib.SMTP, order: str) -> tuple[int, bytes]:
        """One order and its answer; a line that breaks here has carried nothing of the text yet."""
        try:
            return line.docmd(order)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise ServerUnavailable(_told(error)) from error

    def _expect(self, reply: tuple[int, bytes], wanted: tuple[int, ...]) -> None:
        """Raise what a reply means for this letter, unless it is the wanted one."""
        code, text = reply
        if code in wanted:
            return
        if code == 421:
            self._drop()
            raise ServerUnavailable(_reply(code, text))
        if self._line is not None:
            self._forget(self._line)
        raise _refusal(code, text)

    def _hand_over(self, line: smtplib.SMTP, envelope: Envelope) -> str:
        """The text and the final dot; from here on a broken line leaves doubt."""
        try:
            line.send(_dotted(envelope.content))
            code, text = line.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise DoubtfulDelivery(_told(error)) from error
        if code == 421:
            self._drop()
        if 200 <= code < 300:
            return _reply(code, text)
        if code < 400:
            self._drop()
            raise DoubtfulDelivery(_reply(code, text))
        raise _refusal(code, text)

    def _forget(self, line: smtplib.SMTP) -> None:
        """Take MAIL and RCPT back, so that the next letter starts clean."""
        try:
            line.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


def _refusal(code: int, text: bytes) -> LetterRefused:
    kind = PermanentFailure if 500 <= code < 600 else TemporaryFailure
    return kind(code, _clean(text))


def _dotted(content: bytes) -> bytes:
    """The bytes with leading dots doubled and the end marked, as RFC 5321 wants them."""
    return re.sub(rb"(?m)^\.", b"..", content) + b".\r\n"


def _clean(text: bytes) -> str:
    return one_line(text.decode("utf-8", "replace"))[:500]


def _reply(code: int, text: bytes) -> str:
    return f"{code} {_clean(text)}"


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return _reply(error.smtp_code, text if isinstance(text, bytes) else text.encode())
    return one_line(f"{type(error).__name__}: {error}")[:500]
