"""PDF papers: proven by reading their structure; whether anything in them acts is kept as a fact."""

import os
from collections.abc import Iterator, Mapping
from typing import IO, Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from reporting.files import rules
from reporting.files.service.reading import Unreadable

MOST_PAGES = 5000
MOST_OBJECTS = 100_000
# Keys under which a PDF runs something, starts a program, brings other files along or sends what was filled in.
ACTING = frozenset({"/JS", "/JavaScript", "/Launch", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA", "/SubmitForm"})


def look(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The task of the child: prove the PDF behind a descriptor."""
    with os.fdopen(arguments["files"]["content"], "rb") as file:
        return prove(file)


def prove(file: IO[bytes]) -> dict[str, Any]:
    """Whether it acts, is encrypted, and how many pages it has (None when encrypted); raises Unreadable."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - rules.TAIL_BYTES))
    if not rules.is_whole_pdf(file.read()):
        raise Unreadable("the end is missing")
    file.seek(0)
    try:
        reader = PdfReader(file)
        if reader.is_encrypted:
            return {"pages": None, "encrypted": True, "active": True}
        pages = len(reader.pages)
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, OSError) as error:
        raise Unreadable(str(error)) from error
    if not 0 < pages <= MOST_PAGES:
        raise Unreadable("no pages, or too many")
    return {"pages": pages, "encrypted": False, "active": _acts(reader)}


def _acts(reader: PdfReader) -> bool:
    """Whether any object holds one of the acting keys; what cannot be looked through is taken to act."""
    try:
        return any(_names(found) & ACTING for found in _objects(reader))
    except Exception:  # noqa: BLE001 - a library that stumbles over an odd object has not seen the rest
        return True


def _objects(reader: PdfReader) -> Iterator[Any]:
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    if len(numbers) > MOST_OBJECTS:
        raise Unreadable("too many objects to look through")
    for number in sorted(numbers):
        if number:
            yield reader.get_object(IndirectObject(number, 0, reader))


def _names(found: Any, depth: int = 0) -> set[str]:
    """Keys and names of one object, those of what stands directly inside it too."""
    if depth > 20:
        raise Unreadable("nested too deep")
    if isinstance(found, DictionaryObject):
        inner = [_names(value, depth + 1) for value in dict.values(found)]
        return set(found).union(*inner)
    if isinstance(found, ArrayObject):
        return set().union(*(_names(value, depth + 1) for value in list.__iter__(found)))
    return {found} if isinstance(found, str) and found.startswith("/") else set()
