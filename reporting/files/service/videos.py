"""Videos: proven by probing the container and decoding the first picture; nothing but the file is opened."""

from pathlib import Path
from typing import IO, Any

import av
from av.error import FFmpegError

from reporting.files.service.reading import Unreadable

# The demuxer is chosen by what was sniffed, so that a playlist can never be followed.
_DEMUXERS = {
    "mp4": "mov",
    "mov": "mov",
    "m4v": "mov",
    "webm": "matroska",
    "mkv": "matroska",
    "avi": "avi",
    "wmv": "asf",
}
_OPTIONS = {
    "protocol_whitelist": "file",
    "probesize": str(16 << 20),
    "analyzeduration": "20000000",
    "enable_drefs": "0",
}
MOST_PIXELS = 8192 * 8192
# Packets looked at before the first picture must have come.
MOST_PACKETS = 2000


def prove(path: Path, code: str) -> dict[str, Any]:
    """Width, height, seconds (None when the file does not say) and codec; raises Unreadable."""
    if _DEMUXERS[code] == "mov":
        with path.open("rb") as file:
            _check_boxes(file)
    try:
        with av.open(f"file:{path}", format=_DEMUXERS[code], options=_OPTIONS, metadata_errors="replace") as container:
            return _facts(container)
    except (FFmpegError, OSError, ValueError, RuntimeError, LookupError) as error:
        raise Unreadable(str(error)) from error


def _facts(container: Any) -> dict[str, Any]:
    if not container.streams.video:
        raise Unreadable("no moving picture in it")
    stream = container.streams.video[0]
    width, height = stream.codec_context.width, stream.codec_context.height
    if not 0 < width * height <= MOST_PIXELS:
        raise Unreadable("an impossible picture size")
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
