"""A posted form is read in large pieces, its files as they come, its text within a bound of memory."""

import io
from collections.abc import Iterator
from typing import IO, Any

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from reporting.core.vault import VaultFull

# Bytes taken from the socket at a time; measured, see docs/performance.md.
CHUNK_BYTES = 512 << 10
# All fields of a form together; each alone is bounded by MAX_FORM_MEMORY_SIZE.
FIELDS_BYTES = 8 << 20


class FormParser(FormDataParser):
    """Werkzeug's parser of forms with our reading of multipart bodies; raises ValueError for a broken one.

    A file that its target cannot take (a full disk) is let go and the fault kept in `lost`, so that the text which was
    typed along with it still arrives and can be given back.
    """

    lost: VaultFull | None = None

    def _parse_multipart(
        self, stream: IO[bytes], _mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Any:
        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("the form names no boundary")
        decoder = Decoder(boundary, self.max_form_memory_size, max_parts=self.max_form_parts)
        parts = _Parts(self.stream_factory, self.max_form_memory_size, content_length)
        for piece in _pieces(stream):
            decoder.receive_data(piece)
            while not isinstance(event := decoder.next_event(), (NeedData, Epilogue)):
                parts.take(event)
        self.lost = parts.lost
        return stream, self.cls(parts.fields), self.cls(parts.files)


class Decoder(MultipartDecoder):
    """Werkzeug's decoder, which appends a stray carriage return to a file when a piece ends within the last boundary.

    That is its issue 3285, open in 3.1.9: it holds back as many bytes as a boundary has, without the dashes or blanks
    that may follow one.
    """

    _FOLLOWING = 8

    def _last_partial_boundary_index(self, data: bytes | bytearray) -> int:
        """From where on the end of the data may be a part of a boundary."""
        window = len(data) - len(self.boundary) - len(b"\r\n--") - self._FOLLOWING
        breaks = [at for at in (data.rfind(b"\n"), data.rfind(b"\r")) if at >= max(window, 0)]
        return min(breaks, default=len(data))


class Nowhere(io.RawIOBase):
    """Where a file goes that nobody will keep: read from the line so that what follows it arrives, and forgotten."""

    def writable(self) -> bool:
        """It takes everything."""
        return True

    def write(self, data: Any) -> int:
        """Forget bytes; gives their number."""
        return len(data)

    def seek(self, _offset: int, _whence: int = io.SEEK_SET) -> int:
        """There is only one place here."""
        return 0


class _Parts:
    """The fields and files of a form, as they come."""

    def __init__(self, open_file: Any, most_of_field: int | None, announced: int | None) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self._open_file = open_file
        self._most_of_field = most_of_field
        self._announced = announced
        self._part: Field | File | None = None
        self._target: Any = None
        self._text = bytearray()
        self._all_text = 0
        self.lost: VaultFull | None = None

    def take(self, event: Event) -> None:
        """Take the next event of the decoder; raises RequestEntityTooLarge for too much text."""
        if isinstance(event, (Field, File)):
            self._begin(event)
        elif isinstance(event, Data):
            self._go_on(event.data)
            if not event.more_data:
                self._end()

    def _begin(self, part: Field | File) -> None:
        self._part = part
        self._text.clear()
        self._target = None
        if isinstance(part, File):
            kind = part.headers.get("content-type")
            self._target = self._opened(kind, part.filename)

    def _opened(self, kind: str | None, name: str | None) -> Any:
        try:
            return self._open_file(self._announced, kind, name, None)
        except VaultFull as error:
            self.lost = error
            return Nowhere()

    def _go_on(self, data: bytes) -> None:
        if self._target is not None:
            try:
                self._target.write(data)
            except VaultFull as error:
                self.lost, self._target = error, Nowhere()
            return
        self._text += data
        self._all_text += len(data)
        too_long = self._most_of_field is not None and len(self._text) > self._most_of_field
        if too_long or self._all_text > FIELDS_BYTES:
            raise RequestEntityTooLarge

    def _end(self) -> None:
        if isinstance(self._part, File):
            self._target.seek(0)
            part = self._part
            self.files.append((part.name, FileStorage(self._target, part.filename, part.name, headers=part.headers)))
        elif isinstance(self._part, Field):
            self.fields.append((self._part.name, self._text.decode("utf-8", "replace")))


def _pieces(stream: IO[bytes]) -> Iterator[bytes | None]:
    """The body in pieces, then None: the decoder wants to be told that it was the last."""
    while piece := stream.read(CHUNK_BYTES):
        yield piece
    yield None
