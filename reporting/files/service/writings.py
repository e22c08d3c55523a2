"""Documents: their words for looking things up, and a page of plain HTML for looking at a Word document.

Runs in a child and imports nothing of ours.
"""

import base64
import io
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

# A page may have so many pictures of so many pixels; what is beyond stays in the original.
MOST_PICTURES = 40
MOST_PIXELS = 40_000_000
PICTURE_SIDE = 900
MOST_HTML = 6 << 20
MOST_ROWS = 20_000
MOST_PAGES = 400

_TAGS = {
    *("p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "u", "s", "sub", "sup", "blockquote"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "img", "hr", "pre"),
}
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "img": {"src", "alt"}, "ol": {"start"}}
_STYLE = (
    'body{margin:0 auto;padding:24px 28px;max-width:46em;color:#1b2733;background:#fff;font:16px/1.75 "PingFang SC",'
    '"Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif;overflow-wrap:anywhere}'
    "h1,h2,h3,h4{line-height:1.4;font-weight:600}img{max-width:100%;height:auto}"
    "table{border-collapse:collapse;max-width:100%}td,th{border:1px solid #9aa7b4;padding:4px 8px;vertical-align:top}"
)


def make_preview(arguments: dict[str, Any]) -> dict[str, Any]:
    """A Word document as one page of HTML in which nothing can run, load or lead anywhere."""
    import mammoth
    import nh3

    pictures = _Pictures()
    with Path(arguments["source"]).open("rb") as file:
        told = mammoth.convert_to_html(file, convert_image=mammoth.images.img_element(pictures.take)).value
    clean = nh3.clean(
        told,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"data"},
        attribute_filter=_only_our_pictures,
        link_rel=None,
    )
    page = _page(clean, arguments.get("title", ""))
    if len(page) > MOST_HTML:
        raise ValueError("the page is too long to be shown")
    path = Path(arguments["folder"]) / "preview.html"
    path.write_bytes(page)
    return {"preview": {"file": path.name, "media_type": "text/html", "facts": {"left_out": pictures.left_out}}}


def _page(body: str, title: str) -> bytes:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f"<!doctype html><html><head>{head}<style>{_STYLE}</style></head><body>{body}</body></html>".encode()


def _only_our_pictures(tag: str, attribute: str, value: str) -> str | None:
    """An address is a picture which this very program has just written."""
    if (tag, attribute) == ("img", "src") and not value.startswith("data:image/jpeg;base64,"):
        return None
    return value


class _Pictures:
    """The pictures of one document, each decoded and written anew; what cannot be is left out and counted."""

    def __init__(self) -> None:
        self._seen = 0
        self.left_out = 0

    def take(self, image: Any) -> dict[str, str]:
        """The attributes of one picture."""
        self._seen += 1
        try:
            if self._seen > MOST_PICTURES:
                raise ValueError("too many pictures")
            with image.open() as file:
                data = _small_jpeg(file.read(32 << 20))
        except (OSError, ValueError, KeyError, SyntaxError):
            self.left_out += 1
            return {"src": "", "alt": ""}
        return {"src": "data:image/jpeg;base64," + base64.b64encode(data).decode()}


def _small_jpeg(data: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "BMP")) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        layer = picture.convert("RGBA")
    flat = Image.new("RGB", layer.size, (255, 255, 255))
    flat.paste(layer, mask=layer.getchannel("A"))
    flat.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    target = io.BytesIO()
    flat.save(target, "JPEG", quality=80)
    return target.getvalue()


def make_text(arguments: dict[str, Any]) -> dict[str, Any]:
    """The words of a document, at most `longest` characters of them, as UTF-8."""
    readers = {"docx": _words_of_docx, "pdf": _words_of_pdf, "xlsx": _words_of_xlsx, "txt": _words_of_text}
    longest, parts, count = arguments["longest"], [], 0
    for part in readers[arguments["code"]](Path(arguments["source"])):
        parts.append(part[: longest - count])
        count += len(parts[-1]) + 1
        if count >= longest:
            break
    text = "\n".join(parts).replace("\x00", "")
    path = Path(arguments["folder"]) / "text.txt"
    path.write_text(text, encoding="utf-8", errors="replace")
    facts = {"characters": len(text), "is_cut": count >= longest}
    return {"text": {"file": path.name, "media_type": "text/plain", "facts": facts}}


def _words_of_docx(path: Path) -> Iterator[str]:
    import docx

    document = docx.Document(str(path))
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield "\t".join(cell.text for cell in row.cells)
        else:
            yield block.text


def _words_of_pdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader

    for page in PdfReader(path).pages[:MOST_PAGES]:
        yield page.extract_text()


def _words_of_xlsx(path: Path) -> Iterator[str]:
    import openpyxl

    # Handed over open: by its name the library would ask for an ending, which the vault's names do not have.
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            yield str(sheet.title)
            for row in sheet.iter_rows(max_row=MOST_ROWS, values_only=True):
                yield "\t".join("" if value is None else str(value) for value in row)
        book.close()


def _words_of_text(path: Path) -> Iterator[str]:
    yield path.read_text(encoding="utf-8-sig", errors="replace")
