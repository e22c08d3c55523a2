"""Videos: proven by probing the container and decoding the first picture; nothing but the file is opened."""

import os
from collections.abc import Mapping
from typing import IO, Any

import av
from av.error import FFmpegError

from reporting.files.service import demuxing
from reporting.files.service.reading import Unreadable

# 8K, as the largest phones record it.
MOST_PIXELS = 8192 * 4320
MOST_STREAMS = 32
# Packets looked at before the first picture must have come.
MOST_PACKETS = 2000


def look(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The task of the child: prove the video that lies behind a descriptor."""
    with os.fdopen(arguments["files"]["content"], "rb") as file:
        return prove(file, arguments["code"])


def prove(file: IO[bytes], code: str) -> dict[str, Any]:
    """Width, height, seconds (None when the file does not say) and codec; raises Unreadable."""
    demuxer = demuxing.DEMUXERS[code]
    if demuxer == "mov":
        _check_boxes(file)
    file.seek(0)
    try:
        with av.open(file, format=demuxer, options=demuxing.options("none"), metadata_errors="replace") as container:
            return _facts(container)
    except (FFmpegError, OSError, ValueError, RuntimeError, LookupError, ArithmeticError, TypeError) as error:
        raise Unreadable(str(error)) from error


def _facts(container: Any) -> dict[str, Any]:
    if len(container.streams) > MOST_STREAMS:
        raise Unreadable("too many streams")
    if not container.streams.video:
        raise Unreadable("no moving picture in it")
    stream = container.streams.video[0]
    width, height = stream.codec_context.width, stream.codec_context.height
    if not 0 < width * height <= MOST_PIXELS:
        raise Unreadable("an impossible picture size")
    # A thread each would keep a picture each.
    stream.codec_context.thread_count = 1
    _decode_first(container, stream)
    return {
        "width": width,
        "height": height,
        "seconds": _seconds(container, stream),
        "codec": stream.codec_context.name,
    }


def _decode_first(container: Any, stream: Any) -> None:
    for number, packet in enumerate(container.demux(stream)):
        if packet.decode():
            return
        if number > MOST_PACKETS:
            break
    raise Unreadable("no picture can be decoded")


def _seconds(container: Any, stream: Any) -> float | None:
    """A recording that a browser streamed does not know its own length."""
    if container.duration:
        return round(int(container.duration) / int(av.time_base), 1)
    if stream.duration and stream.time_base:
        return round(float(stream.duration * stream.time_base), 1)
    return None


def _check_boxes(file: IO[bytes]) -> None:
    """The outermost boxes fill the file: a copy that broke off has one that points beyond the end."""
    size = file.seek(0, 2)
    at = 0
    while at + 8 <= size:
        file.seek(at)
        header = file.read(16)
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length == 0:
            return
        if length < 8 or at + length > size:
            raise Unreadable("the file breaks off")
        at += length
