"""Papers, photos and films for the demonstration and for tests: drawn, small, and the same for the same seed.

Everything is a real file of its format, made by the libraries that also open what bureaus send.
"""

import io
import random
import zipfile
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import docx
import pillow_heif
from docx.oxml.ns import qn
from docx.shared import Pt
from PIL import Image, ImageDraw, ImageFont

# Where systems keep a font with 汉字; without any of them captions are left out.
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
)
_SKIES = (("#dcebf7", "#8fb8de"), ("#fbe8d3", "#d9a77c"), ("#e8f1e4", "#9dbb93"), ("#eceaf4", "#a9a3c9"))
_COATS = ("#2f4b6e", "#3f6b4f", "#6e3f3f", "#565b66", "#7a6a3a", "#8c96a5", "#22303c")
_SKINS = ("#f0cfae", "#e2b68f", "#d7a57c")
_ZIP_DATE = (2014, 9, 1, 0, 0, 0)


def make_photo(
    seed: int, caption: str, *, taken_at: datetime | None = None, size: tuple[int, int] = (1280, 960)
) -> bytes:
    """A JPEG of a meeting under a banner that bears the caption; `taken_at` goes into its EXIF as local time."""
    exif = Image.Exif()
    if taken_at is not None:
        exif.get_ifd(0x8769)[0x9003] = taken_at.strftime("%Y:%m:%d %H:%M:%S")
    target = io.BytesIO()
    _scene(seed, caption, size).save(target, "JPEG", quality=82, exif=exif)
    return target.getvalue()


def make_heic(seed: int, caption: str, *, size: tuple[int, int] = (1024, 768)) -> bytes:
    """The same kind of picture as a telephone's HEIC."""
    target = io.BytesIO()
    pillow_heif.from_pillow(_scene(seed, caption, size)).save(target, quality=60)
    return target.getvalue()


def make_video(seconds: int, *, seed: int = 1, caption: str = "质量月", container: str = "mp4") -> bytes:
    """A film in which the camera moves over a scene: H.264 in `mp4` or `mov`, 15 pictures a second, no sound."""
    scene = _scene(seed, caption, (800, 450))
    target = io.BytesIO()
    with av.open(target, "w", format=container) as film:
        stream = film.add_stream("libx264", rate=15, options={"preset": "veryfast", "crf": "30", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        count = seconds * 15
        for number in range(count):
            left, top = 160 * number // count, 90 * number // count
            picture = scene.crop((left, top, left + 640, top + 360))
            film.mux(stream.encode(_frame(picture)))
        film.mux(stream.encode(None))
    return target.getvalue()


def _frame(picture: Image.Image) -> Any:
    pictures: Any = av.VideoFrame
    return pictures.from_image(picture)


def make_docx(title: str, paragraphs: Sequence[str]) -> bytes:
    """A Word paper: a title and its paragraphs in the fonts of an official paper."""
    paper = docx.Document()
    _set_font(paper.styles["Normal"], "仿宋")
    paper.styles["Normal"].font.size = Pt(16)
    heading = paper.add_heading(title, level=0)
    for run in heading.runs:
        _set_font(run, "黑体")
    for text in paragraphs:
        paper.add_paragraph(text).paragraph_format.first_line_indent = Pt(32)
    paper.core_properties.title = title[:255]
    target = io.BytesIO()
    paper.save(target)
    return _undated(target.getvalue())


def _set_font(styled: Any, family: str) -> None:
    """Word asks for the font of 汉字 apart from that of letters."""
    styled.font.name = family
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), family)


def _undated(package: bytes) -> bytes:
    """The same package with one fixed date on its members, so that it has the same hash tomorrow."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            copy.writestr(zipfile.ZipInfo(name, _ZIP_DATE), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _scene(seed: int, caption: str, size: tuple[int, int]) -> Image.Image:
    """A square or hall with a building, a stage, a red banner and people; drawn at 1280×960 and scaled."""
    # Not for secrets: the same seed must draw the same picture.
    chance = random.Random(seed)  # noqa: S311
    picture = _sky(chance)
    draw = ImageDraw.Draw(picture)
    _buildings(draw, chance)
    draw.polygon([(0, 700), (1280, 660), (1280, 960), (0, 960)], fill=chance.choice(("#b9b4a8", "#a8adb3", "#c2b59b")))
    draw.rectangle((140, 560, 1140, 730), fill="#7b2e2a")
    draw.rectangle((140, 560, 1140, 580), fill="#94423c")
    _banner(draw, caption)
    _people(draw, chance, row=570, height=150, count=chance.randint(4, 7))
    for row in (760, 830, 900):
        _people(draw, chance, row=row, height=190, count=chance.randint(9, 13))
    return picture.resize(size, Image.Resampling.BICUBIC)


def _sky(chance: random.Random) -> Image.Image:
    top, bottom = chance.choice(_SKIES)
    mask = Image.linear_gradient("L").resize((1280, 960))
    return Image.composite(Image.new("RGB", (1280, 960), bottom), Image.new("RGB", (1280, 960), top), mask)


def _buildings(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    left = -40
    while left < 1280:
        width, top = chance.randint(120, 260), chance.randint(180, 460)
        draw.rectangle((left, top, left + width, 720), fill=chance.choice(("#9aa3ad", "#b7aa9a", "#8d99a6", "#c4bcae")))
        for x in range(left + 16, left + width - 24, 36):
            for y in range(top + 20, 540, 46):
                draw.rectangle((x, y, x + 18, y + 26), fill=chance.choice(("#dfe7ee", "#6d7b88", "#f3e6bf")))
        left += width + chance.randint(0, 30)


def _banner(draw: ImageDraw.ImageDraw, caption: str) -> None:
    draw.rectangle((90, 250, 1190, 390), fill="#b8231f", outline="#8e1713", width=6)
    for pole in (110, 1164):
        draw.rectangle((pole, 250, pole + 8, 640), fill="#5c5c5c")
    font_path = _font_path()
    if font_path is None or not caption:
        return
    height = 84
    while height > 24 and ImageFont.truetype(font_path, height).getlength(caption) > 1040:
        height -= 6
    draw.text((640, 320), caption, font=ImageFont.truetype(font_path, height), fill="#ffe9a8", anchor="mm")


def _people(draw: ImageDraw.ImageDraw, chance: random.Random, *, row: int, height: int, count: int) -> None:
    for number in range(count):
        x = 60 + (1160 * number) // max(count - 1, 1) + chance.randint(-24, 24)
        y = row + chance.randint(-12, 12)
        head = height // 6
        draw.ellipse((x - height // 4, y, x + height // 4, y + height), fill=chance.choice(_COATS))
        draw.ellipse((x - head, y - 2 * head + 8, x + head, y + 8), fill=chance.choice(_SKINS))
        draw.pieslice((x - head, y - 2 * head + 4, x + head, y + 8), 180, 360, fill="#2b2724")


@lru_cache(maxsize=1)
def _font_path() -> str | None:
    return next((path for path in _FONTS if Path(path).is_file()), None)
