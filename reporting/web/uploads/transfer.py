"""One upload at its own address: how far it is, more of its bytes, or its end.

The address is the right to use it, so that a session that ends in the night does not end the upload with it. HEAD of an
upload that exists answers 200 or 423 and nothing else: clients begin a file of gigabytes anew on any other answer.
"""

from http import HTTPStatus

import structlog
from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting import arriving
from reporting.arriving import Overtaken, Seen, Writer
from reporting.bureaus import queries as bureaus
from reporting.bureaus.rules import REPORTING_ROLES
from reporting.core.db import end_reading, let_go, unit_of_work
from reporting.core.errors import NotFound, Reason
from reporting.core.kit import kit
from reporting.core.vault import VaultFull
from reporting.uploads import queries as uploads
from reporting.uploads import service as verbs
from reporting.uploads.rules import State
from reporting.web.guards import find_person, policy
from reporting.web.uploads import protocol
from reporting.web.uploads.body import Body
from reporting.web.uploads.place import abilities, answer, blueprint, misunderstood, refusal, told, wrong_version
from reporting.web.uploads.protocol import BODY_TYPE, Checksum, Misread
from reporting.web.uploads.receiving import Receiver

log = structlog.get_logger()
METHODS = ["HEAD", "PATCH", "DELETE", "POST", "OPTIONS"]
CHECKSUM_MISMATCH = 460


@blueprint.route("/uploads/<token>", methods=METHODS, provide_automatic_options=False)
@policy("anyone")
def transfer(token: str) -> ResponseReturnValue:
    """The whole of an upload's address; a POST may stand for another method, as the protocol allows."""
    method = request.method
    if method == "POST":
        method = request.headers.get("X-HTTP-Method-Override", "").upper()
    if method == "OPTIONS":
        return abilities()
    verb = {"HEAD": _head, "PATCH": _patch, "DELETE": _delete}.get(method)
    if verb is None:
        return answer(HTTPStatus.METHOD_NOT_ALLOWED, Allow=", ".join(METHODS))
    return wrong_version() or verb(token)


def _head(token: str) -> Response:
    try:
        seen = arriving.adopt(kit(), token)
        if seen is not None and seen.is_open and seen.is_whole:
            seen = arriving.finish(kit(), token)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with us, the sender must keep its upload
        log.error("upload_head_failed", error=repr(error))
        return answer(HTTPStatus.LOCKED, Retry_After=2)
    if seen is None:
        return answer(HTTPStatus.NOT_FOUND)
    if seen.state not in {State.OPEN, State.TAKEN}:
        return answer(HTTPStatus.GONE)
    return answer(HTTPStatus.OK, seen, Upload_Offset=seen.offset, Upload_Length=seen.length)


def _patch(token: str) -> Response:
    if request.mimetype != BODY_TYPE:
        return hang_up(answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE))
    try:
        offset, checksum = protocol.number(request.headers, "Upload-Offset"), protocol.checksum(request.headers)
    except Misread:
        return hang_up(misunderstood())
    seen = arriving.adopt(kit(), token)
    if seen is None:
        return hang_up(answer(HTTPStatus.NOT_FOUND))
    if not _may_write(seen):
        return hang_up(told(HTTPStatus.FORBIDDEN, [_("您已不是该单位的填报人，不能继续上传。请与本单位或主办单位联系。")]))
    if not seen.is_open:
        return hang_up(_closed(seen, offset))
    if seen.offset != offset:
        return hang_up(answer(HTTPStatus.CONFLICT, seen))
    if (request.content_length or 0) > seen.length - offset:
        return hang_up(answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, seen))
    return receive(seen, checksum)


def _closed(seen: Seen, offset: int) -> Response:
    """What a sender hears that did not hear the answer to its last byte."""
    if seen.state == State.REFUSED:
        return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, seen.reasons)
    if seen.state == State.TAKEN:
        repeated = offset == seen.length
        return answer(HTTPStatus.NO_CONTENT if repeated else HTTPStatus.CONFLICT, seen, Upload_Offset=seen.length)
    return answer(HTTPStatus.GONE)


def receive(seen: Seen, checksum: Checksum | None = None) -> Response:
    """Take the body of this request behind the offset; the last byte of a file is answered when it is attached."""
    receiver = Receiver(kit(), seen, Body(request.environ, request.content_length), checksum)
    try:
        offset = receiver.run()
    except Overtaken:
        return _overtaken(seen.token)
    except VaultFull:
        log.error("vault_full")
        return refusal(HTTPStatus.INSUFFICIENT_STORAGE, [Reason.of("disk_full")])
    if receiver.mismatch:
        return answer(CHECKSUM_MISMATCH, seen, Upload_Offset=offset)
    if offset < seen.length:
        return answer(HTTPStatus.NO_CONTENT, arriving.lives_on(kit(), seen), Upload_Offset=offset)
    return _finished(seen.token, receiver.digest)


def _finished(token: str, digest: str | None) -> Response:
    try:
        seen = arriving.finish(kit(), token, digest)
    except VaultFull:
        log.error("vault_full")
        return refusal(HTTPStatus.INSUFFICIENT_STORAGE, [Reason.of("disk_full")])
    return _closed(seen, seen.length)


def _overtaken(token: str) -> Response:
    seen = arriving.look(token)
    if seen is None or seen.state in {State.ENDED, State.EXPIRED}:
        return answer(HTTPStatus.GONE)
    return answer(HTTPStatus.CONFLICT, seen)


def _delete(token: str) -> Response:
    seen = arriving.look(token)
    if seen is None:
        return answer(HTTPStatus.NOT_FOUND)
    if not _may_write(seen):
        return told(HTTPStatus.FORBIDDEN, [_("您已不是该单位的填报人，不能取消上传。请与本单位或主办单位联系。")])
    with unit_of_work():
        upload = uploads.find(token, lock=True)
        ended = upload is not None and verbs.end(upload)
    if not ended:
        return answer(HTTPStatus.GONE)
    kit().vault.parts(token).drop()
    return answer(HTTPStatus.NO_CONTENT)


def _may_write(seen: Seen) -> bool:
    """Whether the bureau is still served by whoever began the upload, or by whoever is signed in."""
    found = find_person()
    mine = found is not None and found.is_at(seen.bureau_id, *REPORTING_ROLES)
    try:
        return mine or any(
            one.user_id == seen.created_by_id for one in bureaus.contacts([seen.bureau_id], REPORTING_ROLES)
        )
    finally:
        let_go()


def hang_up(response: Response) -> Response:
    """Answer without having read the body: some of it is thrown away, so that the answer arrives."""
    end_reading()
    body = Body(request.environ, request.content_length)
    body.drain()
    body.close()
    return response
