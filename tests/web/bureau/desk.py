"""A reporter at their desk: opens the report page, fills in its one form as a browser would, presses a button."""

import html
import io
from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse


class Desk:
    """One person and one report. `press` posts every field of the page's form, those in `typed` with their new words."""

    def __init__(self, app: Any, user: Any, assignment_id: int) -> None:
        self.client = app.test_client().sign_in(user)
        self.url = f"/assignments/{assignment_id}"
        self.page = ""

    def open(self) -> str:
        """The page as it stands now."""
        answer = self.client.get(self.url)
        assert answer.status_code == 200, answer.status
        self.page = answer.text
        return self.page

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the page that was opened, with what stands in them."""
        return fields_of(self.page, "work")

    def press(
        self, where: str = "/text", *, files: dict[str, list[tuple[str, bytes]]] | None = None, **typed: str
    ) -> TestResponse:
        """Press the button that posts to `where`, with files chosen in `files_<slot>` boxes."""
        chosen = {
            f"files_{kind}": [(io.BytesIO(data), name) for name, data in some] for kind, some in (files or {}).items()
        }
        data = {**self.fields, **typed, **chosen}
        data.pop("csrf_token", None)
        answer: TestResponse = self.client.post(self.url + where, data=data, content_type="multipart/form-data")
        if answer.status_code in {200, 409, 422}:
            self.page = answer.text
        return answer


class _Fields(HTMLParser):
    """The fields of one form, with what stands in them."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.found: dict[str, str] = {}
        self._inside = False
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        has = dict(attrs)
        if tag == "form":
            self._inside = has.get("id") == self.form_id
        if not self._inside:
            return
        is_unticked = has.get("type") in {"checkbox", "radio"} and "checked" not in has
        if tag == "input" and has.get("type") != "file" and "name" in has and not is_unticked:
            self.found[has["name"]] = has.get("value") or ""
        elif tag == "textarea":
            self._text = has.get("name")
            self.found[self._text or ""] = ""
        elif tag == "select":
            self._select = has.get("name")
        elif tag == "option" and self._select and ("selected" in has or self._select not in self.found):
            self.found[self._select] = has.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.found[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            # The first line break after the tag belongs to the tag.
            self.found[self._text] = self.found[self._text].replace("\r\n", "\n").removeprefix("\n")
            self._text = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._inside = False


def fields_of(page: str, form_id: str) -> dict[str, str]:
    """Name and value of every field of a form, but for files and buttons."""
    reader = _Fields(form_id)
    reader.feed(page)
    return reader.found


def shown(page: str) -> str:
    """A page's text with its entities read, for looking up sentences."""
    return html.unescape(page)
