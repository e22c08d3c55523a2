"""A posted file or a pasted table becomes a sheet; what was shown is bound to what is then confirmed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from flask import request
from itsdangerous import BadData, URLSafeTimedSerializer

from reporting.bureaus import service as bureaus
from reporting.core.errors import Reason, Refused
from reporting.core.kit import kit
from reporting.files import service as files
from reporting.web.guards import person
from reporting.web.streaming import staged

Row = TypeVar("Row")

# Long enough to walk to a colleague with the question, short enough that the register is still the one that was shown.
VALID_SECONDS = 4 * 3600
# A form may hold 2 MB of text; this leaves room for the rest of it.
MOST_SIGNED = 1_500_000
MOST_BYTES = 7 << 20


def posted_sheet() -> bureaus.Sheet:
    """The table that was posted as the file `sheet` or pasted as the text `pasted`.

    Raises Refused when there is none, or it cannot be read.
    """
    found = staged(request.files.getlist("sheet"))
    if not found:
        pasted = request.form.get("pasted", "")
        if not pasted.strip():
            raise Refused(Reason.of("no_sheet"))
        return bureaus.read_text(pasted)
    staging, name = found[0]
    staging.seek(0)
    head = staging.read(4) or b""
    if name.lower().endswith((".xlsx", ".xls", ".xlsm")) or head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _workbook(staging, name)
    staging.seek(0)
    return bureaus.read_csv(staging.readall())


def _workbook(staging: Any, name: str) -> bureaus.Sheet:
    """A workbook is proven before it is opened: its package could unpack to anything."""
    shown = name if name.lower().endswith(".xlsx") else f"{name}.xlsx"
    try:
        files.inspect(staging.path, shown, allowed=["xlsx"], max_bytes=MOST_BYTES)
    except Refused as refused:
        raise Refused(Reason.of("workbook_unreadable")) from refused
    return bureaus.read_xlsx(staging.path)


def sign(kind: str, place: int, rows: Sequence[Any], mark: str) -> str:
    """What was shown, as a text that comes back unchanged or not at all: the reader, the place, the rows, the plan.

    Raises Refused when it is too much for a form.
    """
    told = {"who": person().id, "place": place, "mark": mark, "rows": [list(asdict(row).values()) for row in rows]}
    signed: Any = _signer(kind).dumps(told)
    if len(signed) > MOST_SIGNED:
        raise Refused(Reason.of("sheet_too_large", most=2000))
    return str(signed)


def signed_rows(kind: str, row_type: type[Row]) -> tuple[int, list[Row], str]:
    """The place, the rows and the plan's mark that the reader confirms; raises Refused for anything not shown to them."""
    try:
        told = _signer(kind).loads(request.form.get("shown", ""), max_age=VALID_SECONDS)
    except BadData as error:
        raise Refused(Reason.of("confirmation_lost")) from error
    if told["who"] != person().id:
        raise Refused(Reason.of("confirmation_lost"))
    return told["place"], [row_type(*_tuples(values)) for values in told["rows"]], told["mark"]


def _tuples(values: list[Any]) -> list[Any]:
    return [tuple(value) if isinstance(value, list) else value for value in values]


def _signer(kind: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(kit().settings.secret_key, salt=f"shown-{kind}")
