"""Films of every kind that bureaus send, made here: picture and sound, in the coding and the box that is asked for."""

import io
from fractions import Fraction
from functools import lru_cache

import av
from PIL import Image

RATE = 10
SOUND_RATE = 44_100
_SAMPLES = {"libmp3lame": 1152, "wmav2": 2048, "aac": 1024}


@lru_cache
def film(
    box: str, picture: str, sound: str | None = None, *, seconds: int = 2, size: tuple[int, int] = (320, 240)
) -> bytes:
    """A film whose colour changes with the time; `box`, `picture` and `sound` are names of FFmpeg."""
    target = io.BytesIO()
    with av.open(target, "w", format=box) as made:
        stream = made.add_stream(picture, rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        if picture == "libx265":
            stream.codec_context.options = {"x265-params": "log-level=none"}
        heard = made.add_stream(sound, rate=SOUND_RATE) if sound else None
        if heard:
            heard.codec_context.layout, heard.codec_context.bit_rate = "stereo", 128_000
        for number in range(seconds * RATE):
            shade = 255 * number // (seconds * RATE)
            made.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", size, (shade, 90, 40)))))
        for piece in _silence(sound, seconds) if heard and sound else []:
            made.mux(heard.encode(piece))
        for one in filter(None, (stream, heard)):
            made.mux(one.encode(None))
    return target.getvalue()


@lru_cache
def noise(box: str, *, seconds: int, size: tuple[int, int]) -> bytes:
    """A film in H.264 that is large for its length, because nothing in it can be packed."""
    target = io.BytesIO()
    with av.open(target, "w", format=box) as made:
        stream = made.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast", "crf": "12"}
        for _number in range(seconds * RATE):
            made.mux(stream.encode(av.VideoFrame.from_image(Image.effect_noise(size, 90).convert("RGB"))))
        made.mux(stream.encode(None))
    return target.getvalue()


def _silence(sound: str, seconds: int):
    samples = _SAMPLES[sound]
    for number in range(seconds * SOUND_RATE // samples):
        piece = av.AudioFrame(format="s16p" if sound == "libmp3lame" else "fltp", layout="stereo", samples=samples)
        for plane in piece.planes:
            plane.update(bytes(plane.buffer_size))
        piece.sample_rate, piece.pts, piece.time_base = SOUND_RATE, number * samples, Fraction(1, SOUND_RATE)
        yield piece
