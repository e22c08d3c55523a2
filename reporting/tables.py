"""Imports every room's models once, so that the metadata is whole before anything asks for it."""

from importlib import import_module

ROOMS_WITH_TABLES = (
    "audit",
    "workdays",
    "outbox",
    "accounts",
    "bureaus",
    "campaigns",
    "files",
    "uploads",
    "reports",
    "receipts",
    "reviews",
    "tracking",
    "reminders",
)


def load() -> None:
    """Import the models of all rooms."""
    for room in ROOMS_WITH_TABLES:
        import_module(f"reporting.{room}.models")
