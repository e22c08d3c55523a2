"""What is made of real files: upright, small, without a word about where; films that play; papers that are read."""

import io
import zipfile

import av
import docx
import pytest
from PIL import Image, ImageCms

from reporting.files.service import CannotRender, office, render
from tests.files import films, material

HIDDEN = (b"Exif", b"GPS", b"http://ns.adobe.com", b"ICC_PROFILE", b"Apple", b"NIKON")


def made(tmp_path, content, code, *kinds, name="original"):
    source, folder = tmp_path / name, tmp_path / "made"
    source.write_bytes(content)
    before = source.stat()
    folder.mkdir(exist_ok=True)
    found = render(source, code, kinds, folder)
    after = source.stat()
    assert (before.st_size, before.st_mtime_ns, source.read_bytes()) == (after.st_size, after.st_mtime_ns, content)
    return found


REAL = {
    # name: (width and height of the thumb, day taken, has a position)
    "heic_IMG_5195.HEIC": ((310, 400), "2021-04-11", True),
    "heic_mobile_iphone_13_pro_max.HEIC": ((300, 400), "2022-02-16", False),
    "heic_mobile_HMD_Nokia_8.3_5G_hdr.heif": ((400, 300), "2022-01-12", True),
    "jpg_gps_DSCN0010.jpg": ((400, 300), "2008-10-22", True),
    "jpg_orientation_landscape_7.jpg": ((400, 300), None, False),
    "jpg_orientation_portrait_3.jpg": ((300, 400), None, False),
    "jpg_mobile_jolla.jpg": ((400, 300), "2014-09-21", False),
}


@pytest.mark.parametrize("name", REAL)
def test_real_photos_become_small_upright_and_silent(shared_data, tmp_path, name):
    content = (shared_data / "photos" / name).read_bytes()
    code = "heic" if name.startswith("heic") else "jpg"
    found = made(tmp_path, content, code, "thumb", "screen")
    size, day, has_position = REAL[name]
    for kind, side in (("thumb", 400), ("screen", 1600)):
        one = found[kind]
        data = one.path.read_bytes()
        assert not [word for word in HIDDEN if word in data]
        with Image.open(io.BytesIO(data)) as picture:
            assert (picture.format, picture.mode) == ("JPEG", "RGB")
            assert max(picture.size) <= side
            assert not picture.getexif()
        assert (one.facts["taken_at"] or "")[:10] == (day or "")
        assert one.facts["has_position"] is has_position
        assert "GPS" not in str(one.facts)
    assert (found["thumb"].facts["width"], found["thumb"].facts["height"]) == size


def turned(orientation):
    """A red stripe at the top of what a person saw, however the camera was held."""
    picture, target = Image.new("RGB", (80, 40), (0, 0, 255)), io.BytesIO()
    picture.paste((255, 0, 0), (0, 0, 80, 10))
    back = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.transpose(back[orientation]).save(target, "JPEG", quality=95, exif=exif)
    return target.getvalue()


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_photo_stands_upright(tmp_path, orientation):
    found = made(tmp_path, turned(orientation), "jpg", "thumb")
    with Image.open(found["thumb"].path) as picture:
        assert picture.size == (80, 40)
        red, _green, blue = picture.getpixel((40, 2))
        assert red > 200 > 100 > blue


def test_transparency_lies_on_white_and_a_profile_becomes_srgb(tmp_path):
    clear, target = Image.new("RGBA", (30, 30), (0, 0, 0, 0)), io.BytesIO()
    clear.save(target, "PNG")
    with Image.open(made(tmp_path, target.getvalue(), "png", "thumb")["thumb"].path) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255)
    target = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (30, 30), (10, 200, 30)).save(target, "JPEG", icc_profile=profile)
    with Image.open(made(tmp_path, target.getvalue(), "jpg", "thumb")["thumb"].path) as picture:
        assert picture.getpixel((5, 5))[1] > 180
        assert "icc_profile" not in picture.info


def test_a_picture_is_never_made_larger(tmp_path):
    found = made(tmp_path, material.picture("PNG", (64, 48)), "png", "thumb", "screen")
    assert [found[kind].facts["width"] for kind in ("thumb", "screen")] == [64, 64]


@pytest.mark.parametrize(("content", "code"), [(b"\xff\xd8\xff" + b"x" * 500, "jpg"), (b"GIF89a" + b"x" * 99, "png")])
def test_what_is_no_picture_is_told(tmp_path, content, code):
    with pytest.raises(CannotRender):
        made(tmp_path, content, code, "thumb")


FILMS = {
    # code: what it is made of, and whether the original plays by itself
    "mp4 h264": ("mp4", ("mp4", "libx264", "aac"), True),
    "mp4 hevc": ("mp4", ("mp4", "libx265", "aac"), False),
    "mov silent": ("mov", ("mov", "libx264", None), True),
    "wmv": ("wmv", ("asf", "wmv2", "wmav2"), False),
    "avi": ("avi", ("avi", "mpeg4", "libmp3lame"), False),
    "mkv h264": ("mkv", ("matroska", "libx264", "aac"), False),
    "webm": ("webm", ("webm", "libvpx", None), True),
}


