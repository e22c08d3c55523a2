"""Films: their first picture worth showing, and a copy that every browser plays when the original is none.

Runs in a child.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
from av.error import FFmpegError
from PIL import Image

from reporting.files.service import demuxing

_CLOCK = Fraction(1, 90_000)
POSTER_SIDE = 1280
LONG_SIDE, SHORT_SIDE = 1280, 720
SOUND_RATE = 48_000
MOST_EARLY = 4000


def _open(arguments: dict[str, Any]) -> Any:
    source, container = f"file:{arguments['source']}", demuxing.DEMUXERS[arguments["code"]]
    return av.open(source, format=container, options=demuxing.options("file"), metadata_errors="replace")


def make_poster(arguments: dict[str, Any]) -> dict[str, Any]:
    """A picture from a tenth of the way in, upright, and the facts of the film."""
    with _open(arguments) as film:
        stream = film.streams.video[0]
        facts = _facts(film, stream)
        frame = _frame_near(film, stream, (facts["seconds"] or 0) / 10)
        picture = frame.to_image()
        if turn := _quarter_turns(frame):
            picture = picture.rotate(90 * turn, expand=True)
    picture.thumbnail((POSTER_SIDE, POSTER_SIDE), Image.Resampling.LANCZOS)
    path = Path(arguments["folder"]) / "poster.jpg"
    picture.convert("RGB").save(path, "JPEG", quality=80, optimize=True)
    shape = {"width": picture.width, "height": picture.height}
    return {"poster": {"file": path.name, "media_type": "image/jpeg", "facts": {**facts, **shape}}}


def _frame_near(film: Any, stream: Any, seconds: float) -> Any:
    """The key frame before a moment; where nothing can be found there, the very first frame."""
    stream.thread_type = "AUTO"
    if seconds > 1:
        try:
            film.seek(int(seconds / stream.time_base), stream=stream)
            return next(film.decode(stream))
        except (FFmpegError, StopIteration, OverflowError):
            film.seek(0)
    try:
        return next(film.decode(stream))
    except StopIteration:
        raise ValueError("no picture can be decoded") from None


def _facts(film: Any, stream: Any) -> dict[str, Any]:
    sound = film.streams.audio[0] if film.streams.audio else None
    seconds = round(int(film.duration) / int(av.time_base), 1) if film.duration else None
    return {
        "seconds": seconds,
        "frame_width": stream.codec_context.width,
        "frame_height": stream.codec_context.height,
        "video_codec": stream.codec_context.codec.canonical_name,
        "audio_codec": None if sound is None else sound.codec_context.codec.canonical_name,
        "pixels": stream.codec_context.pix_fmt,
    }


def _quarter_turns(frame: Any) -> int:
    """By how many quarters, counter-clockwise, the picture is to be turned to stand upright."""
    turns: int = round(frame.rotation / 90) % 4
    return turns


def probe(arguments: dict[str, Any]) -> dict[str, Any]:
    """The facts of a film: its length, size, and how picture and sound are coded."""
    with _open(arguments) as film:
        return _facts(film, film.streams.video[0])


def make_playable(arguments: dict[str, Any]) -> dict[str, Any]:
    """An MP4 with its index in front; `repack` moves picture and sound over as they are, else they are coded anew."""
    path = Path(arguments["folder"]) / "playable.mp4"
    with _open(arguments) as film, av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as copy:
        if arguments["repack"]:
            _repack(film, copy)
        else:
            _Transcoding(film, copy).run()
    with av.open(str(path), format="mov") as made:
        facts = _facts(made, made.streams.video[0])
    return {"playable": {"file": path.name, "media_type": "video/mp4", "facts": facts}}


def _repack(film: Any, copy: Any) -> None:
    streams = [film.streams.video[0], *film.streams.audio[:1]]
    into = {stream.index: copy.add_stream_from_template(stream) for stream in streams}
    waiting: dict[int, list[Any]] = {stream.index: [] for stream in streams}
    for packet in film.demux(streams):
        # The demuxer ends each stream with an empty packet.
        if packet.size == 0:
            continue
        index = packet.stream.index
        if packet.dts is None and len(waiting[index]) < MOST_EARLY:
            waiting[index].append(packet)
            continue
        for one in [*_dated(waiting[index], packet), packet]:
            one.stream = into[index]
            copy.mux(one)
        waiting[index] = []


def _dated(early: list[Any], first: Any) -> list[Any]:
    """The packets before the first that says when it is decoded: a Matroska file leaves it out for as many as are
    pictures held back, the key frame among them.
    """
    for place, packet in enumerate(reversed(early), start=1):
        packet.dts = first.dts - place * max(first.duration or 1, 1)
    return early


class _Transcoding:
    """One film on its way into H.264 and AAC."""

    def __init__(self, film: Any, copy: Any) -> None:
        self._film, self._copy = film, copy
        self._picture = film.streams.video[0]
        self._picture.thread_type = "AUTO"
        self._sound = film.streams.audio[0] if film.streams.audio else None
        self._filter: Any = None
        self._video: Any = None
        self._last_pts = -1
        # Sound that comes before the first picture: the copy's list of streams is closed by its first packet.
        self._early: list[Any] = []
        self._audio = copy.add_stream("aac", rate=SOUND_RATE) if self._sound else None
        if self._audio:
            self._audio.codec_context.layout = "stereo"
            self._audio.codec_context.bit_rate = 128_000
        self._resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE)

    def run(self) -> None:
        """Read the film to its end; a packet that cannot be decoded is passed over, as every player does."""
        streams = [stream for stream in (self._picture, self._sound) if stream is not None]
        for packet in self._film.demux(streams):
            try:
                frames = packet.decode()
            except FFmpegError:
                continue
            for frame in frames:
                if packet.stream is self._picture:
                    self._take_picture(frame)
                else:
                    self._take_sound(frame)
        self._end()

    def _take_picture(self, frame: Any) -> None:
        if frame.pts is None:
            return
        if self._filter is None:
            self._filter = _upright_and_small(self._picture, frame)
            self._begin_video(frame)
            for sound in self._early:
                self._take_sound(sound)
            self._early.clear()
        self._filter.push(frame)
        self._encode_filtered()

    def _begin_video(self, frame: Any) -> None:
        width, height = _small(frame.width, frame.height, turned=_quarter_turns(frame) % 2 == 1)
        self._video = self._copy.add_stream("libx264", rate=30)
        context = self._video.codec_context
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        # Phones film at a rate that changes: each picture keeps its own moment.
        context.time_base = _CLOCK
        context.options = {"preset": "veryfast", "crf": "23", "profile": "high"}
        context.thread_count = 1

    def _encode_filtered(self) -> None:
        while True:
            try:
                frame = self._filter.pull()
            except (BlockingIOError, av.error.EOFError):
                return
            frame.pts = round(frame.pts * frame.time_base / _CLOCK)
            frame.time_base = _CLOCK
            frame.pict_type = 0
            if frame.pts > self._last_pts:
                self._last_pts = frame.pts
                self._copy.mux(self._video.encode(frame))

    def _take_sound(self, frame: Any) -> None:
        if self._audio is None:
            return
        if self._video is None:
            if len(self._early) >= MOST_EARLY:
                raise ValueError("the pictures do not begin")
            self._early.append(frame)
        else:
            for piece in self._resampler.resample(frame):
                self._copy.mux(self._audio.encode(piece))

    def _end(self) -> None:
        if self._filter is None or self._video is None:
            raise ValueError("no picture can be decoded")
        self._filter.push(None)
        self._encode_filtered()
        self._copy.mux(self._video.encode(None))
        if self._audio is not None:
            for piece in self._resampler.resample(None):
                self._copy.mux(self._audio.encode(piece))
            self._copy.mux(self._audio.encode(None))


def _small(width: int, height: int, *, turned: bool) -> tuple[int, int]:
    """The size of the copy in even numbers, upright: at most 720p, standing or lying, and never larger than it was."""
    if turned:
        width, height = height, width
    scale = min(1.0, LONG_SIDE / max(width, height), SHORT_SIDE / min(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _upright_and_small(stream: Any, frame: Any) -> Any:
    turns = _quarter_turns(frame)
    width, height = _small(frame.width, frame.height, turned=turns % 2 == 1)
    graph = av.filter.Graph()
    nodes = [graph.add_buffer(template=stream, time_base=stream.time_base)]
    nodes += [graph.add("transpose", "cclock") for _ in range(turns)]
    nodes += [graph.add("scale", f"{width}:{height}"), graph.add("setsar", "1"), graph.add("format", "yuv420p")]
    nodes.append(graph.add("buffersink"))
    graph.link_nodes(*nodes).configure()
    return graph
