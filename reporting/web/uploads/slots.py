"""Uploads of a slot: what is under way, a new one, and what is said about one."""

from http import HTTPStatus
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from reporting import arriving
from reporting.bureaus.rules import REPORTING_ROLES
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound, Refused
from reporting.core.kit import kit
from reporting.reports import service as reports
from reporting.uploads import queries as uploads
from reporting.web.bureau.place import own_assignment
from reporting.web.formats import moment_words
from reporting.web.guards import person, policy
from reporting.web.uploads import protocol
from reporting.web.uploads.place import abilities, address, answer, blueprint, misunderstood, refusal, wrong_version
from reporting.web.uploads.protocol import BODY_TYPE, Checksum, Misread
from reporting.web.uploads.transfer import hang_up, receive

# Which refusal decides the status; whatever is not here is 422.
STATUSES = {
    "too_many_uploads": HTTPStatus.TOO_MANY_REQUESTS,
    "no_room": HTTPStatus.INSUFFICIENT_STORAGE,
    "vault_full": HTTPStatus.INSUFFICIENT_STORAGE,
    "bureau_full": HTTPStatus.INSUFFICIENT_STORAGE,
    "file_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


SLOT = "/assignments/<int:assignment_id>/slots/<kind>/uploads"


@blueprint.get(SLOT, provide_automatic_options=False)
@policy("reporter", "certifier")
def under_way(assignment_id: int, kind: str) -> ResponseReturnValue:
    """What is under way into a slot, whoever of the bureau began it."""
    assignment = own_assignment(assignment_id)
    slot = next((slot for slot in assignment.task.slots if slot.kind == kind), None)
    if slot is None:
        raise NotFound
    zone = assignment.task.campaign.zone
    return {"uploads": [_told(upload, zone) for upload in uploads.open_of_slot(assignment.id, slot.id)]}


def _told(upload: Any, zone: str) -> dict[str, Any]:
    return {
        "url": address(upload.token),
        "name": upload.name,
        "length": upload.length,
        "offset": upload.offset,
        "sha256": upload.sha256,
        "head": upload.head,
        "caption": upload.caption,
        "focus_area": upload.focus_area_id,
        "by": upload.created_by,
        "touched": moment_words(upload.touched_at, zone),
        "expires": moment_words(upload.expires_at, zone),
    }


@blueprint.post(SLOT, provide_automatic_options=False)
@policy("reporter", "certifier")
def create(assignment_id: int, kind: str) -> ResponseReturnValue:
    """Begin an upload; bytes that come along are its first."""
    if wrong := wrong_version():
        return wrong
    try:
        wanted, checksum = protocol.wanted(request.headers), protocol.checksum(request.headers)
    except Misread:
        return hang_up(misunderstood())
    if _has_bytes() and (request.content_length or 0) > wanted.length:
        return hang_up(answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
    now = clock.now()
    try:
        with unit_of_work():
            token = reports.begin_upload(
                own_assignment(assignment_id), kind, wanted,
                vault=kit().vault, quota=arriving.quota(kit()), actor=person().actor, now=now,
            ).token  # fmt: skip
    except Refused as refused:
        found = {reason.code for reason in refused.reasons}
        status = next((status for code, status in STATUSES.items() if code in found), HTTPStatus.UNPROCESSABLE_ENTITY)
        return hang_up(refusal(status, refused.reasons))
    return _begun(token, checksum)


def _has_bytes() -> bool:
    """Whether this request brings the file's first bytes."""
    has_body = bool(request.content_length) or "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    return request.mimetype == BODY_TYPE and has_body


def _begun(token: str, checksum: Checksum | None) -> Response:
    seen = arriving.look(token)
    if seen is None:
        raise NotFound
    if not _has_bytes():
        return answer(HTTPStatus.CREATED, seen, Location=address(token))
    taken = receive(seen, checksum)
    if taken.status_code == HTTPStatus.NO_CONTENT:
        taken.status_code = HTTPStatus.CREATED
    taken.headers["Location"] = address(token)
    return taken


@blueprint.route(SLOT, methods=["OPTIONS"])
@policy("anyone")
def discover(assignment_id: int, kind: str) -> ResponseReturnValue:  # noqa: ARG001 - the same for every address
    """What the protocol asks before anything else; it tells nothing of anybody."""
    return abilities()


@blueprint.post("/uploads/<token>/words")
@policy("reporter", "certifier")
def say(token: str) -> ResponseReturnValue:
    """Keep caption and focus area while the bytes travel; the same words twice are the same words."""
    area = request.form.get("focus_area", type=int)
    now = clock.now()
    try:
        with unit_of_work():
            upload = uploads.find_of_bureaus(token, bureau_ids=person().bureaus_as(*REPORTING_ROLES))
            if upload is None:
                raise NotFound
            reports.describe_upload(
                own_assignment(upload.assignment_id), upload,
                caption=request.form.get("caption", ""), focus_area_id=area, actor=person().actor, now=now,
            )  # fmt: skip
    except Refused as refused:
        return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, refused.reasons)
    return answer(HTTPStatus.NO_CONTENT)
