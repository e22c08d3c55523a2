"""Verbs about files: prove one by opening it, keep the row of its content, and prepare what people look at."""

from reporting.files.service.inspecting import Inspected, inspect
from reporting.files.service.keeping import Content, keep_row
from reporting.files.service.preparing import (
    Made,
    Work,
    claim_rendition,
    mark_failed,
    mark_made,
    plan_renditions,
    release_stale,
    renew_lease,
    try_again,
)
from reporting.files.service.rendering import CannotRender, Rendered, render

__all__ = [
    "CannotRender",
    "Content",
    "Inspected",
    "Made",
    "Rendered",
    "Work",
    "claim_rendition",
    "inspect",
    "keep_row",
    "mark_failed",
    "mark_made",
    "plan_renditions",
    "release_stale",
    "render",
    "renew_lease",
    "try_again",
]
