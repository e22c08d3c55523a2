"""Kept files go out: by ranges, with their name, and unable to do anything in the reader's browser.

Only a guarded page may call this; it does not ask who is reading.
"""

import io
import os
from typing import IO, Any, cast
from urllib.parse import quote

from flask import Response, current_app, request
from werkzeug.datastructures import ContentRange
from werkzeug.wsgi import wrap_file

from reporting.core.vault import Vault
from reporting.files import rules

BLOCK_BYTES = 256 << 10
UNKNOWN_TYPE = "application/octet-stream"

# RFC 8187 attr-char beyond letters and digits.
_SAFE_IN_NAME = "!#$&+-.^_`|~"

SANDBOXED = "sandbox; default-src 'none'"
# A browser that opens a picture by itself puts it on a page of its own, with a style of its own.
PICTURE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
# A page which we wrote from a Word document: its pictures are in it, and it may stand in a frame of ours.
PAGE_POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
# For the browser's own viewer: nothing can run or load by this policy. No sandbox, in which not every browser starts it.
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
PAPER_POLICIES = {"text/html": PAGE_POLICY, "application/pdf": PDF_POLICY}
# What we make of files ourselves, and may therefore be shown.
MADE_TYPES = frozenset({"image/jpeg", "video/mp4", "application/pdf", "text/html"})

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": SANDBOXED,
    "Cross-Origin-Resource-Policy": "same-origin",
    # Kept by the browser but asked for each time: the guard answers each time, the bytes travel once.
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "bytes",
}


def send_kept(vault: Vault, key: str, name: str, media_type: str, *, inline: bool) -> Response:
    """A kept file as an answer to the present request: 200, 206, 304 or 416.

    `inline` shows photos and videos in the browser; everything else is a download whatever is asked for.
    Raises FileNotFoundError when the vault does not hold the key.
    """
    shown = media_type if media_type in rules.MEDIA_TYPES else UNKNOWN_TYPE
    return _send(vault, key, name, shown, inline=inline and shown in rules.SHOWN_INLINE)


def send_paper(vault: Vault, key: str, name: str, media_type: str) -> Response:
    """A PDF, or a page that we made, for reading in the browser, also in a frame of our own pages."""
    if media_type not in PAPER_POLICIES:
        raise ValueError(f"{media_type} is no paper")
    response = _send(vault, key, name, media_type, inline=True)
    response.headers["Content-Security-Policy"] = PAPER_POLICIES[media_type]
    return response


def send_made(vault: Vault, key: str, name: str, media_type: str) -> Response:
    """A picture or a film that was made of a kept file, shown in the browser."""
    if media_type not in MADE_TYPES:
        raise ValueError(f"{media_type} is not made here")
    if media_type in PAPER_POLICIES:
        return send_paper(vault, key, name, media_type)
    response = _send(vault, key, name, media_type, inline=True)
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    return response


def _send(vault: Vault, key: str, name: str, media_type: str, *, inline: bool) -> Response:
    file = vault.open(key)
    size = os.fstat(file.fileno()).st_size
    response = Response(mimetype=media_type)
    response.headers.update(HEADERS)
    response.headers["Content-Disposition"] = disposition(name, inline=inline)
    response.set_etag(key)
    if request.if_none_match.contains(key):
        file.close()
        response.status_code = 304
        return response
    prefix: str = current_app.config.get("ACCEL_PREFIX", "")
    if prefix:
        # The server in front sends the bytes, and the asked part of them, by itself.
        file.close()
        response.headers["X-Accel-Redirect"] = f"{prefix}/{key[:2]}/{key[2:4]}/{key}"
        return response
    return _with_range(response, file, size, key)


def disposition(name: str, *, inline: bool) -> str:
    """The Content-Disposition of a file name: plain ASCII for old readers, UTF-8 for all others (RFC 6266)."""
    ending = rules.ending_of(name)
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_. ()") else "_" for sign in name)
    if not any(sign.isalnum() for sign in plain.rpartition(".")[0]):
        plain = f"download.{ending}" if ending.isascii() and ending.isalnum() else "download"
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_SAFE_IN_NAME)}"


def _with_range(response: Response, file: io.FileIO, size: int, key: str) -> Response:
    """Fill the response with the asked part; more than one part at once is answered with the whole."""
    start, stop = 0, size
    wanted = request.range if request.method in {"GET", "HEAD"} and _range_still_valid(key) else None
    if wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1:
        found = _within(wanted.ranges[0][0], wanted.ranges[0][1], size)
        if found is None:
            file.close()
            response.status_code = 416
            response.content_range = ContentRange("bytes", None, None, size)
            return response
        start, stop = found
        response.status_code = 206
        response.content_range = ContentRange("bytes", start, stop, size)
    file.seek(start)
    # The server sends from where the file stands; a range made by skipping reads everything before it.
    response.response = wrap_file(request.environ, cast("IO[bytes]", _Part(file, stop - start)), BLOCK_BYTES)
    response.direct_passthrough = True
    response.content_length = stop - start
    return response


def _within(start: int, stop: int | None, size: int) -> tuple[int, int] | None:
    """The range cut to the size, or None when it lies behind the end; the last 500 bytes of 300 are all 300."""
    if start < 0:
        return (max(0, size + start), size) if size else None
    return (start, size if stop is None else min(stop, size)) if start < size else None


def _range_still_valid(key: str) -> bool:
    """Whether the condition of a range, if there is one, names this content; a date cannot."""
    condition = request.if_range
    if condition.etag is not None:
        return condition.etag == key
    return condition.date is None


class _Part:
    """A file from where it stands, for so many bytes; a server that can sends it by its descriptor."""

    def __init__(self, file: io.FileIO, count: int) -> None:
        self._file = file
        self._left = count
        self.fileno = file.fileno
        self.close = file.close

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the part."""
        wanted = self._left if size < 0 else min(size, self._left)
        data: Any = self._file.read(wanted)
        self._left -= len(data)
        return cast("bytes", data)
