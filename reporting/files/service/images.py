"""Photos: proven by decoding every pixel once, within a limit, one picture at a time in a process."""

import re
import threading
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image, UnidentifiedImageError

from reporting.core.errors import Reason, Refused
from reporting.files.service.reading import Unreadable

MOST_PIXELS = 100_000_000
_DECODERS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}
# A JPEG is decoded at an eighth of its size: every coefficient is read, a sixty-fourth of the memory is used.
_SCALE = 8

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = MOST_PIXELS

# A decoded picture of 100 megapixels takes 300 MB; several at once would take the whole machine.
_one_picture = threading.Lock()


def prove(path: Path, code: str, name: str) -> dict[str, Any]:
    """Width and height as facts; raises Unreadable, or Refused when it has more pixels than we open."""
    try:
        with _one_picture, Image.open(path, formats=(_DECODERS[code],)) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise _too_many(name, width * height)
            picture.draft("RGB", (width // _SCALE + 1, height // _SCALE + 1))
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(name, int(re.findall(r"\d+", str(error))[0])) from error
    # Decoders of hostile pictures raise whatever they stumble over.
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, RuntimeError, TypeError) as error:
        raise Unreadable(str(error)) from error
    except (ArithmeticError, LookupError, AttributeError, MemoryError) as error:
        raise Unreadable(str(error)) from error
    return {"width": width, "height": height}


def _too_many(name: str, pixels: int) -> Refused:
    return Refused(Reason.of("image_too_many_pixels", name=name, pixels=pixels, limit=MOST_PIXELS))
