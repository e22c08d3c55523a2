"""What a table that leaves the house may hold: text that no spreadsheet takes for an order."""

import unicodedata

# A cell that begins so is run as a formula by one program or another; full-width signs are folded by some.
_BEGINS = frozenset("=+-@＝＋－＠")
_ALSO = frozenset("\t\r\n\x00")
# A program may pass over these before it looks.
_PASSED_OVER = " \u00a0\u3000\ufeff\u200b\"'‘’“”`"
_GUARD = "'"


def is_order(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula."""
    if text[:1] in _ALSO and text:
        return True
    bare = text.lstrip(_PASSED_OVER + "\t\r\n\x00")
    return bare[:1] in _BEGINS and bool(bare)


def guarded(text: str) -> str:
    """A text for a CSV file: with an apostrophe in front where it could be taken for a formula."""
    shown = printable(text)
    return _GUARD + shown if is_order(text) or is_order(shown) else shown


def printable(text: str) -> str:
    """A text without control characters, which neither CSV readers nor XML agree on; tabs and lines stay."""
    return "".join(sign for sign in text if sign in "\t\n" or unicodedata.category(sign) not in {"Cc", "Cs"})
