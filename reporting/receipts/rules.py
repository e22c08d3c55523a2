"""How a receipt is numbered."""


def number(year: int, count: int) -> str:
    """The number of the `count`-th receipt of a campaign year: BS-2014-000123."""
    return f"BS-{year}-{count:06d}"


def timing(*, late_seconds: int, came_late: bool) -> str:
    """What a receipt says of a round's time: `on_time`, `late` when something first came in late with it, else `revision`.

    A revision after the due, of what had come in before, is no late hand-in.
    """
    if not late_seconds:
        return "on_time"
    return "late" if came_late else "revision"
