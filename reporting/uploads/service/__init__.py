"""Files come in: whole by a form, or by and by over a line that breaks; one file of verbs for each step."""

from reporting.uploads.service.beginning import begin, describe, end, expire, hold_room, mark_refused, mark_taken, told
from reporting.uploads.service.moving import advance, found_on_disk
from reporting.uploads.service.proving import keep_whole
from reporting.uploads.service.receiving import Batch, Limits, Received, receive, receive_all

__all__ = [
    "Batch",
    "Limits",
    "Received",
    "advance",
    "begin",
    "describe",
    "end",
    "expire",
    "found_on_disk",
    "hold_room",
    "keep_whole",
    "mark_refused",
    "mark_taken",
    "receive",
    "receive_all",
    "told",
]
