"""What is made of a file, when it is tried again, and what plays by itself: truth tables."""

from datetime import timedelta

import pytest

from reporting.files.rules import FORMATS
from reporting.files.rules import renditions as rules
from reporting.files.rules.renditions import Kind

WANTED = {
    "jpg": {"thumb", "screen"},
    "heic": {"thumb", "screen"},
    "mp4": {"poster", "playable"},
    "wmv": {"poster", "playable"},
    "docx": {"preview", "text"},
    "doc": {"preview", "text"},
    "wps": {"preview", "text"},
    "pdf": {"text"},
    "xlsx": {"text"},
    "xls": set(),
    "ofd": set(),
}


@pytest.mark.parametrize("code", WANTED)
def test_what_is_made_of_a_format(code):
    media_type = FORMATS[code].media_type
    assert {str(kind) for kind in Kind if media_type in rules.types_for(kind)} == WANTED[code]
    assert rules.code_of(media_type) == code


@pytest.mark.parametrize(
    ("code", "video", "audio", "pixels", "plays"),
    [
        ("mp4", "h264", "aac", "yuv420p", True),
        ("mov", "h264", None, "yuvj420p", True),
        ("m4v", "h264", "aac", None, True),
        ("mp4", "h264", "aac", "yuv420p10le", False),
        ("mp4", "h264", "ac3", "yuv420p", False),
        ("mp4", "hevc", "aac", "yuv420p", False),
        ("mov", "mpeg4", "aac", "yuv420p", False),
        ("mkv", "h264", "aac", "yuv420p", False),
        ("avi", "h264", "aac", "yuv420p", False),
        ("wmv", "wmv2", "wmav2", "yuv420p", False),
        ("webm", "vp8", "vorbis", "yuv420p", True),
        ("webm", "vp9", "opus", "yuv420p", True),
        ("webm", "av1", None, "yuv420p", True),
        ("webm", "h264", "opus", "yuv420p", False),
        ("mp4", None, None, None, False),
    ],
)
def test_what_plays_by_itself(code, video, audio, pixels, plays):
    assert rules.plays_in_browser(code, video, audio=audio, pixels=pixels) is plays


def test_pauses_grow_and_then_it_is_given_up():
    pauses = [rules.pause_after(attempts) for attempts in range(1, rules.MOST_ATTEMPTS + 1)]
    assert pauses == [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), None]


def test_both_sizes_of_a_photo_come_from_one_decoding():
    assert rules.made_together(Kind.SCREEN) == (Kind.THUMB, Kind.SCREEN)
    assert rules.made_together(Kind.PLAYABLE) == (Kind.PLAYABLE,)
    assert set(rules.ORDER) == set(Kind)
