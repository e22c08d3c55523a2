"""Where the uploads' pages stand, and what all their answers carry."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request, url_for
from flask_babel import gettext as _
from werkzeug.http import http_date

from reporting.arriving import Seen
from reporting.campaigns.rules import LARGEST_FILE
from reporting.core.errors import Reason
from reporting.web import words
from reporting.web.uploads.protocol import ALGORITHMS, EXTENSIONS, VERSION

blueprint = Blueprint("uploads", __name__)


@blueprint.after_request
def _resumable(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


def answer(status: int, seen: Seen | None = None, **headers: str | int) -> Response:
    """An answer without a body; of an upload it tells when it expires, and what it has become."""
    response = Response(status=status)
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = str(value)
    if seen is not None and seen.is_open:
        response.headers["Upload-Expires"] = http_date(seen.expires_at)
    if seen is not None and seen.attachment_id is not None:
        response.headers["Upload-Attachment"] = str(seen.attachment_id)
    return response


def refusal(status: int, reasons: Iterable[Reason]) -> Response:
    """Every reason in the reader's language."""
    return told(status, [words.reason_sentence(reason) for reason in reasons])


def told(status: int, sentences: list[str]) -> Response:
    """Sentences for people, as a script reads them."""
    response = jsonify({"reasons": sentences})
    response.status_code = status
    return response


def address(token: str) -> str:
    """The address of an upload."""
    return url_for("uploads.transfer", token=token)


def wrong_version() -> Response | None:
    """412 unless the sender speaks our version of the protocol."""
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return answer(HTTPStatus.PRECONDITION_FAILED, Tus_Version=VERSION)


def misunderstood() -> Response:
    """400 for headers that say nothing."""
    return told(HTTPStatus.BAD_REQUEST, [_("上传请求的格式不对，没有处理。请刷新页面后重新上传。")])


def abilities() -> Response:
    """What this server can do, for whoever asks."""
    return answer(
        HTTPStatus.NO_CONTENT,
        Tus_Version=VERSION,
        Tus_Extension=",".join(EXTENSIONS),
        Tus_Checksum_Algorithm=",".join(ALGORITHMS),
        Tus_Max_Size=LARGEST_FILE,
    )
