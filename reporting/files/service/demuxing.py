"""How a film is opened, at the door as in the making: its demuxer is chosen by us, and nothing but the file is read."""

# By what was found in the file, so that a playlist can never be followed.
DEMUXERS = {
    "mp4": "mov",
    "mov": "mov",
    "m4v": "mov",
    "webm": "matroska",
    "mkv": "matroska",
    "avi": "avi",
    "wmv": "asf",
}


def options(protocols: str) -> dict[str, str]:
    """What FFmpeg is told; `protocols` are the ways by which it may read: "file" by a path, "none" from what is open."""
    return {
        "protocol_whitelist": protocols,
        "probesize": str(16 << 20),
        "analyzeduration": "20000000",
        # Or a film could name other files to read its pictures from.
        "enable_drefs": "0",
    }
