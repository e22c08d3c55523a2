"""How a receipt is numbered."""


def number(year: int, count: int) -> str:
    """The number of the `count`-th receipt of a campaign year: BS-2014-000123."""
    return f"BS-{year}-{count:06d}"
