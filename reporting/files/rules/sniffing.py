"""What a file is by its content. Deny by default: what is not recognised has no code.

More is recognised than is allowed, so that a refusal can say what the file really is.
"""

from collections.abc import Collection

# How much of the beginning `sniff` and of the end `is_whole_pdf` want to see.
HEAD_BYTES = 4096
TAIL_BYTES = 2048

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_HEIF_BRANDS = frozenset({b"mif1", b"msf1", b"heif"})
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"mp71"}
    | {b"avc1", b"hvc1", b"hev1", b"dash", b"MSNV", b"mmp4", b"FACE", b"XAVC", b"NDSC", b"NDSH", b"F4V ", b"dby1"}
)
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", "wmv"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\x7fELF", "exe"),
    (b"MZ", "exe"),
    (b"#!", "script"),
    (b"{\\rtf", "rtf"),
    (b"BM", "bmp"),
)
_RIFF = {b"WEBP": "webp", b"AVI ": "avi", b"WAVE": "wav"}
_MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "html"),
    (b"<html", "html"),
    (b"<svg", "svg"),
    (b"<script", "html"),
    (b"mime-version:", "html"),
    (b"#extm3u", "playlist"),
    (b"<?php", "script"),
    (b"<?xml", "xml"),
)
# Members that a paper has no business with: such a package is named for what it is, an archive.
_PROGRAM_ENDINGS = frozenset({"exe", "dll", "scr", "com", "bat", "cmd", "js", "vbs", "ps1", "jar", "msi", "hta", "lnk"})

# Where Word and Excel keep the programs of a document.
_MACRO_ENTRIES = frozenset({"Macros", "_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA"})


def sniff(head: bytes) -> str | None:
    """The code of what begins with these HEAD_BYTES, or None. `ole` and `zip` are boxes: ask what is inside."""
    for magic, code in _MAGIC:
        if head.startswith(magic):
            return code
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return _matroska(head)
    if head[4:8] == b"ftyp":
        return _branded(head)
    if head[4:8] in {b"moov", b"mdat", b"wide", b"pnot"}:
        return "mov"
    return _text(head)


def is_whole_pdf(tail: bytes) -> bool:
    """Whether a PDF that ends with these TAIL_BYTES has its end: its table of contents is found from there."""
    return b"startxref" in tail and b"%%EOF" in tail


def _matroska(head: bytes) -> str | None:
    """The DocType element (0x4282) tells the family apart."""
    at = head.find(b"\x42\x82", 0, 128)
    declared = head[at + 3 : at + 3 + (head[at + 2] & 0x7F)] if 0 <= at < len(head) - 3 else b""
    return {b"webm": "webm", b"matroska": "mkv"}.get(declared.rstrip(b"\x00"))


def _branded(head: bytes) -> str | None:
    """ISO media by its major brand; an image format brand may be only among the compatible ones."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    brands = {major} | {head[at : at + 4] for at in range(16, length - 3, 4)}
    if b"avif" in brands or b"avis" in brands:
        return "avif"
    if major in _HEIC_BRANDS or (major in _HEIF_BRANDS and brands & _HEIC_BRANDS):
        return "heic"
    return _movie(major, brands)


def _movie(major: bytes, brands: Collection[bytes]) -> str | None:
    if major == b"qt  ":
        return "mov"
    if major[:3] == b"M4V":
        return "m4v"
    if major[:3] in {b"3gp", b"3g2"} or not _MP4_BRANDS.isdisjoint(brands):
        return "mp4"
    return None


def _text(head: bytes) -> str | None:
    """Markup and scripts under any letter case, behind a byte order mark and blanks."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    for magic, code in _MARKUP:
        if start.startswith(magic):
            return "svg" if code == "xml" and b"<svg" in start else "html" if b"<html" in start else code
    return "html" if b"<html" in start or b"<!doctype html" in start else None


def package_code(members: Collection[str]) -> str:
    """What a zip package is by the names of its members; `zip` when it is just an archive."""
    names = {member.lower() for member in members}
    if any(name.rpartition(".")[2] in _PROGRAM_ENDINGS for name in names):
        return "zip"
    if "ofd.xml" in names:
        return "ofd"
    if "[content_types].xml" not in names:
        return "odf" if "mimetype" in names and "content.xml" in names else "zip"
    if any(name.endswith("vbaproject.bin") for name in names):
        return "macro"
    for member, code in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx")):
        if member in names:
            return code
    return "zip"


def compound_code(entries: Collection[str]) -> str:
    """What an OLE2 compound file is by the names in its directory; `ole` when none tells."""
    if not _MACRO_ENTRIES.isdisjoint(entries):
        return "macro"
    for entry, code in (
        ("EncryptedPackage", "encrypted"),
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("Book", "xls"),
        ("PowerPoint Document", "ppt"),
    ):
        if entry in entries:
            return code
    return "ole"
