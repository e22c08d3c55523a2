"""One XML part of a package, read by expat: no document type, no entities, nothing that reaches out or acts."""

from typing import IO
from xml.parsers import expat

from reporting.files import rules
from reporting.files.service.reading import Unfit, Unreadable

MOST_BYTES = 64 << 20
_STEP = 1 << 16
_BLANK = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


def is_markup(head: bytes) -> bool:
    """Whether a member begins as XML does, in any encoding."""
    return head.lstrip(_BLANK)[:1] == b"<"


def check(part: IO[bytes]) -> int:
    """Read one part to its end and give its length; raises Unreadable or Unfit."""
    reader = _Reader()
    seen = 0
    try:
        while block := part.read(_STEP):
            seen += len(block)
            if seen > MOST_BYTES:
                raise Unreadable("an XML part is too large")
            reader.parser.Parse(block, False)
        reader.parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable(f"an XML part is broken: {error}") from error
    reader.finish()
    return seen


class _Reader:
    """Looks at the elements on their way, and keeps nothing but the field codes."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._in_field = False
        self._field: list[str] = []

    def _refuse(self, *_facts: object) -> int:
        raise Unreadable("an XML part declares a document type or an entity")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(":")[2]
        if element == "Relationship":
            _check_relationship(attributes)
        elif element in {"Default", "Override"}:
            _check_type(attributes.get("ContentType", ""))
        elif element in {"ddeLink", "oleLink"}:
            raise Unfit("document_reaches_out")
        elif element == "fldSimple":
            _check_field(next((value for key, value in attributes.items() if key.endswith("instr")), ""))
        elif element == "fldChar":
            # A field's code may stand in pieces; those of two fields are kept apart.
            self._field.append("\x13")
        self._in_field = element == "instrText"

    def _end(self, _name: str) -> None:
        self._in_field = False

    def _text(self, text: str) -> None:
        if self._in_field:
            self._field.append(text)

    def finish(self) -> None:
        """Look at the field codes once all pieces are there."""
        _check_field("".join(self._field))


def _check_relationship(attributes: dict[str, str]) -> None:
    kind = attributes.get("Type", "")
    _check_type(kind)
    is_external = attributes.get("TargetMode", "").strip().lower() == "external"
    if is_external and rules.reaches_out(kind.rpartition("/")[2], attributes.get("Target", "")):
        raise Unfit("document_reaches_out")


def _check_type(declared: str) -> None:
    if rules.declares_macros(declared):
        raise Unfit("document_has_macros")
    if rules.declares_foreign(declared):
        raise Unfit("document_embeds_program")


def _check_field(code: str) -> None:
    if rules.is_command(code):
        raise Unfit("document_reaches_out")
