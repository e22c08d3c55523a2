"""The headers of tus 1.0.0, read strictly: what cannot be understood raises Misread and is never guessed at."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import Headers

from reporting.uploads.rules import Wanted

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "termination", "checksum", "expiration")
ALGORITHMS = ("sha256", "sha1")
BODY_TYPE = "application/offset+octet-stream"
LONGEST_METADATA = 8192

_NUMBER = re.compile(r"[0-9]{1,18}")
_HASH = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[0-9A-Za-z!#$&^_.+-]{1,49}/[0-9A-Za-z!#$&^_.+-]{1,50}")


class Misread(Exception):
    """A header is missing, doubled or says nothing."""


def number(headers: Headers, name: str) -> int:
    """A header that must be one whole number, not negative."""
    value = headers.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise Misread(name)
    return int(value)


def wanted(headers: Headers) -> Wanted:
    """What a creation announces."""
    if "Upload-Defer-Length" in headers or "Upload-Concat" in headers:
        raise Misread("an extension that we do not have")
    told = metadata(headers.get("Upload-Metadata", ""))
    area = told.get("focus_area", "")
    return Wanted(
        name=told.get("filename") or told.get("name") or "",
        length=number(headers, "Upload-Length"),
        media_type=found[0] if (found := _MEDIA_TYPE.match(told.get("filetype", ""))) else "",
        sha256=_hash(told, "sha256"),
        head=_hash(told, "head"),
        caption=told.get("caption", ""),
        focus_area_id=int(area) if _NUMBER.fullmatch(area) and int(area) < 1 << 31 else None,
    )


def _hash(told: dict[str, str], name: str) -> str | None:
    value = told.get(name, "").lower()
    if value and not _HASH.fullmatch(value):
        raise Misread(name)
    return value or None


def metadata(header: str) -> dict[str, str]:
    """Keys with their decoded values; an empty header has none."""
    if len(header) > LONGEST_METADATA:
        raise Misread("Upload-Metadata is too long")
    found: dict[str, str] = {}
    for pair in (piece.strip() for piece in header.split(",")):
        if not pair:
            continue
        key, _, value = pair.partition(" ")
        if key in found:
            raise Misread("Upload-Metadata names a key twice")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise Misread("Upload-Metadata is not base64 of UTF-8") from error
    return found


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the body of a request must hash to."""

    algorithm: str
    digest: bytes

    def new(self) -> Any:
        """A fresh hash of the algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def checksum(headers: Headers) -> Checksum | None:
    """The checksum of the body, when the sender gives one."""
    value = headers.get("Upload-Checksum")
    if value is None:
        return None
    algorithm, _, encoded = value.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misread("Upload-Checksum") from error
    if algorithm not in ALGORITHMS or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise Misread("Upload-Checksum")
    return Checksum(algorithm, digest)
