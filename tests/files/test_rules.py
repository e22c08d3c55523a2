"""Truth tables of what may come in and under which name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.files import rules

ALL = tuple(rules.FORMATS)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body


def ebml(doctype: bytes) -> bytes:
    element = b"\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82" + bytes([0x80 | len(doctype)]) + doctype
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(element)]) + element


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpg"),
        (b"\xff\xd8", None),
        (b"\x89PNG\r\n\x1a\n....", "png"),
        (b"\x89PNG\n\x1a\n....", None),
        (b"GIF89a", "gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "avi"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav"),
        (b"RIFF\x00\x00\x00\x00XXXX", None),
        (b"%PDF-1.7\n", "pdf"),
        (b" %PDF-1.7\n", None),
        (OLE, "ole"),
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"PK", None),
        (b"Rar!\x1a\x07\x01\x00", "rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "wmv"),
        (ftyp(b"heic", b"mif1"), "heic"),
        (ftyp(b"mif1", b"mif1", b"heic"), "heic"),
        (ftyp(b"mif1", b"mif1"), None),
        (ftyp(b"avif", b"mif1"), "avif"),
        (ftyp(b"mif1", b"avif"), "avif"),
        (ftyp(b"isom", b"avc1"), "mp4"),
        (ftyp(b"mp42", b"isom"), "mp4"),
        (ftyp(b"3gp5"), "mp4"),
        (ftyp(b"wild", b"isom"), "mp4"),
        (ftyp(b"qt  "), "mov"),
        (ftyp(b"M4V ", b"mp42"), "m4v"),
        (ftyp(b"M4A ", b"M4B "), None),
        (ftyp(b"crx "), None),
        (b"\x00\x00\x10\x00moov", "mov"),
        (ebml(b"webm"), "webm"),
        (ebml(b"matroska"), "mkv"),
        (ebml(b"other"), None),
        (b"\x1a\x45\xdf\xa3", None),
        (b"MZ\x90\x00", "exe"),
        (b"\x7fELF", "exe"),
        (b"#!/bin/sh", "script"),
        (b"<?php echo 1;", "script"),
        (b"{\\rtf1", "rtf"),
        (b"<!DOCTYPE html>", "html"),
        (b"\xef\xbb\xbf\r\n <HTML>", "html"),
        (b"<?xml version='1.0'?><html xmlns='x'>", "html"),
        (b"<svg onload=alert(1)>", "svg"),
        (b"<?xml version='1.0'?><svg>", "svg"),
        (b"<?xml version='1.0'?><a>", "xml"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "html"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd", "playlist"),
        ("二〇一四年质量月活动总结".encode(), None),
        ("总结".encode("gbk"), None),
        (b"", None),
        (bytes(100), None),
    ],
)
def test_content_is_recognised_or_has_no_code(head, code):
    assert rules.sniff(head) == code


@given(st.binary(max_size=300))
def test_sniffing_answers_any_bytes(head):
    assert rules.sniff(head) is None or rules.sniff(head).isalnum()


@given(st.sampled_from([b"\x1a\x45\xdf\xa3", b"\x00\x00\x00\x20ftyp", b"RIFF", OLE, b"<?xml"]), st.binary(max_size=200))
def test_sniffing_answers_any_bytes_behind_a_signature(signature, rest):
    rules.sniff(signature + rest)


@pytest.mark.parametrize(
    ("tail", "whole"),
    [(b"startxref\n123\n%%EOF\n", True), (b"startxref\n123\n", False), (b"%%EOF", False), (b"", False)],
)
def test_a_pdf_is_whole_when_its_end_is_there(tail, whole):
    assert rules.is_whole_pdf(tail) is whole


@pytest.mark.parametrize(
    ("members", "code"),
    [
        (["[Content_Types].xml", "word/document.xml"], "docx"),
        (["[Content_Types].xml", "xl/workbook.xml"], "xlsx"),
        (["[Content_Types].xml", "ppt/presentation.xml"], "pptx"),
        (["[Content_Types].xml"], "zip"),
        (["word/document.xml"], "zip"),
        (["[Content_Types].xml", "word/document.xml", "word/media/image1.svg"], "docx"),
        (["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"], "macro"),
        (["[Content_Types].xml", "word/document.xml", "setup.EXE"], "zip"),
        (["OFD.xml", "Doc_0/Document.xml"], "ofd"),
        (["OFD.xml", "run.bat"], "zip"),
        (["mimetype", "content.xml"], "odf"),
        (["照片/1.jpg"], "zip"),
        ([], "zip"),
    ],
)
def test_a_package_is_what_its_members_make_it(members, code):
    assert rules.package_code(members) == code


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        (["Root Entry", "WordDocument", "1Table"], "doc"),
        (["Root Entry", "Workbook"], "xls"),
        (["Root Entry", "Book"], "xls"),
        (["Root Entry", "PowerPoint Document"], "ppt"),
        (["Root Entry", "EncryptedPackage", "EncryptionInfo"], "encrypted"),
        (["Root Entry", "worddocument"], "ole"),
        (["Root Entry", "WordDocument", "Macros", "VBA", "_VBA_PROJECT"], "macro"),
        (["Root Entry", "Workbook", "_VBA_PROJECT_CUR"], "macro"),
        (["Root Entry", "WordDocument", "MACROS"], "doc"),
        ([], "ole"),
    ],
)
def test_a_compound_file_is_what_its_directory_makes_it(entries, code):
    assert rules.compound_code(entries) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("总结.docx", "docx"),
        ("总结.DOCX", "docx"),
        ("a.b.jpeg", "jpg"),
        ("IMG_5195.HEIC", "heic"),
        ("x.heif", "heic"),
        ("x.docx.exe", None),
        ("x.docm", None),
        ("docx", None),
        (".docx", None),
        ("x.", None),
        ("", None),
    ],
)
def test_a_name_claims_a_format_by_its_ending(name, code):
    found = rules.format_named(name)
    assert (found.code if found else None) == code


def test_every_format_has_one_kind_and_its_own_endings():
    assert rules.codes_of("document") == ("doc", "docx", "wps", "pdf", "ofd", "xls", "xlsx")
    assert rules.codes_of("photo") == ("jpg", "png", "webp", "heic")
    assert rules.codes_of("video") == ("mp4", "mov", "m4v", "webm", "avi", "wmv", "mkv")
    endings = [ending for found in rules.FORMATS.values() for ending in found.endings]
    assert len(endings) == len(set(endings)) == 20
    assert rules.SHOWN_INLINE < rules.MEDIA_TYPES


def test_an_allow_list_may_name_endings():
    assert rules.allowed_codes(["JPEG", "heif", "exe", "docx"]) == {"jpg", "heic", "docx"}


FITTING = {
    ("wps", "doc"),
    ("mp4", "mov"),
    ("mp4", "m4v"),
    ("mov", "mp4"),
    ("mov", "m4v"),
    ("m4v", "mp4"),
    ("m4v", "mov"),
    ("mkv", "webm"),
}


@pytest.mark.parametrize("claimed", ALL)
def test_content_fits_its_own_name_and_its_family_only(claimed):
    codes = {*ALL, "zip", "ole", "html", "exe", "gif", "macro", "encrypted", None}
    fitting = {found for found in codes if rules.fits(rules.FORMATS[claimed], found)}
    own = set() if claimed == "wps" else {claimed}
    assert fitting - {"wps"} == own | {found for name, found in FITTING if name == claimed}


@pytest.mark.parametrize(
    ("name", "size", "found", "allowed", "told"),
    [
        ("总结.docx", 1, "docx", ["docx"], []),
        ("总结.docx", 100, "docx", ["docx"], []),
        ("总结.docx", 101, "docx", ["docx"], ["file_too_large"]),
        ("总结.docx", 0, None, ["docx"], ["file_empty"]),
        ("总结.docx", 5, "docx", ["doc"], ["type_not_allowed"]),
        ("总结.exe", 5, "exe", ["doc"], ["type_not_allowed"]),
        ("总结.exe", 0, None, ["doc"], ["type_not_allowed", "file_empty"]),
        ("总结.exe", 101, "exe", ["doc"], ["type_not_allowed", "file_too_large"]),
        ("总结", 5, "docx", ["docx"], ["type_not_allowed"]),
        ("总结.docx", 5, "html", ["docx"], ["content_contradicts_name"]),
        ("总结.docx", 5, None, ["docx"], ["content_contradicts_name"]),
        ("总结.doc", 5, "docx", ["doc", "docx"], ["content_contradicts_name"]),
        ("照片.jpg", 5, "png", ["jpg", "png"], ["content_contradicts_name"]),
        ("照片.jpeg", 5, "jpg", ["jpg"], []),
        ("照片.jpg", 5, "jpg", [], ["type_not_allowed"]),
    ],
)
def test_problems_of_a_file(name, size, found, allowed, told):
    assert rules.problems(name, size, found, allowed, 100) == told


@pytest.mark.parametrize(
    ("kind", "target", "out"),
    [
        ("hyperlink", "https://example.cn", False),
        ("hyperlink", "\\\\server\\share\\a.docx", False),
        ("attachedTemplate", "https://example.cn/a.dotm", True),
        ("attachedTemplate", "HTTP://example.cn/a.dotm", True),
        ("attachedTemplate", "file:///C:\\Program Files\\Templates\\a.dotx", False),
        ("attachedTemplate", "C:\\Templates\\a.dotx", False),
        ("attachedTemplate", "a.dotx", False),
        ("attachedTemplate", "\\\\server\\share\\a.dotx", True),
        ("attachedTemplate", "//server/share/a.dotx", True),
        ("attachedTemplate", "file://server/share/a.dotx", True),
        ("attachedTemplate", "file:////server/share/a.dotx", True),
        ("attachedTemplate", "file:\\\\server\\share\\a.dotx", True),
        ("oleObject", "mhtml:https://example.cn/a!x", True),
        ("oleObject", "file:///D:/数据/a.xlsx", False),
        ("image", "https://example.cn/a.png", False),
        ("image", "\\\\server\\share\\a.png", True),
        ("image", "ftp://example.cn/a.png", True),
        ("subDocument", "http://example.cn/a.docx", True),
    ],
)
def test_what_a_relationship_reaches(kind, target, out):
    assert rules.reaches_out(kind, target) is out


@pytest.mark.parametrize(
    ("field", "command"),
    [
        (' DDEAUTO c:\\windows\\cmd.exe "/k calc" ', True),
        ("\x13 dde excel a b", True),
        ("\x13DDE\x13", False),
        (' INCLUDEPICTURE "\\\\server\\share\\a.png" \\d', True),
        ("INCLUDETEXT file://server/a.docx", True),
        (' INCLUDEPICTURE "https://example.cn/a.png" \\d', False),
        (' HYPERLINK "https://example.cn/DDE.html"', False),
        (" PAGE \\* MERGEFORMAT", False),
        ("", False),
    ],
)
def test_which_field_codes_are_commands(field, command):
    assert rules.is_command(field) is command


LONG = "质" * 300


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("总结.docx", "总结.docx"),
        ("C:\\fakepath\\总结.docx", "总结.docx"),
        ("c:/Users/张/总结.docx", "总结.docx"),
        ("\\\\server\\share\\总结.docx", "总结.docx"),
        ("/home/zhang/总结.docx", "总结.docx"),
        ("图片/总结.docx", "图片_总结.docx"),
        ("../../etc/passwd.pdf", "_.._etc_passwd.pdf"),
        ("..\\..\\x.pdf", "_.._x.pdf"),
        ('a:b*c?d"e<f>g|h.pdf', "a_b_c_d_e_f_g_h.pdf"),
        ("总\x00结\x1f.docx", "总_结_.docx"),
        ("总\r\n结\t一.docx", "总 结 一.docx"),
        ("总\u3000\u3000结.docx", "总 结.docx"),
        ("  总结 .docx ", "总结.docx"),
        ("\u202egpj.exe", "gpj.exe"),
        ("总\u200b结\ufeff.docx", "总结.docx"),
        ("\u2066总结\u2069.docx", "总结.docx"),
        ("👨\u200d👩\u200d👧庆祝🎉.jpg", "👨\u200d👩\u200d👧庆祝🎉.jpg"),
        ("𠮷\U00031350野家.jpg", "𠮷\U00031350野家.jpg"),
        ("cafe\u0301.jpg", "caf\u00e9.jpg"),
        ("e\u200b\u0301.jpg", "\u00e9.jpg"),
        ("坏\ud800字.jpg", "坏_字.jpg"),
        ("尾\uffff.jpg", "尾.jpg"),
        ("", rules.FALLBACK),
        ("   ", rules.FALLBACK),
        ("...", rules.FALLBACK),
        (".docx", rules.FALLBACK + ".docx"),
        ("\u202e.docx", rules.FALLBACK + ".docx"),
        ("总结", "总结"),
        ("第1.2版 总结", "第1.2版 总结"),
        (LONG + ".docx", "质" * 250 + ".docx"),
        ("质" * 255, "质" * 255),
        ("质" * 256, "质" * 255),
        ("质" * 250 + ".docx", "质" * 250 + ".docx"),
        ("质" * 251 + ".docx", "质" * 250 + ".docx"),
        ("总结." + "长" * 300, "总结." + "长" * 252),
    ],
)
def test_a_name_is_made_fit_to_show(raw, shown):
    assert rules.display_name(raw) == shown


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_name_becomes_one_line_of_at_most_255_characters(raw):
    shown = rules.display_name(raw)
    assert 0 < len(shown) <= rules.LONGEST
    assert not set(shown) & set('/\\:*?"<>|\r\n\t\x00')
    assert all(unicodedata.category(sign) not in {"Cc", "Cs"} for sign in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    shown.encode()
    assert rules.display_name(shown) == shown
