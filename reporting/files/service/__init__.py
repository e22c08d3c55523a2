"""Verbs about files: prove one by opening it, and keep the row of its content."""

from reporting.files.service.inspecting import Inspected, inspect
from reporting.files.service.keeping import Content, keep_row

__all__ = ["Content", "Inspected", "inspect", "keep_row"]
