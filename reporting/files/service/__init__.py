"""Verbs about files: prove one by opening it, have it checked for viruses, and keep the row of its content."""

from reporting.files.service.inspecting import Inspected, inspect
from reporting.files.service.keeping import Content, keep_row, note_scan
from reporting.files.service.scanning import first_scan

__all__ = ["Content", "Inspected", "first_scan", "inspect", "keep_row", "note_scan"]
