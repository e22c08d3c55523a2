"""What may come in and under which name: pure decisions about files."""

from reporting.files.rules.formats import (
    BY_ENDING,
    FORMATS,
    MEDIA_TYPES,
    SHOWN_INLINE,
    Format,
    Kind,
    allowed_codes,
    codes_of,
    ending_of,
    fits,
    format_named,
    problems,
)
from reporting.files.rules.names import FALLBACK, LONGEST, display_name
from reporting.files.rules.reaching import declares_foreign, declares_macros, is_command, reaches_out
from reporting.files.rules.scanning import Mark, next_look, scan_mark
from reporting.files.rules.sniffing import HEAD_BYTES, TAIL_BYTES, compound_code, is_whole_pdf, package_code, sniff

__all__ = [
    "BY_ENDING",
    "FALLBACK",
    "FORMATS",
    "HEAD_BYTES",
    "LONGEST",
    "MEDIA_TYPES",
    "SHOWN_INLINE",
    "TAIL_BYTES",
    "Format",
    "Kind",
    "Mark",
    "allowed_codes",
    "codes_of",
    "compound_code",
    "declares_foreign",
    "declares_macros",
    "display_name",
    "ending_of",
    "fits",
    "format_named",
    "is_command",
    "is_whole_pdf",
    "next_look",
    "package_code",
    "problems",
    "reaches_out",
    "scan_mark",
    "sniff",
]