@pytest.mark.parametrize("name", FILMS)
def test_every_film_plays_in_the_end(tmp_path, name):
    code, parts, plays = FILMS[name]
    found = made(tmp_path, films.film(*parts), code, "playable")["playable"]
    if plays:
        assert found.path is None
        return
    data = found.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index must stand in front"
    with av.open(str(found.path)) as copy:
        picture = copy.streams.video[0]
        assert (picture.codec_context.name, picture.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert [one.codec_context.name for one in copy.streams.audio] == (["aac"] if parts[2] else [])
        assert abs(copy.duration / 1_000_000 - 2) < 0.6
        assert len(list(copy.decode(picture))) == 20


@pytest.mark.parametrize(
    ("size", "small"), [((1920, 1080), (1280, 720)), ((1080, 1920), (720, 1280)), ((322, 242), (322, 242))]
)
def test_a_copy_is_at_most_720p_and_never_larger(tmp_path, size, small):
    found = made(tmp_path, films.film("avi", "mpeg4", seconds=1, size=size), "avi", "playable")["playable"]
    assert (found.facts["frame_width"], found.facts["frame_height"]) == small


def test_a_poster_and_its_facts(tmp_path):
    found = made(tmp_path, films.film("mp4", "libx264", "aac", seconds=3), "mp4", "poster")["poster"]
    with Image.open(found.path) as picture:
        assert (picture.format, picture.size) == ("JPEG", (320, 240))
    facts = found.facts
    assert (round(facts["seconds"]), facts["video_codec"], facts["audio_codec"]) == (3, "h264", "aac")


def test_a_playlist_is_not_followed(tmp_path):
    with pytest.raises(CannotRender):
        made(tmp_path, b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "mp4", "poster")


def words_of(found):
    return found["text"].path.read_text(encoding="utf-8")


def test_the_words_of_documents(tmp_path):
    assert "一、高度重视" in words_of(made(tmp_path, material.docx(), "docx", "text"))
    assert "单位\t场次" in words_of(made(tmp_path, material.xlsx(), "xlsx", "text"))


def test_words_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("reporting.files.rules.renditions.LONGEST_TEXT", 10)
    found = made(tmp_path, material.docx(), "docx", "text")
    assert len(words_of(found)) <= 10
    assert found["text"].facts["is_cut"] is True


def hostile_docx():
    """A paper with a link that runs, a picture from elsewhere and one of its own."""
    paper, target = docx.Document(), io.BytesIO()
    paper.add_paragraph("<script>alert(1)</script> 正文")
    paper.add_picture(io.BytesIO(material.picture("PNG")))
    part = paper.part
    key = part.relate_to("javascript:alert(1)", docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = docx.oxml.OxmlElement("w:hyperlink")
    link.set(docx.oxml.ns.qn("r:id"), key)
    run = docx.oxml.OxmlElement("w:r")
    text = docx.oxml.OxmlElement("w:t")
    text.text = "点我"
    run.append(text)
    link.append(run)
    paper.paragraphs[0]._p.append(link)
    paper.save(target)
    return target.getvalue()


def test_a_word_page_has_its_words_and_pictures_and_nothing_that_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(office, "program", lambda: None)
    found = made(tmp_path, hostile_docx(), "docx", "preview")["preview"]
    page = found.path.read_text(encoding="utf-8")
    assert found.media_type == "text/html"
    assert "点我" in page
    assert "&lt;script&gt;" in page
    assert page.count('<img src="data:image/jpeg;base64,') == 1
    assert not [word for word in ("<script", "javascript:", "<a ", "onerror", "http:") if word in page]


def test_without_libreoffice_an_old_document_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(office, "program", lambda: None)
    for kind in ("preview", "text"):
        found = made(tmp_path, material.compound(["WordDocument"]), "doc", kind)[kind]
        assert (found.path, found.note) == (None, "LibreOffice is not installed")


@pytest.fixture
def libreoffice():
    if office.program() is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-writer-nogui")


def test_libreoffice_makes_a_pdf_that_can_be_read(libreoffice, tmp_path):
    found = made(tmp_path, material.docx(), "docx", "preview")["preview"]
    assert found.media_type == "application/pdf"
    (tmp_path / "again").mkdir()
    again = made(tmp_path / "again", found.path.read_bytes(), "pdf", "text")
    assert "高度重视" in words_of(again)


def test_libreoffice_that_makes_nothing_is_noticed_although_it_ends_with_0(libreoffice, tmp_path):
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<w:broken")
    with pytest.raises(CannotRender):
        made(tmp_path, broken.getvalue(), "docx", "preview")
