"""What in an Office paper reaches out of it, or acts when it is opened: decided from a relationship or a field code."""

import re

# Loaded by the word processor as soon as the paper is opened, as a picture on a web page would be: seen by the other
# side, but nothing comes of it. Papers that were pasted from web pages are full of them.
_ONLY_LOOKED_AT = frozenset({"image", "video", "audio", "media"})
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+):", re.IGNORECASE)
_DRIVE = re.compile(r"^/*[a-z][:|]", re.IGNORECASE)
_COMMAND = re.compile(r"(^|[\s\x13\"])DDE(AUTO)?([\s\"]|$)", re.IGNORECASE)
_INCLUDED_SHARE = re.compile(r"INCLUDE(TEXT|PICTURE)\s+\"?\s*(file:)?[\\/]{2}", re.IGNORECASE)
_MACRO_TYPES = ("vbaproject", "macroenabled", "macrosheet", "vbadata", "wordvbadata")
_FOREIGN_TYPES = ("/afchunk", "/control", "activex")


def reaches_out(kind: str, target: str) -> bool:
    """Whether an external relationship makes its reader's machine fetch or run something from elsewhere.

    `kind` is the last part of the relationship's type. A link waits for a click; a path of the author's own disk,
    which Word writes for every template, leads nowhere on another machine.
    """
    if kind.lower() == "hyperlink":
        return False
    place = target.strip().replace("\\", "/")
    scheme = _SCHEME.match(place)
    if scheme is None or _DRIVE.match(place):
        return place.startswith("//")
    name = scheme.group(1).lower()
    if name == "file":
        path = place[len("file:") :]
        return (path.startswith("//") and not path.startswith("///")) or path.startswith(("////", "///\\"))
    return not (name in {"http", "https"} and kind.lower() in _ONLY_LOOKED_AT)


def is_command(field: str) -> bool:
    """Whether a field code starts another program (DDE) or includes a file from a share."""
    return bool(_COMMAND.search(field) or _INCLUDED_SHARE.search(field))


def declares_macros(declared: str) -> bool:
    """Whether a content type or the type of a relationship speaks of macros."""
    told = declared.lower()
    return any(word in told for word in _MACRO_TYPES)


def declares_foreign(declared: str) -> bool:
    """Whether a content type or the type of a relationship speaks of controls or of foreign papers inside."""
    told = declared.lower()
    return any(word in told for word in _FOREIGN_TYPES)
