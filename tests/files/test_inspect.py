"""Files are proven by opening them: real ones pass with their facts, all others are refused with a reason."""

import io
import random
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from reporting.core.errors import Reason, Refused
from reporting.files import rules
from reporting.files import service as files
from reporting.files.service import images, packages
from tests.files import material

ALL = tuple(rules.FORMATS)
MIB = 1 << 20


@pytest.fixture
def look(tmp_path):
    """Inspect content under a name."""

    def inspect(name: str, content: bytes, *, allowed=ALL, max_bytes: int = 500 * MIB) -> files.Inspected:
        path = tmp_path / "content"
        path.write_bytes(content)
        return files.inspect(path, name, allowed=allowed, max_bytes=max_bytes)

    return inspect


@pytest.fixture
def refusal(look):
    """The reasons why content under a name is refused."""

    def reasons(name: str, content: bytes, **limits) -> tuple[Reason, ...]:
        with pytest.raises(Refused) as refused:
            look(name, content, **limits)
        return refused.value.reasons

    return reasons


REAL = {
    "总结.docx": material.docx,
    "总结.DOCX": material.docx,
    "统计.xlsx": material.xlsx,
    "总结.doc": lambda: material.compound(["Root Entry", "WordDocument", "1Table"]),
    "总结.wps": lambda: material.compound(["Root Entry", "WordDocument", "WpsCustomData"]),
    "统计.xls": lambda: material.compound(["Root Entry", "Workbook"]),
    "长目录.doc": lambda: material.compound(["Root Entry", *(f"Stream {n}" for n in range(60)), "WordDocument"]),
    "总结.pdf": lambda: material.picture("PDF"),
    "总结.ofd": material.ofd,
    "照片.jpg": lambda: material.picture("JPEG"),
    "照片.jpeg": lambda: material.picture("JPEG"),
    "照片.png": lambda: material.picture("PNG"),
    "照片.webp": lambda: material.picture("WEBP"),
    "IMG_0001.HEIC": material.heic,
    "IMG_0001.heif": material.heic,
    "录像.mp4": lambda: material.video("mp4"),
    "录像.mov": lambda: material.video("mov"),
    "录像.m4v": lambda: material.video("ipod"),
    "改名.mp4": lambda: material.video("mov"),
    "录像.webm": lambda: material.video("webm", "libvpx-vp9"),
    "录像.mkv": lambda: material.video("matroska"),
    "改名.mkv": lambda: material.video("webm", "libvpx-vp9"),
    "录像.avi": lambda: material.video("avi", "mpeg4"),
    "录像.wmv": lambda: material.video("asf", "wmv2"),
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_passes(look, name):
    content = REAL[name]()
    found = look(name, content)
    claimed = rules.format_named(name)
    assert (found.name, found.size, found.kind) == (name, len(content), claimed.kind)
    assert found.media_type in rules.MEDIA_TYPES


def test_a_photo_tells_its_size(look):
    assert look("照片.jpg", material.picture("JPEG")).facts == {"width": 64, "height": 48}


def test_a_video_tells_size_length_and_codec(look):
    found = look("录像.mp4", material.video("mp4"))
    assert found.facts == {"width": 64, "height": 48, "seconds": 1.0, "codec": "h264"}
    assert found.media_type == "video/mp4"


def test_a_renamed_video_is_served_as_what_it_is(look):
    assert look("改名.mp4", material.video("mov")).media_type == "video/quicktime"


def test_a_wps_paper_keeps_its_own_type(look):
    found = look("总结.wps", material.compound(["Root Entry", "WordDocument"]))
    assert found.media_type == "application/vnd.ms-works"


def test_a_browser_recording_without_a_length_passes(look):
    """Such a file says an unknown duration; here the element that holds it is overwritten with padding."""
    content = material.video("webm", "libvpx-vp9")
    at = content.index(b"\x44\x89\x88")
    content = content[:at] + b"\xec\x89" + bytes(9) + content[at + 11 :]
    assert look("录像.webm", content).facts == {"width": 64, "height": 48, "seconds": None, "codec": "vp9"}


HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
CONTRADICTIONS = [
    ("照片.jpg", lambda: HTML, "html", "jpg"),
    ("照片.jpg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "svg", "jpg"),
    ("照片.jpg", lambda: material.picture("PNG"), "png", "jpg"),
    ("照片.png", lambda: material.picture("GIF"), "gif", "png"),
    ("照片.heic", lambda: material.picture("AVIF"), "avif", "heic"),
    ("照片.jpg", "只是文字".encode, None, "jpg"),
    ("总结.pdf", lambda: material.picture("JPEG"), "jpg", "pdf"),
    ("总结.doc", material.docx, "docx", "doc"),
    ("总结.wps", material.docx, "docx", "wps"),
    ("总结.docx", lambda: material.compound(["Root Entry", "WordDocument"]), "doc", "docx"),
    ("总结.docx", material.xlsx, "xlsx", "docx"),
    ("总结.docx", lambda: HTML, "html", "docx"),
    ("总结.doc", lambda: HTML, "html", "doc"),
    ("总结.doc", lambda: b"{\\rtf1\\ansi }", "rtf", "doc"),
    ("总结.doc", lambda: material.compound(["Root Entry", "Setup"]), "ole", "doc"),
    ("总结.docx", lambda: material.package({"setup.exe": b"MZ"}), "zip", "docx"),
    ("总结.docx", lambda: material.package({**material.word_package(), "a/run.exe": b"MZ"}), "zip", "docx"),
    ("总结.docx", lambda: b"MZ\x90\x00" + bytes(100), "exe", "docx"),
    ("总结.ofd", material.docx, "docx", "ofd"),
    ("录像.mp4", lambda: b"#EXTM3U\n#EXT-X-VERSION:3\nfile:///etc/passwd\n", "playlist", "mp4"),
    ("录像.mp4", lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", None, "mp4"),
    ("录像.webm", lambda: material.video("matroska"), "mkv", "webm"),
    ("录像.avi", lambda: material.video("mp4"), "mp4", "avi"),
    ("录像.mp4", material.heic, "heic", "mp4"),
    ("录像.mp4", lambda: b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav", "mp4"),
]


@pytest.mark.parametrize(("name", "content", "found", "expected"), CONTRADICTIONS)
def test_content_that_contradicts_its_name_is_refused(refusal, name, content, found, expected):
    assert refusal(name, content()) == (
        Reason.of("content_contradicts_name", name=name, found=found, expected=expected),
    )


SPOKEN = {
    "macro package": (
        lambda: material.package(material.word_package(**{"word/vbaProject.bin": b"x"})),
        "document_has_macros",
    ),
    "macro streams": (lambda: material.compound(["Root Entry", "WordDocument", "Macros"]), "document_has_macros"),
    "encrypted": (lambda: material.compound(["Root Entry", "EncryptedPackage"]), "document_encrypted"),
}


@pytest.mark.parametrize("fault", SPOKEN)
def test_a_document_that_acts_or_is_locked_is_refused_with_its_own_reason(refusal, fault):
    content, code = SPOKEN[fault]
    assert refusal("总结.docx", content()) == (Reason.of(code, name="总结.docx"),)


def test_an_empty_file_is_refused(refusal):
    assert refusal("总结.docx", b"") == (Reason.of("file_empty", name="总结.docx"),)


def test_the_limit_is_allowed_and_one_byte_more_is_not(look, refusal):
    content = material.docx()
    assert look("总结.docx", content, max_bytes=len(content)).size == len(content)
    assert refusal("总结.docx", content, max_bytes=len(content) - 1) == (
        Reason.of("file_too_large", name="总结.docx", size=len(content), limit=len(content) - 1),
    )


def test_a_type_that_the_slot_does_not_take_is_refused_with_what_it_takes(refusal):
    assert refusal("录像.mp4", material.video("mp4"), allowed=["png", "jpeg", "heif"]) == (
        Reason.of("type_not_allowed", name="录像.mp4", allowed=("jpg", "png", "heic")),
    )


def test_everything_that_the_outside_tells_is_told_at_once(refusal):
    codes = [reason.code for reason in refusal("总结.exe", b"MZ" * 100, max_bytes=10)]
    assert codes == ["type_not_allowed", "file_too_large"]


@pytest.mark.parametrize("name", ["照片.jpg", "照片.png", "照片.webp", "IMG_0001.HEIC"])
def test_a_photo_that_breaks_off_is_refused(refusal, name):
    content = REAL[name]()
    assert refusal(name, content[: len(content) * 2 // 3]) == (Reason.of("image_unreadable", name=name),)


def test_a_photo_of_noise_behind_a_signature_is_refused(refusal):
    noise = random.Random(1).randbytes(5000)
    for name, signature in (
        ("a.jpg", b"\xff\xd8\xff\xe0"),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.webp", b"RIFF\x00\x10\x00\x00WEBP"),
    ):
        assert [reason.code for reason in refusal(name, signature + noise)] == ["image_unreadable"]


def bomb(width: int, height: int) -> bytes:
    """A PNG of one colour whose header promises a very large picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(10_000, 5_001), (15_000, 15_000), (60_000, 60_000)])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(refusal, width, height):
    assert refusal("照片.png", bomb(width, height)) == (
        Reason.of("image_too_many_pixels", name="照片.png", pixels=width * height, limit=images.MOST_PIXELS["png"]),
    )


def test_a_large_photo_within_the_limit_passes(look):
    target = io.BytesIO()
    Image.new("RGB", (8000, 6000), "#b8231f").save(target, "JPEG")
    assert look("照片.jpg", target.getvalue()).facts == {"width": 8000, "height": 6000}


def test_a_video_that_breaks_off_is_refused(refusal):
    for name in ("录像.mp4", "录像.mov"):
        content = REAL[name]()
        for part in (len(content) - 1, len(content) // 2, 100):
            assert refusal(name, content[:part]) == (Reason.of("video_unreadable", name=name),)


@pytest.mark.parametrize("name", ["录像.mkv", "录像.avi", "录像.wmv"])
def test_a_video_cut_in_its_header_is_refused(refusal, name):
    assert refusal(name, REAL[name]()[:200]) == (Reason.of("video_unreadable", name=name),)


def test_a_sound_without_pictures_is_no_video(refusal):
    assert refusal("录音.mp4", material.sound_only()) == (Reason.of("video_unreadable", name="录音.mp4"),)


def test_a_video_whose_pictures_are_noise_is_refused(refusal):
    content = material.video("mp4")
    at = content.index(b"mdat") + 4
    length = int.from_bytes(content[at - 8 : at - 4], "big") - 8
    noise = random.Random(2).randbytes(length)
    assert refusal("录像.mp4", content[:at] + noise + content[at + length :]) == (
        Reason.of("video_unreadable", name="录像.mp4"),
    )


def test_a_pdf_without_its_end_is_refused(refusal):
    content = material.picture("PDF")
    assert refusal("总结.pdf", content[:-40]) == (Reason.of("document_unreadable", name="总结.pdf"),)


BROKEN_COMPOUNDS = {
    "cut in the header": material.compound(["Root Entry", "WordDocument"])[:300],
    "directory beyond the end": material.header(first_directory=1000),
    "cut in the directory": material.compound(["Root Entry", "WordDocument"])[:-1],
    "sector size": material.header(first_directory=1, shift=20) + bytes(2048),
    "table beyond the end": material.header(first_directory=0, table=5000) + bytes(1024),
    "directory that never ends": material.header(first_directory=1) + struct.pack("<128I", *[1] * 128) + bytes(512),
}


@pytest.mark.parametrize("fault", BROKEN_COMPOUNDS)
def test_a_broken_compound_file_is_refused(refusal, fault):
    assert refusal("总结.doc", BROKEN_COMPOUNDS[fault]) == (Reason.of("document_unreadable", name="总结.doc"),)


def lying(content: bytes, *, at_end: dict[int, bytes]) -> bytes:
    """A package whose end record says something else."""
    end = content.rindex(b"PK\x05\x06")
    changed = bytearray(content)
    for offset, value in at_end.items():
        changed[end + offset : end + offset + len(value)] = value
    return bytes(changed)


def overlapping() -> bytes:
    """Two entries of the directory that share one member's bytes."""
    content = material.package({**material.word_package(), "word/a.bin": bytes(5000), "word/b.bin": bytes(5000)})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        first = package.getinfo("word/a.bin").header_offset
        second = package.getinfo("word/b.bin").header_offset
    directory = content.index(b"PK\x01\x02")
    return content[:directory] + content[directory:].replace(struct.pack("<I", second), struct.pack("<I", first))


def linked() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, content in material.word_package().items():
            package.writestr(name, content)
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")
    return target.getvalue()


def encrypted() -> bytes:
    content = bytearray(material.package(material.word_package()))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def damaged() -> bytes:
    """The main part's bytes do not give its checksum."""
    content = bytearray(material.package(material.word_package(), zipfile.ZIP_STORED))
    at = content.index(b"<w:document/>")
    content[at + 1 : at + 2] = b"x"
    return bytes(content)


BROKEN_PACKAGES = {
    "breaks off": lambda: material.docx()[:-30],
    "breaks off early": lambda: material.docx()[:200],
    "only an end": lambda: b"PK\x05\x06" + bytes(18),
    "too many members": lambda: material.package({f"a{n}": b"" for n in range(packages.MOST_MEMBERS + 1)}),
    "counts differ": lambda: lying(material.docx(), at_end={8: b"\x01\x00"}),
    "a directory of gigabytes": lambda: lying(material.docx(), at_end={12: b"\x00\x00\x00\x60"}),
    "many parts": lambda: lying(material.docx(), at_end={4: b"\x01\x00"}),
    "unpacks to gigabytes": lambda: material.package(material.word_package(**{"word/x": bytes(50 * MIB)})),
    "climbs out": lambda: material.package(material.word_package(**{"../../etc/cron.d/x": b"x"})),
    "absolute name": lambda: material.package(material.word_package(**{"/etc/passwd": b"x"})),
    "drive": lambda: material.package(material.word_package(**{"C:x": b"x"})),
    "backslash": lambda: material.package(material.word_package(**{"word\\..\\x": b"x"})),
    "link": linked,
    "encrypted": encrypted,
    "overlap": overlapping,
    "unusual packing": lambda: material.package(material.word_package(), zipfile.ZIP_BZIP2),
    "damaged main part": damaged,
    "document type": lambda: material.package(
        {**material.word_package(), "word/document.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}
    ),
    "document type in utf-16": lambda: material.package(
        {**material.word_package(), "word/document.xml": "<!DOCTYPE a><a/>".encode("utf-16")}
    ),
}


@pytest.mark.parametrize("fault", BROKEN_PACKAGES)
def test_a_broken_or_dangerous_package_is_refused(refusal, fault):
    assert refusal("总结.docx", BROKEN_PACKAGES[fault]()) == (Reason.of("document_unreadable", name="总结.docx"),)


def test_a_package_of_the_most_members_passes(look):
    members = {**material.word_package(), **{f"word/a{n}": b"" for n in range(packages.MOST_MEMBERS - 2)}}
    assert look("总结.docx", material.package(members)).code == "docx"


def test_two_members_of_one_name_are_refused(refusal):
    content = material.package(
        {"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>", "word/documens.xml": "<a/>"}
    )
    content = content.replace(b"word/documens.xml", b"word/document.xml")
    assert [reason.code for reason in refusal("总结.docx", content)] == ["document_unreadable"]


def test_an_archive_of_its_own_is_refused_by_its_type(refusal):
    assert [reason.code for reason in refusal("照片.zip", material.package({"1.jpg": b"x"}))] == ["type_not_allowed"]


def test_real_camera_photos_pass(shared_data, tmp_path):
    """All of them, also the one called invalid: its picture decodes whole, only its metadata are wrong."""
    photos = sorted((shared_data / "photos").iterdir())
    assert len(photos) == 12
    for photo in photos:
        found = files.inspect(photo, photo.name, allowed=rules.codes_of("photo"), max_bytes=50 * MIB)
        assert found.kind == "photo"
        assert found.facts["width"] > 0
    sizes = {
        photo.name: files.inspect(photo, photo.name, allowed=["heic", "jpg"], max_bytes=50 * MIB).facts
        for photo in photos
    }
    assert sizes["heic_mobile_iphone_13_pro_max.HEIC"] == {"width": 3024, "height": 4032}
    assert sizes["jpg_invalid_image01137.jpg"] == {"width": 88, "height": 64}
