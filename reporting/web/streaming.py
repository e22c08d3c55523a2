"""Posted files go from the socket into the vault's staging: once to the disk, never into memory or /tmp.

What Flask does by itself is mended in three places: a form that breaks off would be read as an empty one,
a body might be as large on the sign-in page as on the upload page, and a silent client would hold a thread for ever.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, TypeVar, cast

from flask import Request, current_app, has_app_context
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, ClientDisconnected, HTTPException, LengthRequired, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from reporting.core.kit import kit
from reporting.core.vault import Staging, VaultFull
from reporting.web.multipart import CHUNK_BYTES, FormParser, Nowhere

View = TypeVar("View", bound=Callable[..., Any])

# A body that is the bytes of a file and nothing else.
BARE_BYTES = "application/offset+octet-stream"
# The most of a body that brings no large files: a form of text, a roster.
PLAIN_BODY_BYTES = 8 << 20
# Every posted file holds a descriptor until the request ends.
MOST_FILES = 200
# A client that says nothing for so long has gone.
SILENCE_SECONDS = 30.0
# So much of a refused body is read and thrown away: a browser shows our answer only after it has sent everything,
# and says "connection reset" when we hang up instead.
MOST_DRAINED = 16 << 30


class RequestCut(BadRequest):
    """The body ended before its announced length: the line broke, or the sender gave up."""

    description = "The request was cut off while it was being sent."


def accepts_files(view: View) -> View:
    """Mark a view whose body may have MAX_CONTENT_LENGTH bytes; any other gets PLAIN_BODY_BYTES."""
    view.accepts_files = True  # type: ignore[attr-defined]
    return view


def staged(posted: Iterable[Any]) -> list[tuple[Staging, str]]:
    """The staged file and the name of each posted one; a field left empty brings nothing.

    Takes what `request.files.getlist(…)` or the data of a file field gives.
    """
    found = [(storage.stream, storage.filename or "") for storage in posted if isinstance(storage, FileStorage)]
    return [(stream, name) for stream, name in found if isinstance(stream, Staging) and (name or stream.size)]


class StreamingRequest(Request):
    """Flask's request with posted files in staging; what has not been kept is discarded when it ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._staged: list[Staging] = []
        self._body: _Body | None = None
        self._parser: FormParser | None = None
        self._refusal: RequestEntityTooLarge | VaultFull | None = None
        # Of a sender who may not hand in files only the words are read, to be given back.
        self.keeps_files = True

    @property
    def max_content_length(self) -> int | None:
        """The most bytes of this body: as configured where files are accepted, little elsewhere."""
        if self._max_content_length is not None:
            return self._max_content_length
        configured = cast("int | None", current_app.config["MAX_CONTENT_LENGTH"]) if has_app_context() else None
        if self._accepts_files():
            return configured
        return PLAIN_BODY_BYTES if configured is None else min(configured, PLAIN_BODY_BYTES)

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _accepts_files(self) -> bool:
        view = current_app.view_functions.get(self.endpoint or "") if has_app_context() else None
        return self.mimetype == "multipart/form-data" and bool(getattr(view, "accepts_files", False))

    def _brings_much(self, announced: int) -> bool:
        """A small body may bring nothing but text, which is taken even while there is no room for files.

        Files in it meet the same refusal at their first byte.
        """
        return self._accepts_files() and self.keeps_files and announced > PLAIN_BODY_BYTES

    def make_form_data_parser(self) -> FormParser:
        """A parser that stages files and tells when a form is broken."""
        self._parser = FormParser(
            stream_factory=self._get_file_stream,
            max_form_memory_size=self.max_form_memory_size,
            max_form_parts=self.max_form_parts,
            cls=self.parameter_storage_class,
            silent=False,
        )
        return self._parser

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> IO[bytes]:
        if not self.keeps_files or self._refusal is not None:
            return cast("IO[bytes]", Nowhere())
        if len(self._staged) >= MOST_FILES:
            raise RequestEntityTooLarge
        staging = kit().vault.stage()
        self._staged.append(staging)
        return cast("IO[bytes]", staging)

    def _get_stream_for_parsing(self) -> IO[bytes]:
        """The body, counted, with everything refused that can be refused before the first byte."""
        if getattr(self, "_cached_data", None) is not None:
            return super()._get_stream_for_parsing()
        announced, most = self.content_length, self.max_content_length
        if announced is None and self.mimetype == "multipart/form-data":
            raise LengthRequired
        self._body = _Body(self.environ, announced or 0)
        if most is not None and (announced or 0) > most:
            if not self._accepts_files() or (announced or 0) > MOST_DRAINED:
                raise RequestEntityTooLarge
            # A browser shows our answer only after it has sent everything: meanwhile the words are picked out.
            self._refusal = RequestEntityTooLarge()
        elif self._brings_much(announced or 0) and not kit().vault.room_for(announced or 0):
            self._refusal = VaultFull("there is no room for this body")
        return cast("IO[bytes]", self._body)

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        if self.mimetype == BARE_BYTES:
            # Such a body is no form, and is read by its own page alone: whoever looks for a token finds none in it.
            empty = self.parameter_storage_class
            self.__dict__.update(form=empty(), files=empty())
            return
        try:
            with self._not_silent_for_ever():
                self._load_or_drain()
            self._tell_refusal()
        except (RequestEntityTooLarge, VaultFull) as error:
            self._discard_staged()
            self.__dict__["files"] = self.parameter_storage_class()
            if error is not self._refusal:
                self.__dict__.update(stream=io.BytesIO(), form=self.parameter_storage_class())
            raise
        except BaseException:
            self._discard_staged()
            # The page that tells the error may ask for the form again; it must not meet the error again.
            empty = self.parameter_storage_class
            self.__dict__.update(stream=io.BytesIO(), form=empty(), files=empty())
            raise

    def _tell_refusal(self) -> None:
        """Raise why no file of this form was taken; its words are read by now, for the page that gives them back."""
        self._refusal = self._refusal or (self._parser.lost if self._parser else None)
        if self._refusal is not None:
            raise self._refusal

    def _load_or_drain(self) -> None:
        try:
            super()._load_form_data()
        except RequestCut:
            raise
        except (HTTPException, VaultFull, ValueError) as error:
            if self._body is not None:
                self._body.drain(MOST_DRAINED if self._accepts_files() else 8 * PLAIN_BODY_BYTES)
            if isinstance(error, ValueError):
                raise BadRequest("The form is not well-formed.") from error
            raise

    @contextmanager
    def _not_silent_for_ever(self) -> Iterator[None]:
        """Bound the wait for each piece of the body; threaded servers wait without end."""
        line = self.environ.get("gunicorn.socket") or self.environ.get("werkzeug.socket")
        if line is None:
            yield
            return
        before = line.gettimeout()
        line.settimeout(SILENCE_SECONDS)
        try:
            yield
        finally:
            with suppress(OSError):
                line.settimeout(before)

    def _discard_staged(self) -> None:
        for staging in self._staged:
            kit().vault.discard(staging)
        self._staged.clear()

    def close(self) -> None:
        """Close what is open and discard every staged file; one that was kept is no longer in staging."""
        super().close()
        if self._staged:
            self._discard_staged()


class _Body:
    """The body of a request, counted: its end before the announced length is a cut, whoever serves us.

    Gunicorn gives a short read then, other servers raise; Werkzeug takes the short read for the end.
    """

    def __init__(self, environ: dict[str, Any], announced: int) -> None:
        self._stream = get_input_stream(environ)
        self._announced = announced
        self._received = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`; raises RequestCut when there should be more but are not."""
        try:
            data = self._stream.read(size)
        except (OSError, ClientDisconnected) as error:
            raise RequestCut from error
        self._received += len(data)
        if (not data or size < 0) and self._received < self._announced:
            raise RequestCut
        return data

    def drain(self, most: int) -> None:
        """Read the rest and throw it away, as far as it comes and at most `most` bytes."""
        with suppress(OSError, ClientDisconnected):
            while self._received < min(self._announced, most):
                data = self._stream.read(CHUNK_BYTES)
                if not data:
                    return
                self._received += len(data)
