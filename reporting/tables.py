"""Imports every model once, the floor's and every room's, so that the metadata is whole before anything asks for it."""

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
FLOOR_WITH_TABLES = ("lease", "pulse")


def load() -> None:
    """Import the models of the floor and of all rooms."""
    for part in FLOOR_WITH_TABLES:
        import_module(f"reporting.core.{part}")
    for room in ROOMS_WITH_TABLES:
        import_module(f"reporting.{room}.models")
