"""A reporter of Hebei who sends files by tus, and the same as a client without a page."""

import base64
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.cast import Cast, make_cast

BODY_TYPE = "application/offset+octet-stream"


def encoded(**told: str) -> str:
    """Upload-Metadata as a client writes it."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())


class Tus:
    """One sender. Every method gives the answer; `headers` replace or add, None takes one away."""

    def __init__(self, client: Any, slots: str) -> None:
        self.client = client
        self.slots = slots

    def create(
        self, length: int | None, kind: str = "summary", *, body: bytes = b"", headers: Any = None, **told: str
    ) -> TestResponse:
        sent = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": None if length is None else str(length),
            "Upload-Metadata": encoded(**told),
            "X-CSRFToken": self.token(),
            "Content-Type": BODY_TYPE if body else None,
        }
        return self.client.post(
            f"{self.slots}/{kind}/uploads", data=body, headers=_merged(sent, headers), csrf=False
        )

    def patch(self, address: str, offset: Any, body: bytes, headers: Any = None, method: str = "PATCH") -> TestResponse:
        sent = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": BODY_TYPE}
        return self.client.open(address, method=method, data=body, headers=_merged(sent, headers), csrf=False)

    def head(self, address: str, headers: Any = None) -> TestResponse:
        return self.client.head(address, headers=_merged({"Tus-Resumable": "1.0.0"}, headers))

    def delete(self, address: str, headers: Any = None) -> TestResponse:
        return self.client.delete(address, headers=_merged({"Tus-Resumable": "1.0.0"}, headers), csrf=False)

    def listed(self, kind: str = "summary") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(f"{self.slots}/{kind}/uploads").json["uploads"]
        return found

    def token(self) -> str:
        """The form token of a page, which a page's script sends in a header."""
        kwargs: dict[str, Any] = {}
        self.client._add_csrf_token(kwargs)
        return str(kwargs["data"]["csrf_token"])


def _merged(sent: dict[str, Any], over: Any) -> dict[str, str]:
    return {name: value for name, value in {**sent, **(over or {})}.items() if value is not None}


@pytest.fixture
def cast(app) -> Cast:
    return make_cast()


@pytest.fixture
def tus(app, client, cast) -> Tus:
    """Hebei's reporter at the slots of Hebei's report."""
    return Tus(client.sign_in(cast.user("Q-HE")), f"/assignments/{cast.assignment('Q-HE').id}/slots")
