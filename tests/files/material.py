"""Files of every format that tests hand in: real ones, and ones that only pretend."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache

import av
import openpyxl
from PIL import Image

from reporting import demo_material

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@lru_cache
def docx() -> bytes:
    return demo_material.make_docx("质量月活动总结", ["一、高度重视，精心组织。", "二、突出重点，成效明显。"])


@lru_cache
def xlsx() -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["单位", "场次"])
    book.save(target)
    return target.getvalue()


@lru_cache
def picture(form: str, size: tuple[int, int] = (64, 48)) -> bytes:
    target = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(target, form)
    return target.getvalue()


@lru_cache
def heic() -> bytes:
    return demo_material.make_heic(1, "启动仪式", size=(320, 240))


@lru_cache
def video(container: str, codec: str = "libx264", pixel_format: str = "yuv420p") -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format=container) as film:
        stream = film.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixel_format
        for shade in range(0, 200, 20):
            film.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", (64, 48), (shade, shade, 40)))))
        film.mux(stream.encode(None))
    return target.getvalue()


@lru_cache
def sound_only() -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as film:
        stream = film.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.sample_rate = 44100
        film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return target.getvalue()


def package(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return target.getvalue()


def word_package(**more: bytes | str) -> dict[str, bytes | str]:
    return {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>", **more}


def ofd() -> bytes:
    return package(
        {
            "OFD.xml": '<?xml version="1.0"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>',
            "Doc_0/Document.xml": "<a/>",
        }
    )


def compound(names: Sequence[str]) -> bytes:
    """A small OLE2 file with one empty stream for each name: header, one table sector, the directory."""
    entries = b"".join(_entry(name) for name in names)
    count = max(1, -(-len(entries) // SECTOR))
    directory = entries.ljust(count * SECTOR, b"\x00")
    chain = [TABLE] + [number + 2 for number in range(count - 1)] + [END]
    table = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    return header(first_directory=1) + table + directory


def header(*, first_directory: int, shift: int = 9, table: int = 0) -> bytes:
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, shift, 6)
    middle = bytes(6) + struct.pack("<IIIIIIIII", 0, 1, first_directory, 0, 4096, END, 0, END, 0)
    return start + middle + struct.pack("<109I", table, *[FREE] * 108)


def _entry(name: str) -> bytes:
    encoded = name.encode("utf-16-le") + b"\x00\x00"
    return (
        encoded.ljust(64, b"\x00")
        + struct.pack("<HBB", len(encoded), 2, 1)
        + struct.pack("<III", FREE, FREE, FREE)
        + bytes(48)
    )
