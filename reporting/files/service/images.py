"""Photos: proven by decoding every pixel of the first frame once, within limits, in a child."""

import os
import re
import warnings
from collections.abc import Mapping
from typing import IO, Any

import pillow_heif
from PIL import Image

from reporting.files.service.reading import Unfit, Unreadable

MOST_FRAMES = 500
# How many pixels fit into the memory of a child: a JPEG is decoded at an eighth of its size, unless it is progressive
# (6 bytes a pixel before any scaling); WebP takes 16 bytes a pixel, PNG 4, HEIC 5.
MOST_PIXELS = {"jpg": 100_000_000, "png": 50_000_000, "webp": 14_000_000, "heic": 50_000_000}
MOST_PROGRESSIVE = 40_000_000
_DECODERS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
# Every coefficient of a JPEG is read, and a sixty-fourth of the memory is used.
_SCALE = 8

pillow_heif.options.DECODE_THREADS = 1
pillow_heif.options.THUMBNAILS = False
Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())
# What Pillow only warns of is a refusal here.
warnings.simplefilter("error", Image.DecompressionBombWarning)


def look(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The task of the child: prove the photo that lies behind a descriptor."""
    with os.fdopen(arguments["files"]["content"], "rb") as file:
        return prove(file, arguments["code"])


def prove(file: IO[bytes], code: str) -> dict[str, Any]:
    """Width and height as facts; raises Unreadable, or Unfit when it has more pixels or frames than we open."""
    try:
        return _decode_heic(file) if code == "heic" else _decode(file, code)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(int(re.findall(r"\d+", str(error))[0]), MOST_PIXELS[code]) from error
    except Unfit:
        raise
    except Exception as error:  # decoders of hostile pictures raise whatever they stumble over
        raise Unreadable(f"{type(error).__name__} {error}") from error


def _decode(file: IO[bytes], code: str) -> dict[str, Any]:
    with Image.open(file, formats=(_DECODERS[code],)) as picture:
        width, height = picture.size
        _check_pixels(width, height, MOST_PROGRESSIVE if "progressive" in picture.info else MOST_PIXELS[code])
        _check_frames(int(getattr(picture, "n_frames", 1)))
        picture.draft("RGB", (width // _SCALE + 1, height // _SCALE + 1))
        picture.load()
    return {"width": width, "height": height}


def _decode_heic(file: IO[bytes]) -> dict[str, Any]:
    """Without Pillow, whose own copy of the pixels would take as much memory again."""
    found = pillow_heif.open_heif(file)
    _check_frames(len(found))
    picture = found[found.primary_index]
    width, height = picture.size
    _check_pixels(width, height, MOST_PIXELS["heic"])
    if not len(picture.data):
        raise Unreadable("no pixels")
    return {"width": width, "height": height}


def _check_pixels(width: int, height: int, limit: int) -> None:
    if width * height > limit:
        raise _too_many(width * height, limit)


def _check_frames(count: int) -> None:
    if count > MOST_FRAMES:
        raise Unfit("image_too_many_frames", frames=count, limit=MOST_FRAMES)


def _too_many(pixels: int, limit: int) -> Unfit:
    return Unfit("image_too_many_pixels", pixels=pixels, limit=limit)
