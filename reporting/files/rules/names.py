"""The name a person gave a file, made safe to show. It stays text; it never becomes a path."""

import unicodedata

LONGEST = 255
FALLBACK = "未命名文件"

# A zero-width joiner holds an emoji together; every other invisible format character goes, among them the
# bidirectional ones that make `gpj.exe` read as `exe.jpg`.
_JOINER = "\u200d"

# Shown in place of what a file name may not hold, so that the reader sees that something stood there.
_VISIBLE = "_"
_SEPARATORS = {ord(sign): _VISIBLE for sign in '/\\:*?"<>|'}

# An ending longer than this is part of the name, not an ending worth saving when the name is cut.
_LONGEST_ENDING = 16


def display_name(raw: str) -> str:
    """A name fit for a page, a letter and a header: one line, no separators, at most 255 characters.

    A whole path, as some browsers send it, becomes its last part; the ending survives the cutting;
    an empty name becomes a fallback that keeps the ending.
    """
    text = "".join(_shown(sign) for sign in _last_part(raw))
    # Composed after the filter, because what it removes may have stood between a letter and its accent.
    text = unicodedata.normalize("NFC", text).translate(_SEPARATORS)
    text = _single_spaced(text)
    stem, ending = _parted(text)
    stem = stem.strip(" .") or FALLBACK
    return stem[: LONGEST - len(ending)].rstrip(" .") + ending


def _last_part(text: str) -> str:
    """What stands behind the last separator, if the text is a path that a browser sent along."""
    windows = len(text) > 2 and text[1] == ":" and text[2] in "\\/"
    if windows or text.startswith(("\\\\", "/")):
        return text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return text


def _shown(sign: str) -> str:
    """What a page shows for one character: itself, a space, a visible mark, or nothing.

    Private and unassigned code points stay: rare 汉字 and new emoji live there.
    """
    category = unicodedata.category(sign)
    if category in {"Cc", "Cs"}:
        return " " if sign in "\t\r\n" else _VISIBLE
    if category == "Cf" or _is_noncharacter(sign):
        return sign if sign == _JOINER else ""
    return " " if category in {"Zs", "Zl", "Zp"} else sign


def _is_noncharacter(sign: str) -> bool:
    return ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF


def _single_spaced(text: str) -> str:
    return " ".join(part for part in text.split(" ") if part)


def _parted(text: str) -> tuple[str, str]:
    """The stem, and the ending with its dot when it is a plausible one."""
    stem, dot, ending = text.rpartition(".")
    if dot and 0 < len(ending) <= _LONGEST_ENDING and ending.isalnum():
        return stem, dot + ending
    return text, ""
