"""Verbs about files: prove one by opening it, have it checked for viruses, keep its row, prepare what people look at."""

from reporting.files.service.inspecting import Inspected, inspect
from reporting.files.service.keeping import Content, keep_row, note_scan
from reporting.files.service.leash import end_makers
from reporting.files.service.preparing import (
    Made,
    Work,
    claim_rendition,
    make_again,
    mark_failed,
    mark_made,
    plan_renditions,
    put_back,
    release_stale,
    renew_lease,
    try_again,
)
from reporting.files.service.rendering import CannotRender, Rendered, render
from reporting.files.service.scanning import first_scan

__all__ = [
    "CannotRender",
    "Content",
    "Inspected",
    "Made",
    "Rendered",
    "Work",
    "claim_rendition",
    "end_makers",
    "first_scan",
    "inspect",
    "keep_row",
    "make_again",
    "mark_failed",
    "mark_made",
    "note_scan",
    "plan_renditions",
    "put_back",
    "release_stale",
    "render",
    "renew_lease",
    "try_again",
]
